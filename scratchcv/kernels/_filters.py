"""Filters as panels as wide as a tile of `_tile.py`: a step of the inner loop reads one run of memory."""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._tile import tile_width
from scratchcv.kernels.parallel import parallel_for

_CHANNELS = 8  # at a time, so that all taps are read while their lines are in the cache
_SMALL = 2**15  # numbers below which one thread packs them


def pack_filters(weight: Array, groups: int, taps: Array | None = None, *, of_input: bool = False) -> Array:
    """Return filters (groups · O, C, kh, kw) as panels (groups, panels, taps · C, width of a tile).

    A panel holds the taps and channels of so many filters, channels inside; the last is filled with zeros.

    Parameters
    ----------
    weight : ndarray of shape (groups · O, C, kh, kw)
        The filters.
    groups : int
        Which see different channels.
    taps : ndarray of int, optional
        Which taps, i · kw + j, and in which order; all when left out.
    of_input : bool
        Exchange filters and channels, O and C: for the gradient of the input.
    """
    O, C, plane = len(weight) // groups, weight.shape[1], weight.shape[2] * weight.shape[3]
    taps = np.arange(plane) if taps is None else taps
    strides = (plane, C * plane) if of_input else (C * plane, plane)
    outputs, inputs = (C, O) if of_input else (O, C)
    width = tile_width(weight.dtype)
    panels = -(-outputs // width)
    packed = np.empty((groups, panels, len(taps) * inputs, width), weight.dtype)
    sizes = np.array([O * C * plane, *strides, panels, outputs, inputs, width])
    arguments = np.ascontiguousarray(weight).reshape(-1), taps, sizes, packed.reshape(-1)
    parallel_for(_pack, groups * panels, *arguments, serial=packed.size < _SMALL)
    return packed


@njit(cache=True, nogil=True)
def _pack(start, stop, weight, taps, sizes, packed):  # type: ignore[no-untyped-def]
    """Fill panels."""
    group_stride, output_stride, input_stride, panels, outputs, inputs, width = sizes
    for panel in range(start, stop):
        first = panel % panels * width
        many = min(width, outputs - first)
        source = panel // panels * group_stride + first * output_stride
        target = panel * len(taps) * inputs * width
        for block in range(0, inputs, _CHANNELS):
            for t in range(len(taps)):
                for c in range(block, min(block + _CHANNELS, inputs)):
                    read = uint64(source + c * input_stride + taps[t])
                    write = uint64(target + (t * inputs + c) * width)
                    for o in range(uint64(many)):
                        packed[write + o] = weight[read + o * uint64(output_stride)]
                    for o in range(uint64(many), uint64(width)):
                        packed[write + o] = 0
