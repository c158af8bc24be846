"""RoIAlign: d2l's example, borders, adaptive sampling, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import RoIAlign, interpolate, roi_align, roi_align_backward
from scratchcv.testing import assert_close, check_layer

X = np.arange(16.0).reshape(1, 1, 4, 4)
ROIS = np.array([[0, 0, 0, 20, 20], [0, 0, 10, 30, 30.0]])


def random_rois(rng, regions, images, side):
    corner, extent = rng.uniform(-2, side, (regions, 2)), rng.uniform(-0.5, side, (regions, 2))
    return np.concatenate([rng.integers(0, images, (regions, 1)), corner, corner + extent], axis=1)


def test_d2ls_example(backend):
    """d2l.ai has it for RoI pooling, with bins' maxima; here are two samples a side of each bin."""
    y = roi_align(X, ROIS, 2, 0.1, 2)
    assert_close(y[:, 0], np.array([[[2.5, 3.5], [6.5, 7.5]], [[6.75, 8.25], [10.75, 12.25]]]))
    y = roi_align(X, ROIS, 2, 0.1, 2, aligned=True)
    assert_close(y[:, 0], np.array([[[0.625, 1.5], [4.125, 5]], [[4.3125, 5.75], [8.3125, 9.75]]]))


def test_one_sample_a_pixel_gives_the_image_back(backend):
    """Aligned, a region is where it is: its bins are the pixels."""
    x = np.random.default_rng(0).standard_normal((1, 2, 3, 5))
    whole = np.array([[0, 0, 0, 5, 3.0]])
    assert_close(roi_align(x, whole, (3, 5), aligned=True), x)
    assert_close(
        roi_align(x, whole, (6, 10), sampling_ratio=1, aligned=True), interpolate(x, (6, 10), mode="bilinear")
    )


def test_without_alignment_a_region_is_at_least_one_pixel(backend):
    point = np.array([[0, 1.0, 1.0, 1.0, 1.0]])
    assert_close(roi_align(X, point, 1).item(), X[0, 0, 1:3, 1:3].mean())
    assert roi_align(X, point, 1, aligned=True).item() == 0  # no size, no samples
    assert_close(roi_align(X, point, 1, sampling_ratio=2, aligned=True).item(), X[0, 0, :2, :2].mean())


def test_a_pixel_beyond_the_border_it_is_zero(backend):
    """Up to there the border's pixel is repeated."""
    x = np.ones((1, 1, 4, 4))
    for corner, expected in ((-1.5, 1), (-1.6, 0), (3.5, 1), (3.6, 0)):
        rois = np.array([[0, corner, 0, corner + 1, 1]])
        assert roi_align(x, rois, 1, sampling_ratio=1).item() == expected


@pytest.mark.parametrize("side", [10, 1e3, 1e6, 1e9])
def test_regions_of_any_size(backend, side):
    """Adaptive sampling looks at the samples in the image alone: there may be billions outside."""
    x = np.random.default_rng(0).standard_normal((1, 1, 3, 4))
    rois = np.array([[0, -side, -side, side, side]])
    # One sample a pixel: in the upper left bins at -½, which takes the first pixel; in the others at ½,
    # 1½, …, of which the one at W - ½ takes the last.
    rows, columns = np.array([[1, 0, 0], [0.5, 1, 1.5]]), np.array([[1, 0, 0, 0], [0.5, 1, 1, 1.5]])
    assert_close(roi_align(x, rois, 2)[0, 0] * side**2, rows @ x[0, 0] @ columns.T)


def test_gradients_of_overlapping_regions_add_up(backend):
    rois = np.array([[0, 0, 0, 2, 2], [1, 0, 0, 2, 2], [0, 0, 0, 2, 2.0]])
    dx = roi_align_backward(np.ones((3, 1, 2, 2)), rois, (2, 1, 2, 2), 2, aligned=True)
    assert dx[:, 0].tolist() == [[[2, 2], [2, 2]], [[1, 1], [1, 1]]]


@pytest.mark.parametrize("seed", range(20))
def test_gradients(backend, seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers((1, 1, 2, 2), (3, 3, 7, 7)).tolist())
    rois = random_rois(rng, int(rng.integers(0, 4)), shape[0], 10)
    rois = np.vstack([rois, [0, 1, 1, 3, 4]])  # not all outside
    output_size = tuple(rng.integers(1, 4, 2).tolist())
    layer = RoIAlign(output_size, 0.5, int(rng.integers(-1, 3)), bool(seed % 2))
    check_layer(layer, shape, rois, constants=(1,), empty_batch=False, max_entries=16)


def test_regions_are_constants():
    layer = RoIAlign(2, 0.1, 2)
    y, cache = layer.forward(X, ROIS)
    dx, drois = layer.backward(np.ones_like(y), cache)
    assert dx.shape == X.shape
    assert drois.shape == ROIS.shape
    assert not drois.any()


@given(st.integers(0, 2**32), st.tuples(*[st.integers(1, 6)] * 4), st.integers(-1, 3), st.booleans())
@settings(max_examples=25, deadline=None)
def test_means_are_between_the_extremes(seed, sizes, sampling_ratio, aligned):
    rng = np.random.default_rng(seed)
    H, W, height, width = sizes
    x = rng.uniform(1, 2, (2, 3, H, W))
    rois = random_rois(rng, 4, 2, 8)
    settings = (height, width), 1.0, sampling_ratio, aligned
    y = roi_align(x, rois, *settings)
    assert y.shape == (4, 3, height, width)
    assert y.min() >= 0
    assert y.max() <= 2 + 1e-12
    dy = rng.standard_normal(y.shape)
    dx = roi_align_backward(dy, rois, x.shape, *settings)
    assert_close((y * dy).sum(), (x * dx).sum(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_regions_or_images(backend, dtype):
    for images in (0, 2):
        x = np.zeros((images, 3, 4, 4), dtype)
        y = roi_align(x, np.zeros((0, 5), dtype), 2)
        assert y.shape == (0, 3, 2, 2)
        assert y.dtype == dtype
        dx = roi_align_backward(y, np.zeros((0, 5), dtype), x.shape, 2)
        assert dx.dtype == dtype
        assert dx.shape == x.shape


@pytest.mark.parametrize(
    ("x", "rois", "message"),
    [
        (X[0], ROIS, r"x must have shape \(N, C, H, W\), got \(1, 4, 4\)"),
        (X[..., :0], ROIS, r"x must have pixels, got shape \(1, 1, 4, 0\)"),
        (X, ROIS[:, 1:], r"rois must have shape \(K, 5\), got \(2, 4\)"),
        (X, ROIS + 1, r"rois\[0\] is on image 1, of a batch of 1 images"),
        (X, np.full((1, 5), np.inf), r"rois\[0\] has a number that is not finite"),
    ],
)
def test_bad_input(x, rois, message):
    with pytest.raises(ValueError, match=message):
        roi_align(x, rois, 2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((2, -0.5), "spatial_scale must be a positive number, got -0.5"),
        ((2, 1.0, 2.5), "sampling_ratio must be a whole number, got 2.5"),
        ((2, 1.0, True), "sampling_ratio must be a whole number, got True"),
        ((0,), "output_size must be one or two whole numbers of at least 1, got 0"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        roi_align(X, ROIS, *settings)


def test_bad_gradients():
    with pytest.raises(ValueError, match=r"dy must have shape \(2, 1, 2, 2\), got \(2, 1, 3, 2\)"):
        roi_align_backward(np.zeros((2, 1, 3, 2)), ROIS, X.shape, 2)
