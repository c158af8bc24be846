"""RoI pooling on channels-last features: every pixel of a bin is a vector of channels.

The loop over a bin's pixels compares all channels at once, without a branch: 2 to 4 times as fast as looking
for the maximum of one channel at a time (`window_maximum`). Comparisons are exact: both give the same bits.
Backward, a thread owns a slice of the channels and reads one region after the other as they lie in memory:
sums come in that order, whatever the number of threads.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._channels_last import _channels_last, _is_little
from scratchcv.kernels.parallel import parallel_for
from scratchcv.kernels.window_maximum import window_maximum

_SLICE = 32  # channels that a thread spreads at a time: their maps stay in the second-level cache
_SMALL = 32768  # outputs below which one thread does it


def roi_pool(x: Array, images: Array, rows: Array, columns: Array) -> tuple[Array, Array]:
    """Return maxima and places; the twin of `scratchcv.layers.roi_pool.roi_pool_numpy`."""
    y = np.empty((len(images), x.shape[1], rows.shape[1], columns.shape[1]), x.dtype)
    if _is_little(y, x.shape):
        return window_maximum(x, images, rows, columns, (1, 1))
    indices = np.empty(y.shape, np.int64)
    arguments = _channels_last(x), x.shape[2:], images, rows, columns, y, indices
    parallel_for(_maxima, len(images), *arguments, serial=y.size < _SMALL)
    return y, indices


def roi_pool_backward(dy: Array, indices: Array, images: Array, x_shape: tuple[int, int, int, int]) -> Array:
    """Return dx; the twin of `scratchcv.layers.roi_pool.roi_pool_backward_numpy`."""
    N, C, H, W = x_shape
    dx = np.zeros((N, C, H * W), dy.dtype)
    outputs = len(images), C, dy.shape[2] * dy.shape[3]
    arguments = dy.reshape(outputs), indices.reshape(outputs), images, dx
    parallel_for(_scatter, -(-C // _SLICE), *arguments, serial=dy.size < _SMALL)
    return dx.reshape(x_shape)


@njit(cache=True, nogil=True)
def _maxima(start, stop, pixels, size, images, rows, columns, y, indices):  # type: ignore[no-untyped-def]
    H, W = size
    C, height, width = y.shape[1:]
    best, place = np.empty((height * width, C), y.dtype), np.empty((height * width, C), np.int32)
    for k in range(start, stop):
        origin = images[k] * H * W
        for h in range(height):
            top, bottom = rows[k, h]
            for w in range(width):
                first, end = columns[k, w]
                b = h * width + w
                empty = top >= bottom or first >= end
                q = top * W + first
                for c in range(uint64(C)):
                    best[b, c] = 0 if empty else pixels[uint64(origin + q), c]
                    place[b, c] = -1 if empty else q
                if empty:
                    continue
                for r in range(top, bottom):
                    for q in range(r * W + first, r * W + end):
                        p, here = uint64(origin + q), np.int32(q)
                        for c in range(uint64(C)):
                            value, largest = pixels[p, c], best[b, c]
                            wins = (not value <= largest) & (largest == largest)  # NaN wins, the first one
                            best[b, c] = value if wins else largest
                            place[b, c] = here if wins else place[b, c]
        for c in range(uint64(C)):
            for h in range(uint64(height)):
                for w in range(uint64(width)):
                    b = h * uint64(width) + w
                    y[k, c, h, w], indices[k, c, h, w] = best[b, c], place[b, c]


@njit(cache=True, nogil=True)
def _scatter(start, stop, dy, indices, images, dx):  # type: ignore[no-untyped-def]
    for task in range(start, stop):
        for k in range(len(images)):
            n = images[k]
            for c in range(task * _SLICE, min((task + 1) * _SLICE, dx.shape[1])):
                for i in range(uint64(dy.shape[2])):
                    place = indices[k, c, i]
                    if place >= 0:
                        dx[n, c, uint64(place)] += dy[k, c, i]
