"""Weighted sums over patches: a convolution is one, and so is each phase of its input's gradient.

    y[q, o] = bias[o] + sum_k copy[patches[q] + taps[k]] * filters[k, o]

`_channels_last.py` describes the copy and its tables, `_tile.py` the loop over k. Around it, blocks are cut
so that what is read again and again is near: a panel of filters, as wide as a tile, is multiplied with a
block of patches, which stays in the second-level cache, in runs of taps short enough for the first.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._channels_last import Images
from scratchcv.kernels._tile import IS_PLAIN, ROWS, VECTOR_BYTES, tile
from scratchcv.kernels._transpose import transpose
from scratchcv.kernels.parallel import parallel_for

BLOCK = 16 * ROWS  # patches at a time
RUN = 256  # taps at a time: with a panel of filters 16 KiB
SMALL = 2_000_000  # multiply-adds below which a second thread costs more than it brings

_Pair = tuple[int, int]


def weighted_sums(
    images: Images,
    size: tuple[int, int, int],
    stride: _Pair,
    taps: Array,
    shift: int,
    filters: Array,
    bias: Array,
    y: Array,
    targets: Array,
    step: _Pair = (1, 1),
) -> None:
    """Write the sums of every patch and filter to y (N, channels, H, W).

    Parameters
    ----------
    images, size, stride
        What the patches are of, how many (images, rows, columns), and from one to the next in pixels.
    taps : ndarray of int64, shape (K,)
        The elements of a patch that the filters of the first group see.
    shift : int
        How much further on those of the next group are.
    filters : ndarray of shape (G, panels, K, width of a tile)
        What `pack_filters` returns.
    bias, targets : ndarray of shape (G · O,)
        Added to each filter's sums; the place in an image of y of its first one.
    step : (int, int)
        From one sum to the next in y, in pixels.
    """
    (N, height, width), (_, channels, H, W) = size, y.shape
    groups, panels, K, columns = filters.shape
    patches = N * height * width
    if patches * len(bias) == 0:
        return
    blocks = -(-patches // BLOCK)
    # Of patches and filters, the larger is gone through once, the smaller again and again.
    by_panel = filters.size > images.pixels.size
    # Squares of sums are written where one filter's are a channel of y behind those of the filter before.
    y_channel = H * W if (np.diff(targets) == H * W).all() else 0
    sizes = np.array([
        groups, len(bias) // groups, panels, K, columns, height, width, patches, blocks, by_panel, shift,
        images.image, images.row * stride[0], images.pixel * stride[1],
        channels * H * W, y_channel, step[0] * W, step[1],
    ])  # fmt: skip
    steps = np.arange(K) * columns
    arguments = images.pixels, taps, filters.reshape(-1), steps, bias, targets, sizes, y.reshape(-1)
    tasks = groups * panels * blocks
    parallel_for(_multiply, tasks, *arguments, serial=patches * len(bias) * K < SMALL)


@njit(cache=not IS_PLAIN, nogil=True)
def _multiply(start, stop, copy, taps, filters, steps, bias, targets, sizes, y):  # type: ignore[no-untyped-def]
    """Fill y; a task is a block of patches times one panel of filters."""
    (
        groups, O, panels, K, columns, height, width, all_patches, blocks, by_panel, shift,
        image, row, pixel, y_image, y_channel, y_row, y_pixel,
    ) = sizes  # fmt: skip
    lanes = VECTOR_BYTES // y.itemsize
    sums = np.empty(BLOCK * columns, y.dtype)
    patches, places = np.empty(BLOCK + ROWS, np.int64), np.empty(BLOCK, np.int64)
    for task in range(start, stop):
        panel, block = task % (groups * panels), task // (groups * panels)
        if by_panel:
            panel, block = task // blocks, task % blocks
        count = min(BLOCK, all_patches - block * BLOCK)
        q = block * BLOCK
        n, h, w = q // (height * width), q // width % height, q % width
        for m in range(count):  # counted upwards: divisions would take longer than the rest
            patches[m] = n * image + h * row + w * pixel
            places[m] = n * y_image + h * y_row + w * y_pixel
            w += 1
            if w == width:
                w, h = 0, h + 1
                if h == height:
                    h, n = 0, n + 1
        for m in range(count, count + ROWS):
            patches[m] = patches[count - 1]  # fills the last tile; nobody looks at its sums
        group, o = panel // panels, panel % panels * columns
        for k in range(0, K, RUN):
            run = min(RUN, K - k)
            for m in range(0, count, ROWS):
                tile(
                    copy, patches, m, group * shift, taps, filters, panel * K * columns, steps, k, run,
                    sums, m * columns, columns, k > 0,
                )  # fmt: skip
        o += group * O
        columns_here = min(columns, (group + 1) * O - o)
        for m in range(0, count, lanes):  # sums that are neighbours in y, too, go there as squares
            whole = y_channel > 0 and m + lanes <= count and places[m + lanes - 1] - places[m] == lanes - 1
            squares = columns_here // lanes * lanes if whole else 0
            for column in range(o, o + squares, lanes):
                target = targets[column] + places[m]
                transpose(sums, m * columns + column - o, columns, bias, column, y, target, y_channel)
            for column in range(o + squares, o + columns_here):
                target, b = targets[column], bias[column]
                for r in range(m, min(m + lanes, count)):
                    y[uint64(target + places[r])] = sums[uint64(r * columns + column - o)] + b
