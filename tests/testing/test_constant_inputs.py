"""Layers with inputs that are no variables."""

import numpy as np
import pytest

from scratchcv.layers import Conv2d, Layer, RoIAlign
from scratchcv.testing import check_layer
from scratchcv.testing.constant_inputs import ConstantInputs


class Shifted(Layer):
    """x + shift, where shift is no variable; `gradient` is what backward says of it."""

    def __init__(self, gradient=None):
        self.gradient = gradient

    def forward(self, x, shift):
        return x + shift, ()

    def backward(self, dy, cache):
        return dy, self.gradient


@pytest.mark.parametrize("gradient", [None, np.zeros(3)])
def test_none_and_zero_are_no_gradient(gradient):
    report = check_layer(Shifted(gradient), (2, 3), np.arange(3.0), constants={1})
    assert report.checked == 6


def test_a_gradient_of_a_constant_is_refused():
    with pytest.raises(AssertionError, match=r"Shifted\.backward returns a gradient for input 1"):
        check_layer(Shifted(np.ones(3)), (2, 3), np.arange(3.0), constants={1})


def test_backward_must_answer_for_every_input():
    x = np.ones((1, 1, 3, 3))
    layer = ConstantInputs(Conv2d(1, 1, 1), (x, None), {1})
    with pytest.raises(
        AssertionError, match=r"Conv2d\.backward must return one gradient for each of its 2 inputs"
    ):
        layer.backward(np.ones((1, 1, 3, 3), np.float32), (x.astype(np.float32),))


def test_a_wrong_gradient_of_the_variable_is_found():
    class Wrong(Shifted):
        def backward(self, dy, cache):
            return 2 * dy, None

    with pytest.raises(AssertionError, match="Wrong: dx is wrong"):
        check_layer(Wrong(), (2, 3), np.arange(3.0), constants={1})


def test_regions_of_interest():
    rois = np.array([[0, 0.3, 0.2, 3.1, 2.7], [1, 1, 1, 4, 4.0]])
    check_layer(RoIAlign(2, 1.0, 2), (2, 2, 5, 5), rois, constants={1}, empty_batch=False)
