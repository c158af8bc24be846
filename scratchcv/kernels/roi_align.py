"""RoIAlign on channels-last features: every tap of a bin is a vector of channels.

`resample`, which is the formula in two steps, sums a row of one channel at a time. Here a bin's few taps are
summed for all channels at once, without the zeros between its samples: almost 3 times as fast for 512 regions
of 256 channels, and 2.5 times backward. There a thread owns a slice of the channels, so that regions that
overlap add up in their order, whatever the number of threads.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._channels_last import _channels_last, _is_little
from scratchcv.kernels.parallel import parallel_for
from scratchcv.kernels.resample import resample, resample_backward

_TAPS = 4  # at a time: each pass over the sums adds so many pixels
_SLICE = 64  # channels that a thread spreads at a time
_SMALL = 32768  # outputs below which one thread does it

_FAST = {"contract"}

_Taps = tuple[Array, Array, Array]  # first, length, weights


def roi_align(x: Array, rows: _Taps, columns: _Taps, images: Array) -> Array:
    """Return R x Cᵀ of each region; the twin of `scratchcv.layers.roi_align.roi_align_numpy`."""
    y = np.empty((len(images), x.shape[1], rows[0].shape[1], columns[0].shape[1]), x.dtype)
    if _is_little(y, x.shape):
        return resample(x, rows, columns, images)
    arguments = _channels_last(x), x.shape[2:], tuple(rows), tuple(columns), images, y
    parallel_for(_gather, len(images), *arguments, serial=y.size < _SMALL)
    return y


def roi_align_backward(
    dy: Array, rows: _Taps, columns: _Taps, x_shape: tuple[int, int, int, int], images: Array
) -> Array:
    """Return Rᵀ dy C; the twin of `scratchcv.layers.roi_align.roi_align_backward_numpy`."""
    if _is_little(dy, x_shape):
        return resample_backward(dy, rows, columns, x_shape, images)
    dx = np.empty(x_shape, dy.dtype)
    arguments = dy, tuple(rows), tuple(columns), images, dx
    parallel_for(_scatter, -(-x_shape[1] // _SLICE), *arguments, serial=dy.size < _SMALL)
    return dx


@njit(cache=True, nogil=True)
def _list_taps(k, rows, columns, h, w, origin, W, nowhere, places, weights):  # type: ignore[no-untyped-def]
    """List the pixels that a bin is made of, with their weights; return how many, in whole groups."""
    top, tall, row_weights = rows
    left, wide, column_weights = columns
    count = 0
    for i in range(tall[k, h]):
        if row_weights[k, h, i] != 0:
            for j in range(wide[k, w]):
                if column_weights[k, w, j] != 0:
                    places[count] = origin + (top[k, h] + i) * W + left[k, w] + j
                    weights[count] = row_weights[k, h, i] * column_weights[k, w, j]
                    count += 1
    while count % _TAPS:
        places[count], weights[count] = nowhere, 0
        count += 1
    return count


@njit(cache=True, nogil=True, fastmath=_FAST)
def _gather(start, stop, pixels, size, rows, columns, images, y):  # type: ignore[no-untyped-def]
    H, W = size
    C, height, width = y.shape[1:]
    most = rows[2].shape[2] * columns[2].shape[2] + _TAPS
    places, weights = np.empty(most, np.uint64), np.empty(most, y.dtype)
    sums = np.empty((height * width, C), y.dtype)
    for k in range(start, stop):
        for h in range(height):
            for w in range(width):
                count = _list_taps(
                    k, rows, columns, h, w, images[k] * H * W, W, len(pixels) - 1, places, weights
                )
                b = h * width + w
                for c in range(uint64(C)):
                    sums[b, c] = 0
                for t in range(0, count, _TAPS):
                    p, q, r, s = places[t], places[t + 1], places[t + 2], places[t + 3]
                    wp, wq, wr, ws = weights[t], weights[t + 1], weights[t + 2], weights[t + 3]
                    for c in range(uint64(C)):
                        sums[b, c] += (
                            wp * pixels[p, c] + wq * pixels[q, c] + wr * pixels[r, c] + ws * pixels[s, c]
                        )
        for c in range(uint64(C)):
            for h in range(uint64(height)):
                for w in range(uint64(width)):
                    y[k, c, h, w] = sums[h * uint64(width) + w, c]


@njit(cache=True, nogil=True, fastmath=_FAST)
def _scatter(start, stop, dy, rows, columns, images, dx):  # type: ignore[no-untyped-def]
    N, C, H, W = dx.shape
    height, width = dy.shape[2:]
    most = rows[2].shape[2] * columns[2].shape[2] + _TAPS
    places, weights = np.empty(most, np.uint64), np.empty(most, dy.dtype)
    pixels = np.empty((N * H * W + 1, _SLICE), dy.dtype)
    values = np.zeros((height * width, _SLICE), dy.dtype)  # beyond the last channel they stay zero
    for task in range(start, stop):
        first = task * _SLICE
        channels = min(_SLICE, C - first)
        pixels[:] = 0
        for k in range(len(images)):
            for c in range(uint64(channels)):
                for h in range(uint64(height)):
                    for w in range(uint64(width)):
                        values[h * uint64(width) + w, c] = dy[k, uint64(first) + c, h, w]
            for h in range(height):
                for w in range(width):
                    count = _list_taps(
                        k, rows, columns, h, w, images[k] * H * W, W, len(pixels) - 1, places, weights
                    )
                    b = h * width + w
                    for t in range(count):
                        p, weight = places[t], weights[t]
                        for c in range(uint64(_SLICE)):
                            pixels[p, c] += weight * values[b, c]
        for n in range(N):
            for c in range(uint64(channels)):
                for h in range(uint64(H)):
                    for w in range(uint64(W)):
                        dx[n, uint64(first) + c, h, w] = pixels[
                            uint64(n * H) * uint64(W) + h * uint64(W) + w, c
                        ]
