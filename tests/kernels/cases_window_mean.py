"""Calls on which both forms of `kernels/window_mean.py` must agree."""

import numpy as np

from scratchcv.layers.window_mean import window_mean, window_mean_backward


def window_mean_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, size in [
        ((2, 3, 8, 6), (4, 3)),
        ((2, 3, 7, 5), (1, 1)),
        ((1, 1, 1, 1), (2, 3)),
        ((0, 3, 4, 4), (2, 2)),
        ((5, 17, 33, 31), (40, 9)),  # large enough for two threads
    ]:
        start = [rng.integers(0, side, count) for side, count in zip(shape[2:], size, strict=True)]
        rows, columns = (
            np.stack([first, rng.integers(first + 1, side + 1)], axis=1)
            for first, side in zip(start, shape[2:], strict=True)
        )
        yield rng.standard_normal(shape).astype(dtype), rows, columns, rng.integers(1, 9, size)


def window_mean_backward_calls(dtype):
    rng = np.random.default_rng(1)
    for x, rows, columns, divisor in window_mean_calls(dtype):
        dy = rng.standard_normal((*x.shape[:2], *divisor.shape)).astype(dtype)
        yield dy, x.shape[2:], rows, columns, divisor


CASES = {
    "window_mean": (window_mean, window_mean_calls),
    "window_mean_backward": (window_mean_backward, window_mean_backward_calls),
}
