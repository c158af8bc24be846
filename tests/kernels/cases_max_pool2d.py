"""Calls on which both forms of `kernels/max_pool2d.py` must agree."""

import numpy as np

from scratchcv.layers.max_pool2d import max_pool2d


def max_pool2d_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, window in [
        ((2, 3, 8, 6), (2,)),
        ((2, 3, 9, 7), (3, 2, 1)),
        ((2, 3, 9, 8), ((2, 3), (1, 4), (1, 0), (2, 1))),
        ((1, 2, 7, 11), (3, (3, 1), 1, (1, 4), True)),
        ((1, 2, 5, 5), (4, 3, 2, 1, True)),
        ((1, 1, 1, 1), (1,)),
        ((0, 3, 4, 4), (2,)),
        ((2, 0, 4, 4), (2,)),
        ((5, 17, 33, 31), (3, 2, 1)),  # large enough for two threads
    ]:
        x = rng.integers(-3, 4, shape).astype(dtype)  # whole numbers tie
        yield x, *window
        holes = x.copy()
        holes[rng.random(shape) < 0.4] = -np.inf
        yield holes, *window
        holes[rng.random(shape) < 0.05] = np.nan
        yield holes, *window


CASES = {"max_pool2d": (max_pool2d, max_pool2d_calls)}
