"""Resampling by loops over output rows, all cores.

An output row is made in two steps. Where the result has more rows than the image, pixels of an image row
are summed into outputs first, in a line that stays in the cache until every output row that needs it is
made: columns are looked up in tables, which is slow, and so it is done once an image row. Elsewhere the
image's rows are summed first, for the same reason. Where outputs are copies of pixels, they are copied.

The gradient of whole images is resampling with the transposed tables: pixels gather from outputs, twice as
fast as outputs scatter to pixels. Regions of one image overlap, so theirs is scattered. Each thread owns
whole planes of the result, so that it does not depend on their number.
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
    grows = y.shape[2] > x.shape[2] and len(rows[0]) == len(columns[0]) == 1
    kernel = _columns_first if grows else _rows_first
    parallel_for(kernel, y.shape[0] * y.shape[1], x, *tables, images, y, serial=y.size < _SMALL)
    return y


def resample_backward(
    dy: Array, rows: _Taps, columns: _Taps, x_shape: tuple[int, int, int, int], images: Array
) -> Array:
    """Return Rᵀ dy C; the twin of `scratchcv.layers.resample.resample_backward_numpy`."""
    if len(rows[0]) == len(columns[0]) == 1 and np.array_equal(images, np.arange(x_shape[0])):
        return resample(dy, _transposed(rows, x_shape[2]), _transposed(columns, x_shape[3]), images)
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


def _transposed(taps: _Taps, size: int) -> _Taps:
    """Return the table, one for all, of the outputs that each of `size` pixels went to."""
    first, length, weights = (table[0] for table in taps)
    output, i = np.nonzero(np.arange(weights.shape[1]) < length[:, None])
    pixel = first[output] + i
    start, stop = np.full(size, len(first)), np.zeros(size, np.int64)
    np.minimum.at(start, pixel, output)
    np.maximum.at(stop, pixel, output + 1)
    count = np.maximum(stop - start, 0)
    start[count == 0] = 0
    back = np.zeros((size, count.max(initial=1)), weights.dtype)
    back[pixel, output - start[pixel]] = weights[output, i]
    return start[None], count[None], back[None]


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
def _columns_first(start, stop, x, top, tall, row_weights, left, wide, column_weights, images, y):  # type: ignore[no-untyped-def]
    C, H, W = x.shape[1:]
    outputs, taps, slots = uint64(y.shape[3]), column_weights.shape[1], max(1, tall.max())
    lines, held = np.empty(slots * y.shape[3], x.dtype), np.empty(slots, np.int64)
    padded = np.zeros(W + taps, x.dtype)  # outputs with fewer taps read its end, times zero
    pixels, out = x.reshape(-1), y.reshape(-1)
    for plane in range(start, stop):
        held[:] = -1
        image = (images[plane // C] * C + plane % C) * H
        for h in range(y.shape[2]):
            target = uint64((plane * y.shape[2] + h) * y.shape[3])
            for r in range(top[0, h], top[0, h] + tall[0, h]):
                if held[r % slots] == r:
                    continue
                held[r % slots] = r
                for q in range(uint64(W)):
                    padded[q] = pixels[uint64((image + r) * W) + q]
                line = uint64(r % slots * y.shape[3])
                for t in range(uint64(0), uint64(taps), uint64(2)):
                    for w in range(outputs):
                        p = uint64(left[0, w]) + t
                        two_taps = column_weights[0, t, w] * padded[p]
                        two_taps += column_weights[0, t + uint64(1), w] * padded[p + uint64(1)]
                        lines[line + w] = two_taps if t == 0 else lines[line + w] + two_taps
            if tall[0, h] == 0:
                for w in range(outputs):
                    out[target + w] = 0
            for i in range(0, tall[0, h], 2):
                one = uint64((top[0, h] + i) % slots * y.shape[3])
                other = uint64((top[0, h] + i + 1) % slots * y.shape[3])
                a, b = row_weights[0, h, i], row_weights[0, h, min(i + 1, tall[0, h] - 1)]
                if i + 1 == tall[0, h]:
                    for w in range(outputs):
                        tap = a * lines[one + w]
                        out[target + w] = tap if i == 0 else out[target + w] + tap
                else:
                    for w in range(outputs):
                        two_taps = a * lines[one + w] + b * lines[other + w]
                        out[target + w] = two_taps if i == 0 else out[target + w] + two_taps


@njit(cache=True, nogil=True)
def _rows_first(start, stop, x, top, tall, row_weights, left, wide, column_weights, images, y):  # type: ignore[no-untyped-def]
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
