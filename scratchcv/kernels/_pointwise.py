"""A 1×1 convolution of stride 1 is a matrix times each image as it lies: no transposition.

    y[o, p] = bias[o] + sum_c weight[o, c] * x[c, p]        for each image

Pixels take the place that filters have in `_weighted_sums.py`: a tile is six filters times a run of pixels.
Against that form it saves the copy and the way back, which with few channels take as long as the products.
A block of pixels is brought together first: channels lie so far apart that they would drive each other out of
the cache.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._tile import IS_PLAIN, ROWS, tile, tile_width
from scratchcv.kernels._weighted_sums import RUN, SMALL
from scratchcv.kernels.parallel import parallel_for

_NEAR = 2**14  # pixels of all channels at a time: they stay in the second-level cache


def suits_pointwise(
    image_size: tuple[int, ...], kernel_size: tuple[int, ...], *window: tuple[int, int]
) -> bool:
    """Say whether it is such a convolution, and its images are large enough to fill tiles."""
    stride, padding = window[:2]
    large = image_size[0] * image_size[1] >= 32 * tile_width(np.float32)
    return kernel_size == (1, 1) and stride == (1, 1) and padding == (0, 0) and large


def pointwise(x: Array, weight: Array, bias: Array, groups: int, y: Array, *, of_input: bool = False) -> None:
    """Fill y (N, G · O, H, W), given x (N, G · C, H, W) and filters (G · O, C, 1, 1).

    `of_input`, filters are those of the convolution whose input's gradient y is, (G · C, O, 1, 1).
    """
    N, plane = len(x), x.shape[2] * x.shape[3]
    C, O = x.shape[1] // groups, y.shape[1] // groups
    columns = tile_width(x.dtype)
    matrix = weight.reshape(groups, len(weight) // groups, -1)  # (G, O, C)
    if of_input:
        matrix = matrix.swapaxes(1, 2)
    # The bias is the weight of one more channel, of ones, so that tiles are finished in registers.
    filters = np.concatenate([matrix, bias.reshape(groups, O, 1)], axis=2)
    tiles = max(1, min(8, _NEAR // (C * columns)))
    blocks = -(-plane // (tiles * columns))
    rows = np.minimum(np.arange(O + ROWS), O - 1) * (C + 1)
    steps = np.arange(C + 1)
    sizes = np.array([groups, O, C, plane, columns, tiles, blocks])
    arguments = np.ascontiguousarray(x).reshape(-1), filters.reshape(-1), rows, steps, steps * columns
    small = y.size * C < SMALL
    parallel_for(_multiply, N * groups * blocks, *arguments, sizes, y.reshape(-1), serial=small)


@njit(cache=not IS_PLAIN, nogil=True)
def _multiply(start, stop, x, filters, rows, steps, near_steps, sizes, y):  # type: ignore[no-untyped-def]
    """Fill y, flat; a task is a block of pixels of a group of an image."""
    groups, O, C, plane, columns, tiles, blocks = sizes
    K, width = C + 1, uint64(columns)
    sums, near = np.empty(ROWS * columns, y.dtype), np.ones(tiles * K * columns, x.dtype)
    for task in range(start, stop):
        image, first = task // blocks, task % blocks * tiles * columns
        here = min(tiles, -(-(plane - first) // columns))
        for c in range(C):
            for t in range(here):  # the last tile of an image begins earlier, to end in time
                source = uint64((image * C + c) * plane + min(first + t * columns, plane - columns))
                target = uint64((t * K + c) * columns)
                for r in range(width):
                    near[target + r] = x[source + r]
        for o in range(0, O, ROWS):
            full = o + ROWS <= O
            for t in range(here):
                to = (image * O + o) * plane + min(first + t * columns, plane - columns)
                for k in range(0, K, RUN):
                    run, of_group = min(RUN, K - k), image % groups * O * K
                    if full:
                        tile(
                            filters, rows, o, of_group, steps, near, t * K * columns, near_steps, k, run,
                            y, to, plane, k > 0,
                        )  # fmt: skip
                    else:
                        tile(
                            filters, rows, o, of_group, steps, near, t * K * columns, near_steps, k, run,
                            sums, 0, columns, k > 0,
                        )  # fmt: skip
                if not full:
                    for m in range(O - o):
                        target, source = uint64(to + m * plane), uint64(m * columns)
                        for r in range(width):
                            y[target + r] = sums[source + r]
