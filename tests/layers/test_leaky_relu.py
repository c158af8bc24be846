"""Leaky ReLU: values, the kink, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import LeakyReLU, leaky_relu, leaky_relu_backward, relu
from scratchcv.testing import check_layer


def test_by_hand():
    y = leaky_relu(np.array([-20.0, -0.5, 0.0, 3.0]), 0.1)
    assert y.tolist() == [-2.0, -0.05, 0.0, 3.0]
    assert leaky_relu([-100]).tolist() == [-1.0]  # PyTorch's slope
    infinite = leaky_relu(np.array([np.nan, np.inf, -np.inf]), 0.5)
    assert np.isnan(infinite[0])
    assert infinite[1:].tolist() == [np.inf, -np.inf]


def test_the_gradient_at_the_kink_and_at_nan_is_the_slope():
    x = np.array([-1.0, 0.0, 1.0, np.nan])
    assert leaky_relu_backward(np.full(4, 8.0), x, 0.25).tolist() == [2, 2, 8, 2]


def test_slope_zero_is_relu_and_slope_one_the_identity():
    x = np.random.default_rng(0).standard_normal((3, 5))
    assert (leaky_relu(x, 0) == relu(x)).all()
    assert (leaky_relu(x, 1) == x).all()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.floats(-0.5, 2))
def test_gradients(shape, slope):
    check_layer(LeakyReLU(slope), tuple(shape), max_entries=8)


def test_bad_input():
    with pytest.raises(ValueError, match=r"dy must have shape \(3,\), got \(2,\)"):
        leaky_relu_backward(np.zeros(2), np.zeros(3))
    for slope in (np.nan, np.inf):
        with pytest.raises(ValueError, match="negative_slope must be finite, got"):
            leaky_relu(np.zeros(2), slope)
    with pytest.raises(TypeError, match="must be real number, not NoneType"):
        leaky_relu(np.zeros(2), None)


def test_x_decides_the_dtype():
    assert leaky_relu_backward(np.ones(2), np.ones(2, np.float32)).dtype == np.float32
