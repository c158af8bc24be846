"""The exponential and the logarithm of kernels, against those of float64."""

import numpy as np
import pytest

pytest.importorskip("numba")
from numba import njit

from scratchcv.kernels._exp import exp, log1p


@njit
def exp_of(x):
    y = np.empty_like(x)
    for i in range(x.size):
        y[i] = exp(x[i])
    return y


@njit
def log1p_of(x):
    y = np.empty_like(x)
    for i in range(x.size):
        y[i] = log1p(x[i])
    return y


def all_exponents(mantissas=4001):
    """Return positive float32 numbers of every exponent, each with the same mantissas."""
    exponents, rest = np.arange(255, dtype=np.uint32), np.linspace(0, 2**23 - 1, mantissas).astype(np.uint32)
    return ((exponents[:, None] << 23) | rest).ravel().view(np.float32)


def units_off(found, exact):
    """Return the error in units in the last place that a float32 of the exact value has."""
    with np.errstate(over="ignore"):
        nearest = abs(exact.astype(np.float32))
    finite = np.isfinite(nearest)
    np.testing.assert_array_equal(found[~finite], exact[~finite].astype(np.float32))
    return (abs(found[finite] - exact[finite]) / np.spacing(nearest[finite])).max()


def test_exp_of_all_exponents():
    some = all_exponents()
    close = np.linspace(-105, 90, 2_000_001, dtype=np.float32)  # where it is neither 1 nor 0 nor inf
    with np.errstate(over="ignore"):
        for x in (some, -some, close):
            largest = x.astype(np.float64) < 88.7228  # beyond, float32 overflows
            assert units_off(exp_of(x)[largest], np.exp(x.astype(np.float64))[largest]) < 1.1
            assert (exp_of(x[x > 88.7229]) == np.inf).all()


def test_log1p_of_all_exponents_up_to_one():
    x = all_exponents()
    x = np.concatenate([x[x <= 1], np.linspace(0, 1, 2_000_001, dtype=np.float32)])
    assert units_off(log1p_of(x), np.log1p(x.astype(np.float64))) < 2


def test_ends_and_nan():
    x = np.float32([0, -0.0, np.inf, -np.inf, np.nan, -104, 89, -3e38, 3e38])
    np.testing.assert_array_equal(exp_of(x), np.float32([1, 1, np.inf, 0, np.nan, 0, np.inf, 0, np.inf]))
    np.testing.assert_array_equal(log1p_of(np.float32([0, np.nan])), np.float32([0, np.nan]))


def test_float64_is_that_of_the_library():
    x = np.linspace(-5, 5, 101)
    np.testing.assert_allclose(exp_of(x), np.exp(x), rtol=1e-15)
    np.testing.assert_allclose(log1p_of(abs(x)), np.log1p(abs(x)), rtol=1e-15)
