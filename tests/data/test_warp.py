"""Warping: crops and resizing done apart, context, what is beyond the image, the mean of samples."""

import numpy as np
import pytest

from scratchcv.data import resize_image, warp_regions, warped_boxes
from scratchcv.layers import interpolate
from scratchcv.testing import assert_close


def literal_warp(image, box, size, context, fill):
    """The docstring's formula, sample by sample."""
    _, H, W = image.shape
    x1, y1, x2, y2 = (float(number) for number in box)
    sx, sy = (x2 - x1) / (size - 2 * context), (y2 - y1) / (size - 2 * context)
    nx, ny = max(1, int(np.ceil(sx))), max(1, int(np.ceil(sy)))
    out = np.zeros((len(image), size, size))
    for row in range(size):
        for column in range(size):
            for i in range(ny):
                for j in range(nx):
                    x = x1 + (column - context + (j + 0.5) / nx) * sx
                    y = y1 + (row - context + (i + 0.5) / ny) * sy
                    inside = 0 <= x <= W and 0 <= y <= H
                    value = bilinear(image, x - 0.5, y - 0.5) if inside else fill
                    out[:, row, column] += value / (nx * ny)
    return out


def bilinear(image, x, y):
    x, y = np.clip(x, 0, image.shape[2] - 1), np.clip(y, 0, image.shape[1] - 1)
    x0, y0 = int(x), int(y)
    x1, y1 = min(x0 + 1, image.shape[2] - 1), min(y0 + 1, image.shape[1] - 1)
    u, v = x - x0, y - y0
    upper = (1 - u) * image[:, y0, x0] + u * image[:, y0, x1]
    lower = (1 - u) * image[:, y1, x0] + u * image[:, y1, x1]
    return (1 - v) * upper + v * lower


@pytest.fixture
def image():
    return np.random.default_rng(0).random((3, 20, 30))


@pytest.mark.parametrize("context", [0, 2])
def test_it_is_the_formula(backend, image, context):
    boxes = np.array([[3, 4, 19, 11.5], [2.2, 1.7, 6.1, 18], [-5, -3, 4, 6], [25, 15, 40, 31], [7, 7, 8, 8]])
    fill = np.array([0.1, 0.5, 0.9])
    warped = warp_regions(image, boxes, 9, context, fill=fill)
    for crop, box in zip(warped, boxes, strict=True):
        assert_close(crop, literal_warp(image, box, 9, context, fill))


def test_enlarging_whole_pixels_is_cropping_and_resizing(image):
    """A crop of whole pixels, resized bilinearly by another function: the same, off the crop's border."""
    (warped,) = warp_regions(image, [[4, 5, 12, 9]], 16)
    resized = interpolate(image[None, :, 5:9, 4:12], (16, 16), mode="bilinear")[0]
    assert_close(warped[:, 2:-2, 1:-1], resized[:, 2:-2, 1:-1])


def test_halving_averages_all_pixels(image):
    """Two samples an output and axis, each at a pixel's centre: the mean of 2 × 2 pixels."""
    (warped,) = warp_regions(image, [[4, 2, 20, 18]], 8)
    assert_close(warped, image[:, 2:18, 4:20].reshape(3, 8, 2, 8, 2).mean(axis=(2, 4)))


def test_it_is_near_pillows_filter_on_a_smooth_image():
    ramp = np.linspace(0, 1, 60)[:, None] * np.linspace(0.5, 1, 80)
    image = np.stack([ramp, ramp**2, 1 - ramp]).astype(np.float32)
    region = (10, 5, 70, 45)
    (warped,) = warp_regions(image, [region], 24)
    expected = resize_image(image, (24, 24), region=region)
    assert_close(warped[:, 1:-1, 1:-1], expected[:, 1:-1, 1:-1], rtol=0, atol=2e-3)


def test_torchvision_samples_the_same_inside(image):
    ops = pytest.importorskip("torchvision.ops")
    torch = pytest.importorskip("torch")
    boxes = np.array([[2, 3, 20, 12], [5.5, 2.25, 9.5, 17]])
    rois = torch.tensor(np.concatenate([np.zeros((2, 1)), boxes], axis=1))
    for size in (4, 7, 16):
        theirs = ops.roi_align(torch.tensor(image[None]), rois, size, aligned=True).numpy()
        assert_close(warp_regions(image, boxes, size), theirs, rtol=1e-10, atol=1e-12)


def test_context_shows_what_lies_around(image):
    """The square with context is the square without it, of the larger box that `warped_boxes` names."""
    boxes = np.array([[6, 6, 14, 12], [10, 5, 13, 15.0]])
    around = warped_boxes(boxes, 12, 2)
    assert_close(around[0], np.array([4, 4.5, 16, 13.5]))
    assert_close(warp_regions(image, boxes, 12, 2), warp_regions(image, around, 12))
    assert_close(warp_regions(image, boxes, 12, 2)[:, :, 2:-2, 2:-2], warp_regions(image, boxes, 8))


def test_beyond_the_image_is_the_fill(image):
    (warped,) = warp_regions(image, [[-10, 0, 10, 20]], 10, fill=[1, 2, 3])
    assert (warped[:, :, :5] == np.array([1, 2, 3])[:, None, None]).all()
    assert warped[:, :, 5:].max() <= 1
    (nothing,) = warp_regions(image, [[100, 100, 120, 130]], 10, fill=0.5)
    assert (nothing == 0.5).all()


def test_dtype_shape_and_nothing(image, backend):
    warped = warp_regions(image.astype(np.float32), np.zeros((0, 4)), 8)
    assert warped.shape == (0, 3, 8, 8)
    assert warped.dtype == np.float32
    assert warp_regions(image, [[0, 0, 5, 5]], 8, fill=np.float32(1)).dtype == np.float64


@pytest.mark.parametrize("box", [[5, 5, 5, 5], [0, 0, 1, 20], [-1e9, -1e9, 1e9, 1e9]])
def test_boxes_of_no_or_any_size_give_finite_crops(image, box):
    assert np.isfinite(warp_regions(image, [box], 8, 1)).all()


def test_bad_input_is_named(image):
    with pytest.raises(ValueError, match=r"size must exceed 2 \* context, got size 8 and context 4"):
        warp_regions(image, [[0, 0, 1, 1]], 8, 4)
    with pytest.raises(ValueError, match=r"boxes\[1\] is inverted or not finite: \[5"):
        warp_regions(image, [[0, 0, 1, 1], [5, 0, 4, 1]], 8)
    with pytest.raises(ValueError, match=r"boxes\[0\] is inverted or not finite: \[nan"):
        warped_boxes([[np.nan, 0, 1, 1]], 8)
    with pytest.raises(ValueError, match=r"fill must have shape \(3,\), got \(2,\)"):
        warp_regions(image, [[0, 0, 1, 1]], 8, fill=[1, 2])
    with pytest.raises(ValueError, match=r"image must have shape \(C, H, W\)"):
        warp_regions(image[0], [[0, 0, 1, 1]], 8)
