"""A 1×1 convolution of stride 1 is a matrix times each image as it lies: no copy, no transposition.

    y[o, p] = bias[o] + sum_c weight[o, c] * x[c, p]        for each image

Pixels take the place that filters have in `_weighted_sums.py`: a tile is six filters times a run of pixels.
Against that form it saves the copy and the way back, which with few channels take as long as the products.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._tile import IS_PLAIN, ROWS, tile, tile_width
from scratchcv.kernels._weighted_sums import RUN, SMALL
from scratchcv.kernels.parallel import parallel_for

_TILES = 8  # of pixels at a time


def suits_pointwise(image_size: tuple[int, ...], kernel_size: tuple[int, ...], *window: tuple[int, int]) -> bool:
    """Say whether it is such a convolution, and its images are large enough to fill tiles."""
    stride, padding = window[:2]
    large = image_size[0] * image_size[1] >= 4 * _TILES * tile_width(np.float32)
    return kernel_size == (1, 1) and stride == (1, 1) and padding == (0, 0) and large


def pointwise(x: Array, weight: Array, bias: Array, groups: int, *, of_input: bool = False) -> Array:
    """Return y (N, G · O, H, W) of x (N, G · C, H, W) and weight (G · O, C); `of_input`, (G · C, O) transposed."""
    N, _, H, W = x.shape
    outputs, inputs = len(weight) // groups, weight.shape[1]
    strides = (inputs, 1)
    if of_input:
        outputs, inputs, strides = inputs, outputs, (1, inputs)
    y = np.empty((N, groups * outputs, H, W), x.dtype)
    columns = tile_width(x.dtype)
    blocks = -(-H * W // (_TILES * columns))
    rows = np.minimum(np.arange(outputs + ROWS), outputs - 1) * strides[0]
    steps = np.arange(inputs) * strides[1], np.arange(inputs) * H * W
    sizes = np.array([N, groups, outputs, inputs, H * W, columns, blocks])
    arrays = np.ascontiguousarray(x).reshape(-1), np.ascontiguousarray(weight).reshape(-1)
    arguments = *arrays, rows, *steps, bias, sizes, y.reshape(-1)
    parallel_for(_multiply, N * groups * blocks, *arguments, serial=y.size * inputs < SMALL)
    return y


@njit(cache=not IS_PLAIN, nogil=True)
def _multiply(start, stop, x, weight, rows, weight_steps, x_steps, bias, sizes, y):  # type: ignore[no-untyped-def]
    """Fill y, flat; a task is a block of pixels of a group of an image."""
    _, groups, O, C, plane, columns, blocks = sizes
    sums = np.empty(ROWS * columns, y.dtype)
    for task in range(start, stop):
        image, block = task // blocks, task % blocks
        first = block * _TILES * columns
        end = min(first + _TILES * columns, plane)
        for o in range(0, O, ROWS):
            for p in range(first, end, columns):
                p = min(p, plane - columns)  # the last tile begins earlier, to end in time
                for c in range(0, C, RUN):
                    tile(
                        weight, rows, o, image % groups * O * C, weight_steps,
                        x, image * C * plane + p, x_steps, c, min(RUN, C - c), sums, 0, columns, c > 0,
                    )  # fmt: skip
                for m in range(min(ROWS, O - o)):
                    target, source = uint64((image * O + o + m) * plane + p), uint64(m * columns)
                    b = bias[image % groups * O + o + m]
                    for r in range(uint64(columns)):
                        y[target + r] = sums[source + r] + b
