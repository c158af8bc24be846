"""Comparison of arrays that cannot be passed by accident."""

from typing import Any

import numpy as np

from scratchcv.checks import Array

_KINDS = {"b": "boolean", "i": "integer", "u": "integer", "f": "floating"}
_TOLERANCES = {np.dtype(np.float16): 1e-3, np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-10}


def assert_close(
    actual: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None, message: str = ""
) -> None:
    r"""Fail unless two arrays have one shape, one kind, and everywhere :math:`|a - e| \le atol + rtol |e|`.

    Unlike `numpy.testing.assert_allclose` nothing is broadcast: a scalar does not equal an array of it, and
    an empty array does not equal anything else. NaN equals NaN only, and an infinity itself only.

    Parameters
    ----------
    actual, expected : array_like
        Numbers or booleans; nested lists are fine, text and objects are not. Booleans equal booleans only.
        Integers may stand for floating numbers and the other way round.
    rtol, atol : float, optional
        Tolerances. By default both are 1e-10 for float64, 1e-5 for float32 and 0 for integers and booleans;
        the coarser dtype counts, and `atol` grows with the largest finite expected value, at least 1.
    message : str
        What was compared; it opens the failure's message.

    Raises
    ------
    AssertionError
        Says how many elements are off, and the worst one's index, received and expected value.
    TypeError
        When `expected` is neither numbers nor booleans: then the test is wrong, not the code.

    Notes
    -----
    A student's object with its own ``__eq__`` or ``__array__``, or an `ndarray` subclass, cannot persuade
    this function: only plain arrays and Python or NumPy numbers are accepted, and NumPy compares them.

    Examples
    --------
    >>> assert_close([0.1 + 0.2], [0.3])
    >>> assert_close(np.zeros((2, 3)), np.zeros(3))
    Traceback (most recent call last):
    AssertionError: shape (2, 3), expected (3,)
    >>> assert_close([1.0, 2.5, 3.0], [1.0, 2.0, 3.5])
    Traceback (most recent call last):
    AssertionError: 2 of 3 elements are off; worst at [1]: received 2.5, expected 2.0 (allowed: 5.5e-10)
    """
    opening = f"{message}: " if message else ""
    try:
        wanted = plain_array(expected)
    except TypeError as error:
        raise TypeError(f"expected value: {error}") from None
    try:
        found = plain_array(actual)
    except TypeError as error:
        raise AssertionError(f"{opening}{error}") from None
    if found.shape != wanted.shape:
        raise AssertionError(f"{opening}shape {found.shape}, expected {wanted.shape}")
    if (found.dtype.kind == "b") != (wanted.dtype.kind == "b"):
        kinds = _KINDS[found.dtype.kind], _KINDS[wanted.dtype.kind]
        raise AssertionError(f"{opening}{kinds[0]} values, expected {kinds[1]} ones")

    default = max(_TOLERANCES.get(array.dtype, 0.0) for array in (found, wanted))
    rtol = default if rtol is None else rtol
    if atol is None:
        finite = abs(wanted[np.isfinite(wanted)].astype(np.float64))
        atol = default * float(finite.max(initial=1.0))
    off = _differs(found, wanted, rtol, atol)
    if off.any():
        worst = _worst(found, wanted, off)
        place = f"worst at {list(worst)}: " if worst else ""
        allowed = atol + rtol * abs(float(wanted[worst])) if np.isfinite(wanted[worst]) else 0
        raise AssertionError(
            f"{opening}{int(off.sum())} of {off.size} elements are off; {place}"
            f"received {found[worst].item()!r}, expected {wanted[worst].item()!r} (allowed: {allowed:.2g})"
        )


def plain_array(value: Any) -> Array:
    """Return numbers or booleans as a plain array, trusting nothing but their memory.

    Raises
    ------
    TypeError
        For anything else: None, text, objects, ragged lists, masked arrays, dates, complex numbers.

    Examples
    --------
    >>> plain_array([1, 2]).dtype.kind
    'i'
    >>> plain_array("1")
    Traceback (most recent call last):
    TypeError: needs an array of numbers, got str
    """
    if type(value) in (list, tuple):
        parts = [plain_array(item) for item in value]
        if len({part.shape for part in parts}) > 1:
            raise TypeError("needs an array of numbers, got a ragged list")
        return np.array(parts) if parts else np.empty(0)
    if type(value) not in (bool, int, float, np.ndarray) and not _is_numpy_scalar(value):
        raise TypeError(f"needs an array of numbers, got {type(value).__name__}")
    array = np.asarray(value)
    if array.dtype.kind not in _KINDS:
        raise TypeError(f"needs an array of numbers, got dtype {array.dtype}")
    return array


def _is_numpy_scalar(value: Any) -> bool:
    return isinstance(value, np.generic) and type(value).__module__ == "numpy"


def _differs(found: Array, wanted: Array, rtol: float, atol: float) -> Array:
    if found.dtype.kind != "f" and wanted.dtype.kind != "f" and rtol == atol == 0:
        return np.asarray(found != wanted)
    found, wanted = found.astype(np.float64), wanted.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        near = abs(found - wanted) <= atol + rtol * abs(wanted)
    finite = np.isfinite(found) & np.isfinite(wanted)
    same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
    return ~np.where(finite, near, same)


def _worst(found: Array, wanted: Array, off: Array) -> tuple[int, ...]:
    with np.errstate(invalid="ignore", over="ignore"):
        gap = abs(found.astype(np.float64) - wanted.astype(np.float64))
    gap = np.where(np.isnan(gap), np.inf, gap)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(np.where(off, gap, -1.0))), off.shape))
