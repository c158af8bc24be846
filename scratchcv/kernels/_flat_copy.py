"""One flat copy of a batch of images, in which a tap of a filter is an offset.

A patch matrix (the NumPy form) copies every pixel kh·kw times before it is multiplied. Here tap
``k = (c, i, j)`` of the filter is only an offset ``taps[k]`` into a copy of the batch that is laid out flat,
channel by channel, with zeros between rows and between images. For all outputs of all images at once,

    y[o, q] = bias[o] + sum_k W[o, k] * copy[q + taps[k]]        q = (n * tall + h) * wide + w

The few q that fall between images are computed and thrown away. A stride s splits each image into s·s images
of every s-th pixel, of which those are stored that a window reaches. Stride, dilation and turned filters
change nothing but the table, and the table of group g is that of group 0, shifted by the channels between
them. The gap of zeros after a row also serves as the next row's left border, and the gap after an image as
the next one's upper border.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_TAPS = 6  # taps at a time in the inner loops
_VECTOR = 16  # float32 in the widest register
_LARGE = 2**19  # pixels of a copy from which on a second thread helps

_Pair = tuple[int, int]


class _Copy(NamedTuple):
    """The flat copy, and where in it a pixel is."""

    pixels: Array
    images: int
    share: _Pair  # rows and columns of one image and the gap behind it, in strides
    plane: int  # from one phase of the stride to the next
    channel: int  # from one channel to the next
    stride: _Pair
    phases: _Pair  # of the stride, as far as a window reaches


def _lay_out(x: Array, stride: _Pair, border: _Pair, outputs: _Pair, reach: _Pair) -> _Copy:
    """Copy images (N, C, H, W) behind a border of zeros, for so many outputs along each side.

    The last pixel of the first window is `reach` pixels from the border's first.
    """
    N, C, H, W = x.shape
    tall = _share(H, stride[0], border[0], outputs[0], reach[0])
    wide = _share(W, stride[1], border[1], outputs[1], reach[1])
    tail = reach[0] // stride[0] * wide + reach[1] // stride[1] + _VECTOR  # zeros that the last taps read
    plane = N * tall * wide + tail
    phases = min(stride[0], reach[0] + 1), min(stride[1], reach[1] + 1)
    channel = phases[0] * phases[1] * plane
    pixels = np.empty(C * channel, x.dtype)
    sizes = np.array([N, C, H, W, tall, wide, plane, *stride, *border, *phases])
    source = np.ascontiguousarray(x).reshape(-1)
    parallel_for(_copy_bordered, C, source, sizes, pixels, serial=pixels.size < _LARGE)
    return _Copy(pixels, N, (tall, wide), plane, channel, stride, phases)


def _share(size: int, stride: int, border: int, outputs: int, reach: int) -> int:
    """Return one image's share of the copy along one side, in strides.

    It holds the border before the image and the place of every output. What a window reads beyond it must
    lie in the next share's border.
    """
    last = (outputs - 1) * stride + reach
    return max(-(-max(border + size, last + 1 - border) // stride), outputs)


def _table(copy: _Copy, channels: int, rows: Array, columns: Array) -> Array:
    """Return the offset of every tap (channel, row, column), counted from the border; full to a group."""
    (sh, sw), wide = copy.stride, copy.share[1]
    down = rows % sh * (copy.phases[1] * copy.plane) + rows // sh * wide
    right = columns % sw * copy.plane + columns // sw
    K = channels * len(rows) * len(columns)
    taps = np.zeros(_round_up(K, _TAPS), np.uint64)
    c = np.arange(channels)[:, None, None] * copy.channel
    taps[:K] = (c + down[:, None] + right).reshape(-1)
    return taps


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


@njit(cache=True, nogil=True)
def _copy_bordered(start, stop, x, sizes, copy):  # type: ignore[no-untyped-def]
    """Copy channels of x, flat (N, C, H, W), phase by phase, with a border of zeros."""
    N, C, H, W, tall, wide, plane, sh, sw, top, left, down, right = sizes
    for c in range(start, stop):
        for a in range(down):
            for b in range(right):
                at = ((c * down + a) * right + b) * plane
                first = min(max(-((b - left) // sw), 0), wide)  # the first w inside the image
                last = min(max(-((b - left - W) // sw), first), wide)  # the first w beyond it
                for row in range(N * tall):
                    n, source = row // tall, row % tall * sh + a - top
                    target = uint64(at + row * wide)
                    if source < 0 or source >= H:
                        for w in range(uint64(wide)):
                            copy[target + w] = 0
                        continue
                    for w in range(uint64(first)):
                        copy[target + w] = 0
                    pixels = ((n * C + c) * H + source) * W + b - left
                    if sw == 1:
                        start_pixel = uint64(pixels + first)
                        for w in range(uint64(last - first)):
                            copy[target + uint64(first) + w] = x[start_pixel + w]
                    else:
                        for w in range(first, last):
                            copy[target + uint64(w)] = x[uint64(pixels + w * sw)]
                    for w in range(uint64(last), uint64(wide)):
                        copy[target + w] = 0
                for w in range(uint64(at + N * tall * wide), uint64(at + plane)):
                    copy[w] = 0


@njit(cache=True, nogil=True)
def _whole_vectors(count):  # type: ignore[no-untyped-def]
    """Round up to full vector registers: what lies beyond is read, never used."""
    return (count + _VECTOR - 1) // _VECTOR * _VECTOR
