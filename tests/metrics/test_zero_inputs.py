"""Zeros in place of shapes: for layers, for several inputs, for detectors."""

import numpy as np
import pytest

from scratchcv.layers import Add, Conv2d, Layer, Linear
from scratchcv.metrics.zero_inputs import zero_inputs


class Detector(Layer):
    """Something with images and targets."""

    def __init__(self):
        self.linear = Linear(2, 3).astype(np.float64)

    def forward(self, images, targets):
        return {}, None


def test_shapes_become_zeros_of_the_models_dtype():
    (x,) = zero_inputs(Linear(2, 3).astype(np.float64), ((4, 2),))
    assert (x.shape, x.dtype, x.any()) == ((4, 2), np.float64, False)
    shape = tuple(np.array([1, 2, 3]))
    assert [each.shape for each in zero_inputs(Add(), (shape, shape))] == [(1, 2, 3)] * 2


def test_values_are_handed_over():
    value = np.ones((4, 2))
    assert zero_inputs(Linear(2, 3), (value,))[0] is value
    assert zero_inputs(Linear(2, 3), ((),)) == ((),)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_detector_gets_images_with_nothing_on_them(count):
    images, targets = zero_inputs(Detector(), ((count, 3, 8, 9),))
    assert [image.shape for image in images] == [(3, 8, 9)] * count
    assert all(image.dtype == np.float64 for image in images)
    assert len(targets) == count
    assert all(each["boxes"].shape == (0, 4) and each["labels"].shape == (0,) for each in targets)


def test_a_detectors_own_images_are_handed_over():
    images, targets = [np.ones((3, 4, 4))], [{}]
    assert zero_inputs(Detector(), (images, targets)) == (images, targets)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (((3, 8, 9),), r"a detector's images must have shape \(N, 3, H, W\), got \(3, 8, 9\)"),
        (((1, 1, 8, 9),), r"a detector's images must have shape \(N, 3, H, W\), got \(1, 1, 8, 9\)"),
        (((1, 3, -8, 9),), r"must not have negative sizes, got \(1, 3, -8, 9\)"),
    ],
)
def test_bad_shapes(given, message):
    with pytest.raises(ValueError, match=message):
        zero_inputs(Detector(), given)


def test_a_wrong_number_of_inputs():
    with pytest.raises(TypeError, match=r"Conv2d.forward takes \(x\), got 4 inputs: give a shape"):
        zero_inputs(Conv2d(3, 8, 3), (1, 3, 8, 8))
    with pytest.raises(TypeError, match=r"Detector.forward takes \(images, targets\), got 0 inputs"):
        zero_inputs(Detector(), ())
