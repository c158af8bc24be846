"""Resampling by loops over output rows, all cores.

An output row is made in two steps: its image rows are summed into one line, which stays in the cache, then
the pixels of the line into outputs. Backward runs the same two steps in reverse. Each thread owns whole
planes of the result, so that it does not depend on their number.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 32768  # outputs below which one thread does it


def resample(x: Array, rows, columns, images: Array) -> Array:  # type: ignore[no-untyped-def]
    """Return R x Cᵀ; the twin of `scratchcv.layers.resample.resample_numpy`."""
    y = np.empty((len(images), x.shape[1], rows.first.shape[1], columns.first.shape[1]), x.dtype)
    left, wide, weights = columns
    columns = left, wide, np.ascontiguousarray(weights.swapaxes(1, 2))  # (T, taps, W')
    parallel_for(_gather, y.shape[0] * y.shape[1], x, *rows, *columns, images, y, serial=y.size < _SMALL)
    return y


def resample_backward(  # type: ignore[no-untyped-def]
    dy: Array, rows, columns, x_shape: tuple[int, int, int, int], images: Array
) -> Array:
    """Return Rᵀ dy C; the twin of `scratchcv.layers.resample.resample_backward_numpy`."""
    dx = np.zeros(x_shape, dy.dtype)
    planes = x_shape[0] * x_shape[1]
    parallel_for(_scatter, planes, dy, *rows, *columns, images, dx, serial=dy.size < _SMALL)
    return dx


@njit(cache=True, nogil=True)
def _gather(start, stop, x, top, tall, row_weights, left, wide, column_weights, images, y):  # type: ignore[no-untyped-def]
    C, W, taps = x.shape[1], x.shape[3], column_weights.shape[1]
    line = np.zeros(W + taps, x.dtype)
    for plane in range(start, stop):
        k, c = plane // C, plane % C
        r, q = k % len(top), k % len(left)
        begin, end = _extent(left[q], wide[q])
        line[:begin], line[end:] = 0, 0  # read by outputs with fewer taps, times zero
        taps = wide[q].max()
        for h in range(y.shape[2]):
            out = y[k, c, h]
            if tall[r, h] == 0 or taps == 0:
                out[:] = 0
                continue
            _fill_line(x[images[k], c], top[r, h], tall[r, h], row_weights[r, h], begin, end, line)
            # Tap by tap over all outputs, not output by output over its few taps: that is done in vectors.
            for w in range(uint64(len(out))):
                out[w] = column_weights[q, 0, w] * line[uint64(left[q, w])]
            for i in range(uint64(1), uint64(taps)):
                for w in range(uint64(len(out))):
                    out[w] += column_weights[q, i, w] * line[uint64(left[q, w]) + i]


@njit(cache=True, nogil=True)
def _scatter(start, stop, dy, top, tall, row_weights, left, wide, column_weights, images, dx):  # type: ignore[no-untyped-def]
    C = dx.shape[1]
    line = np.empty(dx.shape[3], dx.dtype)
    for plane in range(start, stop):
        n, c = plane // C, plane % C
        for k in range(len(images)):
            if images[k] != n:
                continue
            r, q = k % len(top), k % len(left)
            begin, end = _extent(left[q], wide[q])
            for h in range(dy.shape[2]):
                if tall[r, h] == 0:
                    continue
                line[begin:end] = 0
                for w in range(dy.shape[3]):
                    for i in range(wide[q, w]):
                        line[left[q, w] + i] += column_weights[q, w, i] * dy[k, c, h, w]
                _spill_line(line, top[r, h], tall[r, h], row_weights[r, h], begin, end, dx[n, c])


@njit(cache=True, nogil=True)
def _extent(first, count):  # type: ignore[no-untyped-def]
    """Return where the pixels begin and end that any output needs."""
    begin, end = 1 << 62, 0
    for w in range(len(first)):
        if count[w] > 0:
            begin, end = min(begin, first[w]), max(end, first[w] + count[w])
    return min(begin, end), end


@njit(cache=True, nogil=True)
def _fill_line(image, top, tall, weights, begin, end, line):  # type: ignore[no-untyped-def]
    """Sum rows into the line."""
    for w in range(uint64(begin), uint64(end)):
        line[w] = weights[0] * image[top, w]
    for i in range(1, tall):
        for w in range(uint64(begin), uint64(end)):
            line[w] += weights[i] * image[top + i, w]


@njit(cache=True, nogil=True)
def _spill_line(line, top, tall, weights, begin, end, image):  # type: ignore[no-untyped-def]
    """Add the line to rows."""
    for i in range(tall):
        for w in range(uint64(begin), uint64(end)):
            image[top + i, w] += weights[i] * line[w]
