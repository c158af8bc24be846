"""Gathering from and scattering to flattened images, all cores.

A task is one plane, so that threads share nothing. The order in which values meet at a pixel is that of
memory, so sums do not depend on the number of threads. The loops look whether a place exists as they go:
eight bytes an index make a check of its own as long as the work, twice the time for max pooling's gradient.
Scattering clears each plane just before it fills it, while it fits the cache.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array, check_integers
from scratchcv.kernels.parallel import parallel_for

_SMALL = 65536  # elements below which one thread does it


def gather_planes(x: Array, indices: Array) -> Array:
    """Return values at places; the twin of `scratchcv.layers.planes.gather_planes_numpy`."""
    N, C, H, W = x.shape
    y, outside = np.empty(indices.shape, x.dtype), np.zeros(1, np.bool_)
    places = indices.size // max(N * C, 1)
    arrays = x.reshape(-1), indices.reshape(-1), y.reshape(-1), outside
    parallel_for(_gather, N * C, H * W, places, *arrays, serial=y.size < _SMALL)
    if outside[0]:
        check_integers("indices", indices, indices.shape, H * W)
    return y


def scatter_planes(
    values: Array,
    indices: Array,
    shape: tuple[int, int, int, int],
    images: Array,
    least: int,
    overwrite: bool,
) -> Array:
    """Return values at their places; the twin of `scratchcv.layers.planes.scatter_planes_numpy`."""
    N, C, H, W = shape
    x, outside = np.empty(shape, values.dtype), np.zeros(1, np.bool_)
    places = values.size // max(len(images) * C, 1)
    arrays = values.reshape(-1), indices.reshape(-1), images, x.reshape(-1), outside
    serial = max(x.size, values.size) < _SMALL
    parallel_for(_scatter, N * C, C, H * W, places, least, overwrite, *arrays, serial=serial)
    if outside[0]:
        check_integers("indices", indices, indices.shape, H * W, start=least)
    return x


@njit(cache=True, nogil=True)
def _gather(start, stop, pixels, places, x, indices, y, outside):  # type: ignore[no-untyped-def]
    for plane in range(start, stop):
        base = uint64(plane * pixels)
        for i in range(uint64(plane * places), uint64((plane + 1) * places)):
            place = uint64(indices[i])
            if place < uint64(pixels):  # negative ones are huge as uint64
                y[i] = x[base + place]
            else:
                outside[0] = True


@njit(cache=True, nogil=True)
def _scatter(start, stop, channels, pixels, places, least, overwrite, values, indices, images, x, outside):  # type: ignore[no-untyped-def]
    for plane in range(start, stop):
        image, c = plane // channels, plane % channels
        base = uint64(plane * pixels)
        for q in range(base, base + uint64(pixels)):
            x[q] = 0
        for m in range(len(images)):
            if images[m] != image:
                continue
            first = uint64((m * channels + c) * places)
            for i in range(first, first + uint64(places)):
                place = uint64(indices[i])
                if place < uint64(pixels):  # negative ones are huge as uint64
                    q = base + place
                    x[q] = values[i] if overwrite else x[q] + values[i]
                elif indices[i] != -1 or least == 0:
                    outside[0] = True
