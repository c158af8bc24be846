"""Max pooling: the lecture's table, ties, borders, gradients."""

import numpy as np
import pytest

from scratchcv.layers import MaxPool2d, max_pool2d, max_pool2d_backward
from scratchcv.testing import check_layer

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


@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding"), [(2, None, 0), (3, 2, 1), ((2, 3), (3, 1), (1, 0))]
)
def test_gradients(backend, kernel_size, stride, padding):
    check_layer(MaxPool2d(kernel_size, stride, padding), (2, 3, 7, 6))


def test_gradients_to_places_that_do_not_exist():
    """The kernel writes where the indices say: they must be in the image."""
    _, indices = max_pool2d(np.random.default_rng(0).random((2, 3, 8, 8)), 2)
    dy = np.ones((2, 3, 4, 4))
    with pytest.raises(ValueError, match=r"indices must lie in 0…15, got \d+ to 6[0-3]"):
        max_pool2d_backward(dy, indices, (4, 4))
    with pytest.raises(ValueError, match="indices must lie in 0…63, got -1 to"):
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
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        max_pool2d(*arguments)
