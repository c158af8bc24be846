"""Regions of interest: what is refused."""

import numpy as np
import pytest

from scratchcv.layers.rois import check_rois


def test_images_and_boxes():
    rois = np.array([[1, 2, 3, 4, 5], [0, 6, 7, 8, 9]], np.float32)
    images, boxes = check_rois(rois, 2, 0.5)
    assert images.dtype == np.int64
    assert images.tolist() == [1, 0]
    assert boxes.dtype == np.float64
    assert boxes.tolist() == [[1, 1.5, 2, 2.5], [3, 3.5, 4, 4.5]]
    assert check_rois(rois, 2, 0.5, np.float32)[1].dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_size_overflows(dtype):
    far = np.array([[0, -1e308, 0, 1e308, 0]])
    for scale in (1.0, 1e30):
        _, boxes = check_rois(far, 1, scale, dtype)
        assert boxes.tolist() == [[-(2.0**60), 0, 2.0**60, 0]]


@pytest.mark.parametrize("scale", [0, -1, np.nan, np.inf, [1, 2]])
def test_bad_scales(scale):
    with pytest.raises(ValueError, match="spatial_scale must be a positive number, got"):
        check_rois(np.zeros((0, 5)), 1, scale)


def test_no_regions():
    images, boxes = check_rois(np.zeros((0, 5)), 0)
    assert images.shape == (0,)
    assert boxes.shape == (0, 4)


@pytest.mark.parametrize(
    ("rois", "message"),
    [
        (np.zeros((2, 4)), r"rois must have shape \(K, 5\), got \(2, 4\)"),
        (
            [[0, 0, 0, 1, 1], [0, 0, np.nan, 1, 1]],
            r"rois\[1\] has a number that is not finite: \[0.0, 0.0, nan",
        ),
        ([[2, 0, 0, 1, 1]], r"rois\[0\] is on image 2, of a batch of 2 images"),
        ([[-1, 0, 0, 1, 1]], r"rois\[0\] is on image -1"),
        ([[0.5, 0, 0, 1, 1]], r"rois\[0\] is on image 0.5"),
    ],
)
def test_bad_input(rois, message):
    with pytest.raises(ValueError, match=message):
        check_rois(np.asarray(rois), 2)
