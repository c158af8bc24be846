"""Calls on which both forms of `kernels/window_maximum.py` must agree."""

import numpy as np

from scratchcv.layers.window_maximum import window_maximum


def random_bounds(rng, shape, side):
    """Return starts and stops within an image's side, some of them equal."""
    return np.sort(rng.integers(0, side + 1, (*shape, 2)), axis=-1)


def window_maximum_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, grids, size, dilation in [
        ((2, 3, 8, 6), 2, (4, 3), (1, 1)),
        ((2, 3, 7, 5), 5, (3, 4), (2, 3)),
        ((1, 1, 1, 1), 1, (2, 2), (1, 1)),
        ((0, 3, 4, 4), 0, (2, 2), (1, 1)),
        ((2, 3, 4, 4), 0, (2, 2), (1, 2)),
        ((5, 17, 33, 31), 6, (7, 9), (1, 1)),  # large enough for two threads
    ]:
        x = rng.integers(-3, 4, shape).astype(dtype)  # whole numbers tie
        images = rng.integers(0, max(shape[0], 1), grids)
        rows, columns = (random_bounds(rng, (grids, size[axis]), shape[2 + axis]) for axis in (0, 1))
        yield x, images, rows, columns, dilation
        holes = x.copy()
        holes[rng.random(shape) < 0.2] = -np.inf
        yield holes, images, rows, columns, dilation
        holes[rng.random(shape) < 0.05] = np.nan
        yield holes, images, rows, columns, dilation


CASES = {"window_maximum": (window_maximum, window_maximum_calls)}
