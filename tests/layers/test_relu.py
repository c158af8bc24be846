"""ReLU: values, the kink, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers import ReLU, relu, relu_backward
from scratchcv.testing import check_layer


def test_values(backend):
    assert relu(np.array([-2.0, -0.0, 0.0, 3.0])).tolist() == [0, 0, 0, 3]
    y = relu(np.array([np.nan, np.inf, -np.inf]))
    assert np.isnan(y[0])
    assert y[1:].tolist() == [np.inf, 0]


def test_integers_become_floating(backend):
    assert relu(np.array([-1, 2])).dtype == np.float64


def test_the_gradient_at_the_kink_is_zero(backend):
    assert relu_backward(np.full(3, 7.0), np.array([-1.0, 0.0, 1.0])).tolist() == [0, 0, 7]


def test_nan_lets_the_gradient_through(backend):
    assert relu_backward(np.array([5.0]), np.array([np.nan])).tolist() == [5]


@pytest.mark.parametrize("seed", range(20))
def test_gradients(seed, backend):
    rng = np.random.default_rng(seed)
    check_layer(ReLU(), tuple(rng.integers(1, 5, rng.integers(1, 6)).tolist()), max_entries=16)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=5), st.sampled_from(BACKENDS))
def test_any_shape(shape, backend):
    if backend == "numba" and not has_numba():
        return
    x = np.random.default_rng(0).standard_normal(shape)
    with use_backend(backend):
        assert np.array_equal(relu(x), x * (x > 0))
        assert np.array_equal(relu_backward(2 * x, x), 2 * x * (x > 0))


def test_bad_input():
    with pytest.raises(ValueError, match=r"dy must have shape \(3,\), got \(2,\)"):
        relu_backward(np.zeros(2), np.zeros(3))


def test_a_single_number(backend):
    assert relu(np.float64(-2)).shape == relu_backward(np.float64(1), np.float64(2)).shape == ()
