"""Gathering from and scattering to flattened images, all cores.

A task of scattering is a channel: blocks of values may share an image, but channels share nothing. The order
in which values meet at a pixel is that of memory, so sums do not depend on the number of threads.
"""

import numpy as np
from numba import njit

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 65536  # elements below which one thread does it


def gather_planes(x: Array, indices: Array) -> Array:
    """Return values at places; the twin of `scratchcv.layers.planes.gather_planes_numpy`."""
    N, C, H, W = x.shape
    y = np.empty(indices.shape, x.dtype)
    places = indices.size // max(N * C, 1)
    planes = x.reshape(N * C, H * W), indices.reshape(N * C, places), y.reshape(N * C, places)
    parallel_for(_gather, N * C, *planes, serial=y.size < _SMALL)
    return y


def scatter_planes(
    values: Array, indices: Array, shape: tuple[int, int, int, int], images: Array, overwrite: bool
) -> Array:
    """Return values at their places; the twin of `scratchcv.layers.planes.scatter_planes_numpy`."""
    N, C, H, W = shape
    x = np.zeros((N, C, H * W), values.dtype)
    blocks = (len(images), C, values.size // max(len(images) * C, 1))
    parallel_for(
        _scatter, C, values.reshape(blocks), indices.reshape(blocks), images, overwrite, x,
        serial=max(x.size, values.size) < _SMALL,
    )  # fmt: skip
    return x.reshape(shape)


@njit(cache=True, nogil=True)
def _gather(start, stop, x, indices, y):  # type: ignore[no-untyped-def]
    for plane in range(start, stop):
        for i in range(indices.shape[1]):
            y[plane, i] = x[plane, indices[plane, i]]


@njit(cache=True, nogil=True)
def _scatter(start, stop, values, indices, images, overwrite, x):  # type: ignore[no-untyped-def]
    for c in range(start, stop):
        for m in range(len(images)):
            plane = x[images[m], c]
            for i in range(values.shape[2]):
                place = indices[m, c, i]
                if place >= 0:
                    plane[place] = values[m, c, i] if overwrite else plane[place] + values[m, c, i]
