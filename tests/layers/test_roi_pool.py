"""RoI pooling: d2l's example, rounding, borders, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers import RoIPool, max_pool2d, roi_pool, roi_pool_backward, roi_pool_bins
from scratchcv.testing import check_layer, gradcheck

FORMS = [name for name in BACKENDS if name != "numba" or has_numba()]
SIXTEEN = np.arange(16.0).reshape(1, 1, 4, 4)


def test_the_example_of_d2l(backend):
    """The map of a 40 pixel image at a tenth of its size; lecture S1, lines 659-678."""
    y, indices = roi_pool(SIXTEEN, np.array([[0, 0, 0, 20, 20], [0, 0, 10, 30, 30.0]]), 2, 0.1)
    assert y[:, 0].tolist() == [[[5, 6], [9, 10]], [[9, 11], [13, 15]]]
    assert indices.tolist() == y.tolist()  # every pixel's value is its place


def test_bins_say_where_the_maxima_were_looked_for():
    x = np.random.default_rng(0).standard_normal((1, 1, 9, 12))
    boxes = np.random.default_rng(1).uniform(-10, 100, (20, 2, 2))
    boxes.sort(axis=1)
    boxes = boxes.reshape(20, 4)
    y, _ = roi_pool(x, np.insert(boxes, 0, 0, axis=1), (3, 2), 1 / 8)
    rows, columns = roi_pool_bins(boxes, (3, 2), (9, 12), 1 / 8)
    for k, i, j in np.ndindex(20, 3, 2):
        assert y[k, 0, i, j] == x[0, 0, slice(*rows[k, i]), slice(*columns[k, j])].max(initial=-9) or (
            y[k, 0, i, j] == 0  # of a bin outside the map
        )
    assert roi_pool_bins(np.zeros((0, 4)), 7, (9, 12))[0].shape == (0, 7, 2)


def test_shapes_of_the_lecture(backend):
    """Lecture S1, line 675: 512 x 2 x 2, in practice 512 x 7 x 7, whatever the region."""
    x = np.zeros((1, 512, 15, 20), np.float32)
    for box in ([0, 0, 640, 480], [100, 50, 132, 400]):
        for size in (2, 7):
            y, _ = roi_pool(x, np.array([[0, *box]]), size, 1 / 32)
            assert y.shape == (1, 512, size, size)


def test_both_ends_belong_to_a_region(backend):
    y, _ = roi_pool(SIXTEEN, np.array([[0, 1, 1, 1, 1], [0, 1, 1, 2, 1], [0, 0, 0, 3, 3]]), 1)
    assert y.ravel().tolist() == [5, 6, 15]


@pytest.mark.parametrize(
    ("edge", "pixel"), [(0.49999999999999994, 0), (0.5, 1), (1.5, 2), (2.5, 3), (-0.5, 0)]
)
def test_halves_are_rounded_away_from_zero(backend, edge, pixel):
    x = np.arange(4.0).reshape(1, 1, 1, 4)
    y, indices = roi_pool(x, np.array([[0, edge, 0, edge, 0]]), 1)
    assert (y.item(), indices.item()) == ((0, -1) if edge < 0 else (pixel, pixel))  # -1 is outside


@pytest.mark.parametrize(("dtype", "last", "corner"), [(np.float32, 28, 32), (np.float64, 29, 31)])
def test_bins_round_in_the_precision_of_the_map(backend, dtype, last, corner):
    """29 / 7 · 7 is more than 29 in float64 alone, .7 · 45 less than 31.5; torchvision's answers."""
    x = np.arange(40, dtype=dtype).reshape(1, 1, 1, 40)
    y, _ = roi_pool(x, np.array([[0, 0, 0, 28, 0]]), (1, 7))
    assert y.ravel().tolist() == [4, 8, 12, 16, 20, 24, last]
    y, _ = roi_pool(x, np.array([[0, 45, 0, 45, 0]]), 1, 0.7)
    assert y.item() == corner


def test_a_region_inside_out_is_one_pixel(backend):
    y, _ = roi_pool(SIXTEEN, np.array([[0, 2, 3, 0, 0]]), (1, 2))
    assert y.ravel().tolist() == [14, 14]


def test_bins_outside_the_image_are_empty(backend):
    y, indices = roi_pool(SIXTEEN - 99, np.array([[0, 2, 0, 5, 0], [0, 9, 9, 12, 12]]), (1, 2))
    assert y[:, 0].tolist() == [[[3 - 99, 0]], [[0, 0]]]
    assert indices[:, 0].tolist() == [[[3, -1]], [[-1, -1]]]
    dx = roi_pool_backward(np.ones(y.shape), indices, np.zeros((2, 5)), SIXTEEN.shape)
    assert (dx.sum(), dx[0, 0, 0, 3]) == (1, 1)


def test_regions_far_away(backend):
    far = np.array([[0, -1e300, -1e300, 1e300, 1e300], [0, 1e300, 0, 1e301, 1]])
    for dtype in (np.float32, np.float64):
        y, _ = roi_pool(SIXTEEN.astype(dtype), far, 1, 3.0)
        assert y.ravel().tolist() == [15, 0]


def test_an_image_index_chooses_the_image(backend):
    x = np.concatenate([SIXTEEN, -SIXTEEN])
    rois = np.array([[1, 0, 0, 3, 3], [0, 0, 0, 3, 3], [1, 1, 1, 3, 3]])
    y, indices = roi_pool(x, rois, 1)
    assert y.ravel().tolist() == [0, 15, -5]
    dx = roi_pool_backward(np.array([1.0, 2, 4]).reshape(3, 1, 1, 1), indices, rois, x.shape)
    assert (dx[1, 0, 0, 0], dx[0, 0, 3, 3], dx[1, 0, 1, 1], dx.sum()) == (1, 2, 4, 7)


@settings(deadline=None, max_examples=25)
@given(st.tuples(*[st.integers(1, 4)] * 6))
def test_of_the_whole_image_it_is_max_pooling(sizes):
    N, C, height, width, kh, kw = sizes
    x = np.random.default_rng(0).integers(-9, 10, (N, C, height * kh, width * kw)).astype(float)
    rois = np.array([[n, 0, 0, width * kw - 1, height * kh - 1] for n in range(N)])
    for name in FORMS:
        with use_backend(name):
            y, indices = roi_pool(x, rois, (height, width))
            expected, places = max_pool2d(x, (kh, kw))
        assert y.tolist() == expected.tolist()
        assert indices.tolist() == places.tolist()


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(st.integers(1, 8), st.integers(1, 8), st.integers(1, 5), st.integers(1, 5)),
    st.lists(st.tuples(*[st.integers(-4, 12)] * 4), max_size=4),
)
def test_is_what_it_is_defined_to_be(sizes, boxes):
    H, W, height, width = sizes
    x = np.random.default_rng(0).integers(-9, 10, (1, 1, H, W)).astype(float)
    rois = np.array([(0, *box) for box in boxes]).reshape(-1, 5)
    expected = np.zeros((len(rois), 1, height, width))
    for k, h, w in np.ndindex(len(rois), height, width):
        x1, y1, x2, y2 = boxes[k]
        tall, wide = max(y2 - y1 + 1, 1), max(x2 - x1 + 1, 1)
        inside = [
            x[0, 0, row, column]
            for row in range(H)
            if h * tall // height <= row - y1 < -(-(h + 1) * tall // height)
            for column in range(W)
            if w * wide // width <= column - x1 < -(-(w + 1) * wide // width)
        ]
        expected[k, 0, h, w] = max(inside, default=0)
    for name in FORMS:
        with use_backend(name):
            assert roi_pool(x, rois, (height, width))[0].tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_gradients(backend, seed):
    rng = np.random.default_rng(seed)
    N, C, H, W, *size = rng.integers(1, 7, 6).tolist()
    boxes = rng.uniform(-0.2, 1.2, (5, 4)) * [W, H, W, H] / 0.25
    rois = np.hstack([rng.integers(0, N, (5, 1)), boxes])
    layer = RoIPool(tuple(size), 0.25)
    check_layer(layer, (N, C, H, W), rois, constants=(1,), empty_batch=False, max_entries=16)


def test_regions_have_the_gradient_zero(backend):
    """The image an index names does not change a little at a time; corners do, and nothing follows."""
    x, boxes = np.random.default_rng(0).random((1, 2, 5, 5)), np.array([[0.2, 1.3, 3.1, 4.4], [1, 1, 2, 3]])
    pool = RoIPool(2, 1.0)
    rois = np.hstack([np.zeros((2, 1)), boxes])
    y, cache = pool.forward(x, rois)
    dx, drois = pool.backward(y, cache)
    assert (dx.shape, drois.shape, drois.any()) == (x.shape, rois.shape, np.False_)
    gradcheck(
        lambda boxes: pool(x, np.hstack([np.zeros((2, 1)), boxes])), lambda dy, boxes: drois[:, 1:], [boxes]
    )


def test_no_regions(backend):
    for N in (0, 2):
        x = np.zeros((N, 3, 4, 4), np.float32)
        y, indices = roi_pool(x, np.zeros((0, 5)), (2, 3))
        assert (y.shape, y.dtype, indices.shape) == ((0, 3, 2, 3), np.float32, (0, 3, 2, 3))
        dx = roi_pool_backward(y, indices, np.zeros((0, 5)), x.shape)
        assert (dx.shape, dx.any()) == (x.shape, np.False_)


@pytest.mark.parametrize(
    ("rois", "message"),
    [
        ([[0, 1, 1, 2]], r"rois must have shape \(K, 5\), got \(1, 4\)"),
        ([[0, 1, 1, 2, 2], [1, 1, 1, 2, 2]], r"rois\[1\] is on image 1, of a batch of 1 images"),
        ([[-1, 1, 1, 2, 2]], r"rois\[0\] is on image -1, of a batch of 1 images"),
        ([[0.5, 1, 1, 2, 2]], r"rois\[0\] is on image 0.5, of a batch of 1 images"),
        ([[0, 1, np.nan, 2, 2]], r"rois\[0\] has a number that is not finite: \[0.0, 1.0, nan, 2.0, 2.0\]"),
    ],
)
def test_bad_regions(rois, message):
    with pytest.raises(ValueError, match=message):
        roi_pool(SIXTEEN, np.array(rois), 2)


def test_bad_input():
    y, indices = roi_pool(SIXTEEN, np.array([[0, 0, 0, 3, 3]]), 2)
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\), got \(4, 4\)"):
        roi_pool(SIXTEEN[0, 0], np.zeros((0, 5)), 2)
    with pytest.raises(ValueError, match="spatial_scale must be a positive number, got 0"):
        roi_pool(SIXTEEN, np.zeros((0, 5)), 2, 0)
    with pytest.raises(ValueError, match=r"rois must have shape \(1, 5\), got \(2, 5\)"):
        roi_pool_backward(y, indices, np.zeros((2, 5)), SIXTEEN.shape)
    with pytest.raises(ValueError, match=r"indices must lie in -1…8, got indices\[.*\] = 13"):
        roi_pool_backward(y, indices, np.zeros((1, 5)), (1, 1, 3, 3))
