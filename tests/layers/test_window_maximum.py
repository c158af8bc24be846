"""The maximum of windows given by their bounds."""

import numpy as np
import pytest

from scratchcv.layers.window_maximum import window_maximum

X = np.array([[5.0, 1, 7], [5, 9, 0]]).reshape(1, 1, 2, 3)
WHOLE, NOTHING = [0, 2], [1, 1]


def test_by_hand(backend):
    rows, columns = np.array([[WHOLE, [1, 2]]]), np.array([[[0, 1], [0, 2], [1, 3]]])
    y, indices = window_maximum(X, np.array([0]), rows, columns)
    assert y[0, 0].tolist() == [[5, 9, 9], [5, 9, 9]]
    assert indices[0, 0].tolist() == [[0, 4, 4], [3, 4, 4]]


def test_grids_on_images_in_any_order(backend):
    x = np.arange(4.0).reshape(4, 1, 1, 1)
    bounds = np.array([[[0, 1]]] * 3)
    y, _ = window_maximum(x, np.array([3, 0, 3]), bounds, bounds)
    assert y.ravel().tolist() == [3, 0, 3]


def test_windows_without_a_pixel(backend):
    y, indices = window_maximum(-X, np.array([0]), np.array([[WHOLE, NOTHING]]), np.array([[WHOLE, NOTHING]]))
    assert y[0, 0].tolist() == [[-1, 0], [0, 0]]
    assert indices[0, 0].tolist() == [[1, -1], [-1, -1]]


def test_minus_infinity_is_a_value(backend):
    y, indices = window_maximum(
        np.full_like(X, -np.inf), np.array([0]), np.array([[WHOLE]]), np.array([[[1, 3]]])
    )
    assert (y.item(), indices.item()) == (-np.inf, 1)


def test_bounds_of_other_grids():
    with pytest.raises(ValueError, match=r"columns must have shape \(1, W', 2\), got \(2, 1, 2\)"):
        window_maximum(X, np.array([0]), np.array([[WHOLE]]), np.array([[WHOLE]] * 2))


def test_bounds_outside_the_image():
    inside = np.array([[WHOLE]])
    with pytest.raises(ValueError, match=r"rows must lie in 0…2, got rows\[.*\] = 3"):
        window_maximum(X, np.array([0]), np.array([[[0, 3]]]), inside)
    with pytest.raises(ValueError, match=r"columns must lie in 0…3, got columns\[.*\] = -1"):
        window_maximum(X, np.array([0]), inside, np.array([[[-1, 2]]]))
    with pytest.raises(ValueError, match=r"images must lie in 0…0, got images\[.*\] = 1"):
        window_maximum(X, np.array([1]), inside, inside)
