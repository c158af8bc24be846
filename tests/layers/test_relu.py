"""ReLU: values, the kink, gradients."""

import numpy as np
import pytest

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


def test_gradients(backend):
    check_layer(ReLU(), (2, 3, 5, 4))


def test_bad_input():
    with pytest.raises(ValueError, match=r"dy must have shape \(3,\), got \(2,\)"):
        relu_backward(np.zeros(2), np.zeros(3))
