"""The gradient of 3×3 filters by Winograd's transforms: a quarter of the multiplications of the direct form.

    dw = Gᵀ [sum over tiles of (A dy Aᵀ) (Bᵀ d B)] G

`_winograd_transforms.py` explains it. In the sum every pair of points is a matrix product of its own.
"""

import math

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._channels_last import channels_last, slices_of_images, spread
from scratchcv.kernels._tile import IS_PLAIN, ROWS, VECTOR_BYTES, tile, tile_width
from scratchcv.kernels._winograd_transforms import (
    IN,
    OUT,
    POINTS,
    filter_of_values,
    lay_out_patches,
    tiles_of,
    values_of_outputs,
    values_of_patch,
)
from scratchcv.kernels.parallel import parallel_for

_RUN = 128  # tiles at a time in a product
_SPAN = 2**16  # numbers transformed at a time, divided by the points

_Pair = tuple[int, int]


def winograd_weight_gradient(dy: Array, x: Array, padding: _Pair, dweight: Array) -> bool:
    """Fill dweight (O, C, 3, 3); return whether all of it is finite.

    Tiles are gone through in spans: their values are computed, and their products added up, on all cores.
    """
    (O, C), (height, width) = dweight.shape[:2], dy.shape[2:]
    down, right = -(-height // OUT), -(-width // OUT)
    ends = down * OUT - height, right * OUT - width
    columns = tile_width(x.dtype)
    span = min(tiles_of(dy.shape), max(128, _SPAN // (O + C)))
    # Values lie in strips of as many channels as a tile is wide, and of filters as fill vectors and tiles.
    strip = math.lcm(ROWS, VECTOR_BYTES // x.itemsize)
    x_point, dy_point = spread(span * columns), spread(span * strip)
    x_panels, strips, panels = -(-C // columns), -(-O // strip), -(-O // ROWS)
    of_x = np.empty(x_panels * POINTS * x_point, x.dtype)
    of_dy = np.empty(strips * POINTS * dy_point, x.dtype)
    sums = np.zeros((POINTS, panels * ROWS, x_panels * columns), x.dtype)
    rows, steps = np.arange(ROWS), np.arange(span)
    for part in slices_of_images(max(x, dy, key=np.size)):
        images = lay_out_patches(x[part], padding, (height, width))
        outputs = channels_last(dy[part], (0, 0), ends, spare=VECTOR_BYTES)
        tiles = tiles_of(dy[part].shape)
        for first in range(0, tiles, span):
            count = min(span, tiles - first)
            place = first, down, right
            sizes = np.array(
                [*place, images.image, OUT * images.row, OUT * C, images.row, C, columns, x_point]
            )
            parallel_for(_transform_patches, count, images.pixels, sizes, of_x)
            sizes = np.array(
                [*place, outputs.image, OUT * outputs.row, OUT * O, outputs.row, O, strip, dy_point]
            )
            parallel_for(_transform_outputs, count, outputs.pixels, sizes, of_dy)
            sizes = np.array([count, panels, x_panels, columns, strip, x_point, dy_point])
            arguments = of_dy, rows, steps * strip, of_x, steps * columns, sizes, sums.reshape(-1)
            parallel_for(_add_products, POINTS * x_panels, *arguments)
    finite = np.zeros(O, np.bool_)
    sizes = np.array([C, x_panels * columns, sums[0].size])
    parallel_for(_collect, O, sums.reshape(-1), sizes, dweight.reshape(-1), finite)
    return bool(finite.all())


@njit(cache=not IS_PLAIN, nogil=True)
def _transform_patches(start, stop, copy, sizes, values):  # type: ignore[no-untyped-def]
    """Write Bᵀ d B of tiles, flat (strips of channels, points, tiles, channels of a strip)."""
    first, down, right, image, tile_row, tile_column, row, C, strip, point = sizes
    for t in range(start, stop):
        n, h, w = (first + t) // (down * right), (first + t) // right % down, (first + t) % right
        patch = n * image + h * tile_row + w * tile_column
        for c in range(0, C, VECTOR_BYTES // copy.itemsize):
            to = c // strip * POINTS * point + t * strip + c % strip
            values_of_patch(copy, patch + c, row, C, values, to, IN * point, point)


@njit(cache=not IS_PLAIN, nogil=True)
def _transform_outputs(start, stop, copy, sizes, values):  # type: ignore[no-untyped-def]
    """Write A dy Aᵀ of tiles, flat (strips of filters, points, tiles, filters of a strip)."""
    first, down, right, image, tile_row, tile_column, row, O, strip, point = sizes
    for t in range(start, stop):
        n, h, w = (first + t) // (down * right), (first + t) // right % down, (first + t) % right
        patch = n * image + h * tile_row + w * tile_column
        for o in range(0, O, VECTOR_BYTES // copy.itemsize):
            to = o // strip * POINTS * point + t * strip + o % strip
            values_of_outputs(copy, patch + o, row, O, values, to, IN * point, point)


@njit(cache=not IS_PLAIN, nogil=True)
def _add_products(start, stop, of_dy, rows, dy_steps, of_x, x_steps, sizes, sums):  # type: ignore[no-untyped-def]
    """Add up the products of tiles; a task is a strip of channels at one point."""
    count, panels, x_panels, columns, strip, x_point, dy_point = sizes
    depth = x_panels * columns
    for task in range(start, stop):
        xi, x_panel = task // x_panels, task % x_panels
        for k in range(0, count, _RUN):
            for panel in range(panels):
                o = panel * ROWS
                tile(
                    of_dy, rows, 0, (o // strip * POINTS + xi) * dy_point + o % strip, dy_steps,
                    of_x, (x_panel * POINTS + xi) * x_point, x_steps, k, min(_RUN, count - k),
                    sums, (xi * panels * ROWS + o) * depth + x_panel * columns, depth, True,
                )  # fmt: skip


@njit(cache=not IS_PLAIN, nogil=True)
def _collect(start, stop, sums, sizes, dweight, finite):  # type: ignore[no-untyped-def]
    """Write Gᵀ (sum of products) G for filters."""
    C, depth, point = sizes
    lanes = VECTOR_BYTES // sums.itemsize
    square = np.empty(9 * depth, sums.dtype)
    for o in range(start, stop):
        for c in range(0, C, lanes):
            filter_of_values(sums, o * depth + c, IN * point, point, square, c, 3 * depth, depth)
        poison = sums.dtype.type(0)
        for c in range(uint64(C)):
            for k in range(uint64(9)):
                value = square[k * uint64(depth) + c]
                poison += value * 0
                dweight[(uint64(o) * uint64(C) + c) * uint64(9) + k] = value
        finite[o] = poison == 0
