"""Max pooling, a block of a plane's outputs at a time, all cores.

Window by window, each comparison waits for the one before. Here one pixel of every window is compared at a
time, so that neighbouring windows fill a vector register: twice as fast for 3 x 3 windows, 1.4 times for 2
x 2, and three times where windows overlap at every pixel. For that the pixels are first sorted by the
remainders of their row and column modulo the strides: pixel (i, j) of neighbouring windows are neighbours
then, too. What lies outside the image is -inf, which never wins. Comparisons are exact: both forms give the
same bits.

On planes of 16 x 16 pixels sorting costs more than comparing: there it takes half as long again.

NaN must win, but looking for it takes longer than comparing: only blocks that have some pay for it.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 65536  # pixels below which one thread does it
_BLOCK = 1024  # outputs at a time: they and their pixels must stay in the innermost cache

_Pair = tuple[int, int]


def max_pool2d(
    x: Array, kernel_size: _Pair, stride: _Pair, padding: _Pair, dilation: _Pair, output_size: _Pair
) -> tuple[Array, Array]:
    """Return maxima and places; the twin of `scratchcv.layers.max_pool2d.max_pool2d_numpy`."""
    N, C, H, W = x.shape
    y = np.empty((N, C, *output_size), x.dtype)
    indices = np.empty(y.shape, np.int64)
    window = kernel_size, stride, padding, dilation
    arrays = x.reshape(-1), y.reshape(-1), indices.reshape(-1)
    serial = max(x.size, y.size) < _SMALL
    parallel_for(_max_pool, N * C, (H, W), output_size, window, *arrays, serial=serial)
    return y, indices


@njit(cache=True, nogil=True)
def _max_pool(start, stop, image_size, output_size, window, x, y, indices):  # type: ignore[no-untyped-def]
    (H, W), (height, width) = image_size, output_size
    (tall, wide), (step, stride), (top, left), (down, right) = window
    least = x.dtype.type(-np.inf)
    pitch = width + (wide - 1) * right // stride  # pixels of one remainder in a row that windows reach
    outputs = min(height, max(1, _BLOCK // pitch))  # rows of them in a block
    lines = outputs + (tall - 1) * down // step
    pixels = np.full(step * stride * lines * pitch, least, x.dtype)
    best, place = np.empty(outputs * pitch, x.dtype), np.empty(outputs * pitch, np.int32)
    inside = np.zeros(pitch, np.int32)  # the first column of each window that lies in the image
    for w in range(width):
        inside[w] = max(0, (left - w * stride + right - 1) // right) * right
    for task in range(start, stop):
        for h in range(0, height, outputs):
            has_nan = _sort(x, task * H * W, H, W, h * step - top, left, step, stride, lines, pitch, pixels)
            count = min(outputs, height - h)
            for k in range(count):  # places count from a window's first pixel
                row = np.int32(max(0, (top - (h + k) * step + down - 1) // down) * down * W)
                for w in range(uint64(pitch)):
                    best[uint64(k * pitch) + w], place[uint64(k * pitch) + w] = least, row + inside[w]
            compared = uint64(count * pitch - pitch + width)
            for tap in range(0, tall * wide, 2):  # two pixels a sweep are half the sweeps
                other = min(tap + 1, tall * wide - 1)
                i, j = tap // wide * down, tap % wide * right
                p, one = np.int32(i * W + j), uint64(_first(i, j, step, stride, lines, pitch))
                i, j = other // wide * down, other % wide * right
                q, two = np.int32(i * W + j), uint64(_first(i, j, step, stride, lines, pitch))
                if has_nan:
                    _compare_nan(pixels, one, p, compared, best, place)
                    _compare_nan(pixels, two, q, compared, best, place)
                    continue
                for m in range(compared):
                    value = pixels[one + m]
                    wins = value > best[m]
                    larger = value if wins else best[m]
                    where = p if wins else place[m]
                    value = pixels[two + m]
                    wins = value > larger
                    best[m] = value if wins else larger
                    place[m] = q if wins else where
            for k in range(count):
                corner, m = ((h + k) * step - top) * W - left, uint64(k * pitch)
                out = uint64((task * height + h + k) * width)
                for w in range(uint64(width)):
                    y[out + w] = best[m + w]
                    indices[out + w] = corner + np.int64(w) * stride + place[m + w]


@njit(cache=True, nogil=True)
def _first(i, j, step, stride, lines, pitch):  # type: ignore[no-untyped-def]
    """Return where, among the sorted pixels, the one stands that is (i, j) from the first window's corner."""
    return ((i % step * stride + j % stride) * lines + i // step) * pitch + j // stride


@njit(cache=True, nogil=True)
def _sort(x, plane, H, W, above, left, step, stride, lines, pitch, pixels):  # type: ignore[no-untyped-def]
    """Sort the rows of a block by their remainders and columns' remainders, and say whether one has NaN."""
    if above < 0 or above + step * lines > H:
        for m in range(uint64(len(pixels))):
            pixels[m] = -np.inf
    has_nan = False
    for t in range(max(0, -above), min(step * lines, H - above)):
        row = plane + (above + t) * W
        for q in range(uint64(row), uint64(row + W)):
            has_nan |= x[q] != x[q]
        for remainder in range(stride):
            skipped = max(0, (left - remainder + stride - 1) // stride)  # left of the image
            pixel = remainder - left + skipped * stride
            count = max(0, min((W - pixel + stride - 1) // stride, pitch - skipped))
            source = uint64(row + pixel)
            target = uint64(((t % step * stride + remainder) * lines + t // step) * pitch + skipped)
            for q in range(uint64(count)):
                pixels[target + q] = x[source + uint64(stride) * q]
    return has_nan


@njit(cache=True, nogil=True)
def _compare_nan(pixels, one, here, count, best, place):  # type: ignore[no-untyped-def]
    """Let a pixel of every window compete where some are NaN; the first of these wins."""
    for m in range(count):
        value = pixels[one + m]
        if value > best[m] or (value != value and best[m] == best[m]):
            best[m], place[m] = value, here
