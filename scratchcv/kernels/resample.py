"""Resampling by loops over output rows, all cores.

An output row is made in two steps: its image rows are summed into one line, which stays in the cache, then
the pixels of the line into outputs. Backward runs the same two steps in reverse. Where outputs are copies of
pixels, they are copied. Each thread owns whole planes of the result, so that it does not depend on their
number.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 32768  # outputs below which one thread does it

_Taps = tuple[Array, Array, Array]  # first, length, weights


def resample(x: Array, rows: _Taps, columns: _Taps, images: Array) -> Array:
    """Return R x Cᵀ; the twin of `scratchcv.layers.resample.resample_numpy`."""
    y = np.empty((len(images), x.shape[1], rows[0].shape[1], columns[0].shape[1]), x.dtype)
    tables = *rows, *_in_pairs(columns)
    parallel_for(_gather, y.shape[0] * y.shape[1], x, *tables, images, y, serial=y.size < _SMALL)
    return y


def resample_backward(
    dy: Array, rows: _Taps, columns: _Taps, x_shape: tuple[int, int, int, int], images: Array
) -> Array:
    """Return Rᵀ dy C; the twin of `scratchcv.layers.resample.resample_backward_numpy`."""
    dx = np.zeros(x_shape, dy.dtype)
    tables = *rows, *_in_pairs(columns)
    parallel_for(_scatter, x_shape[0] * x_shape[1], dy, *tables, images, dx, serial=dy.size < _SMALL)
    return dx


def copy_pixels(x: Array, rows: Array, columns: Array, images: Array) -> Array:
    """Return chosen pixels; the twin of `scratchcv.layers.resample.copy_pixels_numpy`."""
    y = np.empty((len(images), x.shape[1], len(rows), len(columns)), x.dtype)
    tasks = y.shape[0] * y.shape[1]
    parallel_for(_copy, tasks, x, rows, columns, images, y, serial=y.size < _SMALL)
    return y


def _in_pairs(taps: _Taps) -> _Taps:
    """Return a table whose weights are (T, taps, outputs), for an even number of taps, the last of weight 0.

    Two taps a sweep over a row of outputs are half the sweeps.
    """
    first, length, weights = taps
    T, outputs, count = weights.shape
    in_pairs = np.zeros((T, count + count % 2, outputs), weights.dtype)
    in_pairs[:, :count] = weights.swapaxes(1, 2)
    return first, length, in_pairs


@njit(cache=True, nogil=True)
def _copy(start, stop, x, rows, columns, images, y):  # type: ignore[no-untyped-def]
    C = x.shape[1]
    for plane in range(start, stop):
        k, c = plane // C, plane % C
        for h in range(len(rows)):
            if h > 0 and rows[h] == rows[h - 1]:
                y[k, c, h] = y[k, c, h - 1]
                continue
            line, out = x[images[k], c, rows[h]], y[k, c, h]
            for w in range(uint64(len(columns))):
                out[w] = line[uint64(columns[w])]


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
            for i in range(uint64(0), uint64(taps), uint64(2)):
                one, other = column_weights[q, i], column_weights[q, i + uint64(1)]
                for w in range(uint64(len(out))):
                    p = uint64(left[q, w]) + i
                    two_taps = one[w] * line[p] + other[w] * line[p + uint64(1)]
                    out[w] = two_taps if i == 0 else out[w] + two_taps


@njit(cache=True, nogil=True)
def _scatter(start, stop, dy, top, tall, row_weights, left, wide, column_weights, images, dx):  # type: ignore[no-untyped-def]
    C, W, taps = dx.shape[1], dx.shape[3], column_weights.shape[1]
    line = np.zeros(W + taps, dx.dtype)  # outputs with fewer taps add zeros at its end
    for plane in range(start, stop):
        n, c = plane // C, plane % C
        for k in range(len(images)):
            if images[k] != n:
                continue
            r, q = k % len(top), k % len(left)
            begin, end = _extent(left[q], wide[q])
            taps = wide[q].max()
            for h in range(dy.shape[2]):
                if tall[r, h] == 0:
                    continue
                line[begin:end] = 0
                for i in range(uint64(taps)):
                    for w in range(uint64(dy.shape[3])):
                        line[uint64(left[q, w]) + i] += column_weights[q, i, w] * dy[k, c, h, w]
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
