"""Feature maps with their channels side by side, so that what happens to a pixel happens to a vector.

Regions of interest read a few pixels here and there, in all channels. With channels last each of them is one
run of memory; with channels first it is as many cache lines as there are channels.
"""

import math

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_BLOCK = 32  # pixels at a time: their lines stay in the first-level cache while channels fill them
_SMALL = 65536  # elements below which one thread does it


def _channels_last(x: Array) -> Array:
    """Return pixels (N · H · W + 1, C): row by row, image by image, and behind them one of zeros."""
    N, C, H, W = x.shape
    pixels = np.empty((N * H * W + 1, C), x.dtype)
    pixels[-1] = 0
    blocks = -(-H * W // _BLOCK)
    parallel_for(_turn, N * blocks, x.reshape(N, C, H * W), pixels, blocks, serial=x.size < _SMALL)
    return pixels


def _is_little(y: Array, x_shape: tuple[int, ...]) -> bool:
    """Say whether regions have so few outputs that turning the maps would take longer than they do."""
    return 4 * y.size < math.prod(x_shape)


@njit(cache=True, nogil=True)
def _turn(start, stop, x, pixels, blocks):  # type: ignore[no-untyped-def]
    C, P = x.shape[1:]
    for task in range(start, stop):
        n, first = task // blocks, task % blocks * _BLOCK
        for c in range(uint64(C)):
            for p in range(uint64(first), uint64(min(first + _BLOCK, P))):
                pixels[uint64(n * P) + p, c] = x[n, c, p]
