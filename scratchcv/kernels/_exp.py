"""Exponential and logarithm for the inner loops of kernels, where they fill vector registers.

Numba calls the C library for each number; in float32 polynomials are inlined into the loop, `exp` five
times as fast on AVX2. In float64 both are the C library's: that is for gradient checks. A test compares all
exponents of float32 with float64: `exp` is right to 1.1 units in the last place, `log1p` to 2.

The coefficients are those of the smallest greatest relative error on the interval, found by Lawson's
algorithm.
"""

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

_MAY_CONTRACT: Any = {"fastmath": {"contract"}, "error_model": "numpy"}  # a · b + c may be one instruction

_ROUNDER = np.float32(1.5 * 2**23)  # so large that a float32 added to it is rounded to an integer
_ROUNDER_BITS = int(_ROUNDER.view(np.int32))
_LOG2_E = np.float32(1 / math.log(2))
_LN2_HIGH = np.float32(0.693145751953125)  # 16 bits: its products with small integers are exact
_LN2_LOW = np.float32(math.log(2) - 0.693145751953125)
_LOWEST, _HIGHEST = np.float32(-104), np.float32(89)  # beyond, all is 0 or inf
_ONE, _TWO = np.float32(1), np.float32(2)
_A2, _A3, _A4, _A5, _A6 = (
    np.float32(a) for a in (0.49999994, 0.1666643, 0.04166801, 0.0083742365, 0.0013843558)
)
_B1, _B2, _B3, _B4 = (np.float32(b) for b in (0.3333321, 0.20010763, 0.14000902, 0.14005996))


def exp(x: Any) -> Any:
    r"""Return :math:`e^x = 2^n e^r` with the integer n nearest to x / log 2, so that |r| < 0.35.

    A polynomial does for :math:`e^r`, and the bits of a float's exponent for :math:`2^n`. That is put in by
    halves, since n alone may be beyond any exponent where the product is not.
    """
    raise NotImplementedError("for compiled code only")


def log1p(x: Any) -> Any:
    r"""Return :math:`\log(1 + x) = 2 \, \mathrm{artanh} \, s` with s = x / (2 + x), for x from 0 to 1."""
    raise NotImplementedError("for compiled code only")


@overload(exp, jit_options=_MAY_CONTRACT)
def _exp(x):  # type: ignore[no-untyped-def]
    if x != types.float32:
        return lambda x: np.exp(x)

    def polynomial(x):  # type: ignore[no-untyped-def]
        x = _HIGHEST if x > _HIGHEST else (_LOWEST if x < _LOWEST else x)  # this way round NaN stays NaN
        rounded = np.float32(x * _LOG2_E + _ROUNDER)
        n = rounded - _ROUNDER
        r = (x - n * _LN2_HIGH) - n * _LN2_LOW
        y = _ONE + r * (_ONE + r * (_A2 + r * (_A3 + r * (_A4 + r * (_A5 + r * _A6)))))
        steps = np.int32(rounded.view(np.int32) - _ROUNDER_BITS)
        half = np.int32(steps >> 1)
        first, second = np.int32((half + 127) << 23), np.int32((steps - half + 127) << 23)
        return y * first.view(np.float32) * second.view(np.float32)

    return polynomial


@overload(log1p, jit_options=_MAY_CONTRACT)
def _log1p(x):  # type: ignore[no-untyped-def]
    if x != types.float32:
        return lambda x: np.log1p(x)

    def polynomial(x):  # type: ignore[no-untyped-def]
        s = x / (_TWO + x)
        t, twice = s * s, s + s
        return twice + twice * t * (_B1 + t * (_B2 + t * (_B3 + t * _B4)))

    return polynomial
