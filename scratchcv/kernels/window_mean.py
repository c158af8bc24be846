"""The mean of each window, rows first, all cores.

Sums of columns are shared by the windows of one row, so that k · k additions a window become k and k.
"""

import numpy as np
from numba import njit

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 65536  # elements below which one thread does it


def window_mean(x: Array, rows: Array, columns: Array, divisor: Array) -> Array:
    """Return the means; the twin of `scratchcv.layers.window_mean.window_mean_numpy`."""
    N, C, H, W = x.shape
    y = np.empty((N * C, *divisor.shape), x.dtype)
    serial = max(x.size, y.size) < _SMALL
    parallel_for(_means, N * C, x.reshape(N * C, H, W), rows, columns, divisor, y, serial=serial)
    return y.reshape(N, C, *divisor.shape)


def window_mean_backward(
    dy: Array, image_size: tuple[int, int], rows: Array, columns: Array, divisor: Array
) -> Array:
    """Return dx; the twin of `scratchcv.layers.window_mean.window_mean_backward_numpy`."""
    N, C = dy.shape[:2]
    dx = np.zeros((N * C, *image_size), dy.dtype)
    dy = dy.reshape(N * C, *divisor.shape)
    serial = max(dx.size, dy.size) < _SMALL
    parallel_for(_shares, N * C, dy, rows, columns, divisor, dx, serial=serial)
    return dx.reshape(N, C, *image_size)


@njit(cache=True, nogil=True)
def _means(start, stop, x, rows, columns, divisor, y):  # type: ignore[no-untyped-def]
    by_row = np.empty(x.shape[2], x.dtype)
    for plane in range(start, stop):
        for h in range(len(rows)):
            by_row[:] = 0
            for r in range(rows[h, 0], rows[h, 1]):
                for q in range(len(by_row)):
                    by_row[q] += x[plane, r, q]
            for w in range(len(columns)):
                total = x.dtype.type(0)
                for q in range(columns[w, 0], columns[w, 1]):
                    total += by_row[q]
                y[plane, h, w] = total / divisor[h, w]


@njit(cache=True, nogil=True)
def _shares(start, stop, dy, rows, columns, divisor, dx):  # type: ignore[no-untyped-def]
    by_row = np.empty(dx.shape[2], dx.dtype)
    for plane in range(start, stop):
        for h in range(len(rows)):
            by_row[:] = 0
            for w in range(len(columns)):
                share = dy[plane, h, w] / divisor[h, w]
                for q in range(columns[w, 0], columns[w, 1]):
                    by_row[q] += share
            for r in range(rows[h, 0], rows[h, 1]):
                for q in range(len(by_row)):
                    dx[plane, r, q] += by_row[q]
