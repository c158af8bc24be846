"""Winograd's convolution with 3×3 filters: a quarter of the multiplications of the direct form.

`_winograd_transforms.py` explains it. A task is a block of tiles from its patches to its outputs:
transformed, multiplied at each pair of points, and transformed back, while all of it is in the second-level
cache. Where the direct form is bound by arithmetic it is overtaken by a factor of 2 to 3.

A NaN or an infinity spreads over its tile, and numbers near the largest float overflow earlier: the caller
learns that not all is finite, and computes it directly.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._channels_last import slices_of_images, spread
from scratchcv.kernels._tile import IS_PLAIN, ROWS, VECTOR_BYTES, tile
from scratchcv.kernels._transpose import transpose
from scratchcv.kernels._winograd_transforms import (
    IN,
    OUT,
    POINTS,
    lay_out_patches,
    outputs_of_values,
    values_of_filter,
    values_of_patch,
)
from scratchcv.kernels.parallel import parallel_for

_BLOCK = 8 * ROWS  # tiles at a time

_Pair = tuple[int, int]


def winograd(x: Array, filters: Array, bias: Array, padding: _Pair, y: Array) -> bool:
    """Fill y (N, O, H', W') with the convolution of x and 3×3 filters as `pack_filters` returns them.

    Returns whether all of y is finite.
    """
    (O, height, width), C = y.shape[1:], x.shape[1]
    panels, columns = filters.shape[1], filters.shape[3]
    values = np.empty((panels, POINTS, C, columns), filters.dtype)
    parallel_for(_transform_filters, panels, filters.reshape(-1), C, columns, values.reshape(-1))
    down, right = -(-height // OUT), -(-width // OUT)
    lanes, steps = VECTOR_BYTES // x.itemsize, np.arange(C)
    depth = -(-C // lanes) * lanes  # whole vectors, so that none reaches into the next tile's channels
    biases = np.zeros(panels * columns, bias.dtype)  # of whole panels
    biases[:O] = bias
    pitches = depth, spread(_BLOCK * depth), spread(_BLOCK * panels * columns)
    for part in slices_of_images(x):
        images = lay_out_patches(x[part], padding, (height, width))
        tiles = len(x[part]) * down * right
        finite = np.zeros(-(-tiles // _BLOCK), np.bool_)
        sizes = np.array([C, O, panels, columns, height, width, down, right, tiles, *images[1:], *pitches])
        arguments = images.pixels, values.reshape(-1), steps, steps * columns, biases, sizes
        parallel_for(_convolve, len(finite), *arguments, y[part].reshape(-1), finite)
        if not finite.all():
            return False
    return True


@njit(cache=not IS_PLAIN, nogil=True)
def _transform_filters(start, stop, filters, C, columns, values):  # type: ignore[no-untyped-def]
    """Write G w Gᵀ for panels of filters."""
    lanes = VECTOR_BYTES // filters.itemsize
    channel = C * columns  # from one tap, or point, to the next
    for panel in range(start, stop):
        for e in range(0, channel, lanes):
            values_of_filter(
                filters, panel * 9 * channel + e, 3 * channel, channel,
                values, panel * POINTS * channel + e, IN * channel, channel,
            )  # fmt: skip


@njit(cache=not IS_PLAIN, nogil=True)
def _convolve(start, stop, copy, filters, steps, filter_steps, bias, sizes, y, finite):  # type: ignore[no-untyped-def]
    """Fill blocks of tiles of y, flat (N, O, H', W')."""
    (
        C, O, panels, columns, height, width, down, right, tiles, image, row, pixel, depth, point,
        sums_point,
    ) = sizes  # fmt: skip
    lanes, plane = VECTOR_BYTES // copy.itemsize, height * width
    filled = panels * columns
    values, sums = np.empty(POINTS * point, y.dtype), np.empty(POINTS * sums_point, y.dtype)
    strip_length = max(lanes // OUT, 1)
    line = strip_length * OUT * filled
    square, pixels = np.empty(OUT * line, y.dtype), np.empty(lanes * lanes, y.dtype)
    places = np.arange(_BLOCK) * depth
    for block in range(start, stop):
        first = block * _BLOCK
        count = min(_BLOCK, tiles - first)
        for t in range(count):
            n, h, w = (first + t) // (down * right), (first + t) // right % down, (first + t) % right
            patch = n * image + h * OUT * row + w * OUT * pixel
            for c in range(0, C, lanes):
                values_of_patch(copy, patch + c, row, pixel, values, t * depth + c, IN * point, point)
        for xi in range(POINTS):
            for panel in range(panels):
                for t in range(0, count, ROWS):
                    tile(
                        values, places, t, xi * point, steps,
                        filters, (panel * POINTS + xi) * C * columns, filter_steps, 0, C,
                        sums, xi * sums_point + t * filled + panel * columns, filled, False,
                    )  # fmt: skip
        poison = y.dtype.type(0)
        t = 0
        while t < count:  # a strip of tiles side by side, as wide as a vector
            n, h, w = (first + t) // (down * right), (first + t) // right % down, (first + t) % right
            strip = min(strip_length, right - w, count - t)
            for s in range(strip):
                for o in range(0, filled, lanes):
                    at, to = (t + s) * filled + o, s * OUT * filled + o
                    outputs_of_values(sums, at, IN * sums_point, sums_point, square, to, line, filled)
            many = min(strip * OUT, width - w * OUT)
            for a in range(min(OUT, height - h * OUT)):
                target = n * O * plane + (h * OUT + a) * width + w * OUT
                for o in range(0, filled, lanes):
                    for p in range(0, many, lanes):
                        transpose(square, a * line + p * filled + o, filled, bias, o, pixels, 0, lanes)
                        for r in range(min(lanes, O - o)):
                            to, source = uint64(target + (o + r) * plane + p), uint64(r * lanes)
                            for e in range(uint64(min(lanes, many - p))):
                                poison += pixels[source + e] * 0
                                y[to + e] = pixels[source + e]
            t += strip
        finite[block] = poison == 0
