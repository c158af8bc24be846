"""The mean of windows given by their bounds, and its gradient."""

import numpy as np
import pytest

from scratchcv.layers.window_mean import window_mean, window_mean_backward
from scratchcv.testing import gradcheck

ROWS, COLUMNS = np.array([[0, 2], [1, 3]]), np.array([[0, 1], [0, 4], [3, 4]])
DIVISOR = np.array([[2, 8, 2], [1, 4, 1]])


def test_by_hand(backend):
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    assert window_mean(x, ROWS, COLUMNS, DIVISOR).tolist() == [[[[2, 3.5, 5], [12, 15, 18]]]]


def test_infinity_stays_in_its_windows(backend):
    x = np.zeros((1, 1, 3, 4))
    x[0, 0, 0, 0], x[0, 0, 2, 3] = np.inf, np.nan
    y = window_mean(x, ROWS, COLUMNS, DIVISOR)
    np.testing.assert_array_equal(y, [[[[np.inf, np.inf, 0], [0, np.nan, np.nan]]]])


def test_gradients(backend):
    x = np.random.default_rng(0).standard_normal((2, 2, 3, 4))
    gradcheck(
        lambda x: window_mean(x, ROWS, COLUMNS, DIVISOR),
        lambda dy, x: window_mean_backward(dy, x.shape[2:], ROWS, COLUMNS, DIVISOR),
        [x],
    )


def test_bad_input():
    x = np.zeros((1, 1, 3, 4))
    with pytest.raises(ValueError, match=r"divisor must have shape \(2, 3\), got \(3, 2\)"):
        window_mean(x, ROWS, COLUMNS, DIVISOR.T)
    with pytest.raises(ValueError, match=r"rows must lie in 0…2, got rows\[.*\] = 3"):
        window_mean(x[:, :, :2], ROWS, COLUMNS, DIVISOR)
    with pytest.raises(ValueError, match=r"columns must lie in 0…3, got columns\[.*\] = 4"):
        window_mean_backward(np.zeros((1, 1, 2, 3)), (3, 3), ROWS, COLUMNS, DIVISOR)
    with pytest.raises(ValueError, match=r"dy must have shape \(N, C, 2, 3\), got \(1, 1, 3, 4\)"):
        window_mean_backward(x, (3, 4), ROWS, COLUMNS, DIVISOR)
