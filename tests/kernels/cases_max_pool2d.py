"""Calls on which both forms of `kernels/max_pool2d.py` must agree."""

import numpy as np

from scratchcv.layers.max_pool2d import max_pool2d, max_pool2d_backward


def max_pool2d_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, kernel, stride, padding in [
        ((2, 3, 8, 6), 2, 2, 0),
        ((2, 3, 7, 5), 3, 2, 1),
        ((1, 1, 1, 1), 1, 1, 0),
        ((0, 3, 4, 4), 2, 2, 0),
        ((2, 1, 9, 8), (3, 2), (1, 3), (1, 1)),
        ((5, 17, 33, 31), 3, 1, 1),  # large enough for two threads
    ]:
        x = rng.integers(-3, 4, shape).astype(dtype)  # whole numbers tie
        yield x, kernel, stride, padding
        holes = x.copy()
        holes[rng.random(shape) < 0.2] = -np.inf
        holes[rng.random(shape) < 0.05] = np.nan
        yield holes, kernel, stride, padding
    yield np.full((1, 1, 2, 2), -np.inf, dtype), 2, 1, 1


def max_pool2d_backward_calls(dtype):
    for x, kernel, stride, padding in max_pool2d_calls(dtype):
        y, indices = max_pool2d(x, kernel, stride, padding)
        dy = np.random.default_rng(1).integers(-9, 10, y.shape).astype(dtype)
        yield dy, indices, x.shape[2:]


CASES = {
    "max_pool2d": (max_pool2d, max_pool2d_calls),
    "max_pool2d_backward": (max_pool2d_backward, max_pool2d_backward_calls),
}
