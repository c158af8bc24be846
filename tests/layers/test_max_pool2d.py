"""Max pooling: the lecture's table, ties, borders, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers import MaxPool2d, max_pool2d, max_pool2d_backward, window_output_size
from scratchcv.testing import check_layer

FORMS = [name for name in BACKENDS if name != "numba" or has_numba()]
LECTURE = np.array([[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8.0]]).reshape(1, 1, 4, 4)


def test_the_lectures_table(backend):
    """Lecture S0, lines 691-712."""
    y, indices = max_pool2d(LECTURE, 2)
    assert y[0, 0].tolist() == [[5, 6], [7, 8]]
    assert indices[0, 0].tolist() == [[5, 2], [12, 15]]


def test_the_gradient_goes_back_to_the_winners(backend):
    _, indices = max_pool2d(LECTURE, 2)
    dx = max_pool2d_backward(np.array([[1.0, 2], [3, 4]]).reshape(1, 1, 2, 2), indices, (4, 4))
    assert dx[0, 0].tolist() == [[0, 0, 2, 0], [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 4]]


def test_the_first_of_equals_wins(backend):
    _, indices = max_pool2d(np.zeros((1, 1, 3, 3)), 2, 1)
    assert indices[0, 0].tolist() == [[0, 1], [3, 4]]


def test_a_winner_of_several_windows_gets_the_sum(backend):
    x = np.zeros((1, 1, 3, 3))
    x[0, 0, 1, 1] = 1
    _, indices = max_pool2d(x, 2, 1)
    dx = max_pool2d_backward(np.ones((1, 1, 2, 2)), indices, (3, 3))
    assert dx[0, 0].tolist() == [[0, 0, 0], [0, 4, 0], [0, 0, 0]]


def test_the_border_never_wins(backend):
    y, indices = max_pool2d(np.full((1, 1, 2, 2), -5.0), 3, 1, 1)
    assert (y == -5).all()
    assert indices.min() == 0
    y, indices = max_pool2d(np.full((1, 1, 2, 2), -np.inf), 3, 2, 1)
    assert indices.ravel().tolist() == [0]


def by_definition(x, kernel, stride, padding, dilation, ceil_mode):
    """Look at every pixel of every window, one after another."""
    size = window_output_size(x.shape[2:], kernel, stride, padding, dilation, ceil_mode)
    (H, W), y = x.shape[2:], np.full((*x.shape[:2], *size), -np.inf)
    indices = np.zeros(y.shape, np.int64)
    for n, c, h, w, i, j in np.ndindex(*y.shape, *kernel):
        row = h * stride[0] - padding[0] + i * dilation[0]
        column = w * stride[1] - padding[1] + j * dilation[1]
        if 0 <= row < H and 0 <= column < W and x[n, c, row, column] > y[n, c, h, w]:
            y[n, c, h, w], indices[n, c, h, w] = x[n, c, row, column], row * W + column
    return y, indices


@st.composite
def settings_of_pooling(draw):
    """Draw a shape, kernel, stride, padding, dilation and ceil_mode that fit together."""
    shape = draw(st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(1, 8), st.integers(1, 8)))
    sides = []
    for side in shape[2:]:
        kernel = draw(st.integers(1, min(side, 4)))
        spread = draw(st.integers(1, (side - 1) // (kernel - 1) if kernel > 1 else side))
        sides.append((kernel, draw(st.integers(1, 4)), draw(st.integers(0, kernel // 2)), spread))
    return shape, *zip(*sides, strict=True), draw(st.booleans())


@settings(deadline=None, max_examples=50)
@given(settings_of_pooling(), st.integers(0, 2**32 - 1))
def test_is_what_it_is_defined_to_be(pooling, seed):
    shape, *window = pooling
    x = np.random.default_rng(seed).integers(-5, 6, shape).astype(float)
    y, indices = by_definition(x, *window)
    for name in FORMS:
        with use_backend(name):
            ours = max_pool2d(x, *window)
        assert ours[0].tolist() == y.tolist()
        assert ours[1].tolist() == indices.tolist()


def test_a_window_over_the_far_border(backend):
    y, indices = max_pool2d(np.arange(9.0).reshape(1, 1, 3, 3), 2, ceil_mode=True)
    assert y[0, 0].tolist() == [[4, 5], [7, 8]]
    assert indices[0, 0].tolist() == [[4, 5], [7, 8]]


def test_dilation_skips_pixels(backend):
    y, _ = max_pool2d(np.arange(25.0).reshape(1, 1, 5, 5), 2, 1, dilation=(1, 4))
    assert y[0, 0].tolist() == [[9], [14], [19], [24]]
    y, _ = max_pool2d(np.arange(5.0, 0, -1).reshape(1, 1, 1, 5), (1, 2), 1, (0, 1), 2)
    assert y.ravel().tolist() == [4, 5, 4, 3, 2]  # its first window sees the second pixel alone


def test_nan_wins_and_the_first_of_them_is_reported(backend):
    x = np.array([[1.0, np.nan, 2], [np.nan, 3, 0]]).reshape(1, 1, 2, 3)
    y, indices = max_pool2d(x, 2, 1)
    assert np.isnan(y).tolist() == [[[[True, True]]]]
    assert indices.ravel().tolist() == [1, 1]


@pytest.mark.parametrize("seed", range(20))
def test_gradients(backend, seed):
    rng = np.random.default_rng(seed)
    size = rng.integers(3, 8, 2)
    kernel = rng.integers(1, 4, 2)
    dilation = np.where(kernel > 1, rng.integers(1, (size - 1) // np.maximum(kernel - 1, 1) + 1), 1)
    window = [kernel, rng.integers(1, 4, 2), rng.integers(0, kernel // 2 + 1), dilation]
    layer = MaxPool2d(*(tuple(numbers.tolist()) for numbers in window), ceil_mode=bool(seed % 2))
    check_layer(layer, (2, int(rng.integers(1, 4)), *size.tolist()), max_entries=16)


def test_indices_as_second_output(backend):
    class Pairs(MaxPool2d):
        def backward(self, dy, cache):
            return super().backward(dy[0], cache)  # the check has a gradient for the indices, too

    pool = MaxPool2d(2, return_indices=True)
    y, indices = pool(LECTURE)
    assert (y[0, 0].tolist(), indices[0, 0].tolist()) == ([[5, 6], [7, 8]], [[5, 2], [12, 15]])
    _, cache = pool.forward(LECTURE)
    assert pool.backward(y, cache).sum() == 26
    check_layer(Pairs(3, 2, 1, return_indices=True), (2, 3, 5, 6))


def test_no_images(backend):
    y, indices = max_pool2d(np.zeros((0, 3, 5, 5), np.float32), 2)
    assert (y.shape, indices.shape) == ((0, 3, 2, 2), (0, 3, 2, 2))
    assert max_pool2d_backward(y, indices, (5, 5)).shape == (0, 3, 5, 5)


def test_gradients_to_places_that_do_not_exist():
    """The kernel writes where the indices say: they must be in the image."""
    _, indices = max_pool2d(np.random.default_rng(0).random((2, 3, 8, 8)), 2)
    dy = np.ones((2, 3, 4, 4))
    with pytest.raises(ValueError, match=r"indices must lie in 0…15, got indices\[0, 0, \d, \d\] = \d\d"):
        max_pool2d_backward(dy, indices, (4, 4))
    with pytest.raises(ValueError, match=r"indices must lie in 0…63, got indices\[.*\] = -1"):
        max_pool2d_backward(dy, np.where(indices == indices.min(), -1, indices), (8, 8))
    with pytest.raises(TypeError, match="indices must be integers, got float64"):
        max_pool2d_backward(dy, indices.astype(float), (8, 8))
    with pytest.raises(ValueError, match=r"dy must have shape \(2, 3, 4, 4\), got \(2, 3, 4, 3\)"):
        max_pool2d_backward(dy[..., :3], indices, (8, 8))


def test_images_without_pixels():
    with pytest.raises(ValueError, match="does not fit an image side of 0"):
        max_pool2d(np.zeros((1, 1, 0, 3)), 2, 1, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((3, 4, 4)), 2), r"x must have shape \(N, C, H, W\), got \(3, 4, 4\)"),
        ((np.zeros((1, 1, 4, 4)), 5), "a window of 5 does not fit"),
        (
            (np.zeros((1, 1, 4, 4)), 2, 2, 2),
            r"padding must be at most half the kernel \(2, 2\), got \(2, 2\)",
        ),
        ((np.zeros((1, 1, 4, 4)), (2, 2, 2)), "kernel_size must be one or two whole numbers"),
        ((np.zeros((1, 1, 4, 4)), 2, 1, 0, 0), "dilation must be one or two whole numbers of at least 1"),
        (
            (np.zeros((1, 1, 1, 9)), 2, 1, 1, 2),
            "a window has no pixel of an image side of 1: its pixels lie 2 apart",
        ),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        max_pool2d(*arguments)
