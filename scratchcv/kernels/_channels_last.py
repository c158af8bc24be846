"""One copy of a batch of images in which the channels of a pixel lie side by side, inside a border of zeros.

A patch matrix (the NumPy form) copies every pixel kh·kw times before it is multiplied. Here a patch is only
an offset into the copy, and so is a tap (i, j, c) of a filter; the element that tap k meets in the patch of
output q is

    copy[patches[q] + taps[k]]

whatever stride, padding, dilation or groups are: they change the two tables, nothing else. All outputs that
the tables name are wanted, and no window meets a pixel that the formula does not name but for the border's
zeros. Channels last, because then the taps along a row of the filter are one run of memory.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._tile import IS_PLAIN, VECTOR_BYTES
from scratchcv.kernels._transpose import transpose
from scratchcv.kernels.parallel import parallel_for

_SMALL = 2**16  # pixels of a copy below which one thread makes it

_NEAR = 2**21  # numbers in a run of images
_LINE = 16  # numbers in a line of the cache, in float32

_Pair = tuple[int, int]


class Images(NamedTuple):
    """A batch with channels last, flat, and where in it a pixel is."""

    pixels: Array  # (N, H + borders, W + borders, C), flat
    image: int  # elements from one image to the next
    row: int  # from one row to the next
    pixel: int  # from one pixel to the next


def channels_last(
    x: Array, before: _Pair = (0, 0), after: _Pair = (0, 0), spare: int = 0, pitch: int = 0
) -> Images:
    """Return images (N, C, H, W) behind borders of zeros, and `spare` elements that may be read behind them.

    Pixels are C elements apart, or `pitch`, and what lies between is not set.
    """
    N, C, H, W = x.shape
    tall, wide, pitch = before[0] + H + after[0], before[1] + W + after[1], pitch or C
    length = N * tall * wide * pitch
    pixels = np.empty(length + spare, x.dtype)
    pixels[length:] = 0
    sizes = np.array([C, pitch, H, W, tall, wide, *before])
    source = np.ascontiguousarray(x).reshape(-1)
    nothing = np.full(VECTOR_BYTES // x.itemsize, -0.0, x.dtype)  # x + -0.0 is x, for -0.0 too
    parallel_for(_channels_last, N * tall, source, nothing, sizes, pixels, serial=length < _SMALL)
    return Images(pixels, tall * wide * pitch, wide * pitch, pitch)


def slices_of_images(x: Array) -> Iterator[slice]:
    """Yield runs of images small enough that their copy is still in the last cache when it is read.

    So the memory for copies has a limit, too.
    """
    many = max(1, _NEAR * len(x) // max(x.size, 1))
    for first in range(0, len(x), many):
        yield slice(first, first + many)


def spread(length: int) -> int:
    """Return a distance of at least `length` that keeps elements at its multiples apart in the cache.

    A cache finds a line of 64 bytes by the last digits of its address. Elements a power of two apart share
    them and drive each other out; an odd number of lines apart they fill the whole cache. Notebook 07
    measures it.
    """
    return (-(-length // _LINE) | 1) * _LINE


def tap_table(images: Images, channels: int, rows: Array, columns: Array) -> Array:
    """Return where the elements (row, column, channel) of a patch are, counted from its first."""
    table: Array = rows[:, None, None] * images.row + columns[:, None] * images.pixel + np.arange(channels)
    return table.reshape(-1)


@njit(cache=not IS_PLAIN, nogil=True)
def _channels_last(start, stop, x, nothing, sizes, pixels):  # type: ignore[no-untyped-def]
    """Fill rows of the copy: squares of channels and pixels, and what is left over."""
    C, pitch, H, W, tall, wide, top, left = sizes
    lanes = VECTOR_BYTES // x.itemsize
    for line in range(start, stop):
        n, h = line // tall, line % tall - top
        row = line * wide * pitch
        inside = 0 <= h < H
        first, last = left * pitch, (left + W if inside else left) * pitch
        for e in range(uint64(row), uint64(row + first)):
            pixels[e] = 0
        for e in range(uint64(row + last), uint64(row + wide * pitch)):
            pixels[e] = 0
        if not inside:
            continue
        source, target = (n * C * H + h) * W, row + first
        if lanes <= min(C, W):
            for c in range(0, C, lanes):
                c = min(c, C - lanes)  # the last square begins earlier, to end in time
                for w in range(0, W, lanes):
                    w = min(w, W - lanes)
                    transpose(
                        x, source + c * H * W + w, H * W, nothing, 0, pixels, target + w * pitch + c, pitch
                    )
        else:
            for c in range(C):
                read, write = uint64(source + c * H * W), uint64(target + c)
                for w in range(uint64(W)):
                    pixels[write + w * uint64(pitch)] = x[read + w]
