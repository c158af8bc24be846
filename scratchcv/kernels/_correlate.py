"""Sums over outputs: the gradient of a convolution's filters.

    dweight[o, k] = sum_q dy[o, q] * copy[patches[q] + taps[k]]

The same product of the same tables as the convolution, added up along the other side. A tile is six filters
of dy, where they lie, times as many neighbouring taps as it is wide; channels last, so that neighbouring taps
are neighbours in memory. Each tile belongs to one task and outputs come in their order, so that sums do not
depend on the number of threads.
"""

import numpy as np
from numba import njit

from scratchcv.checks import Array
from scratchcv.kernels._channels_last import channels_last, spread
from scratchcv.kernels._tile import IS_PLAIN, ROWS, tile, tile_width
from scratchcv.kernels._weighted_sums import RUN, SMALL
from scratchcv.kernels.parallel import parallel_for

_NEAR = 2**16  # numbers of dy and the copy that stay in the second-level cache

_Pair = tuple[int, int]


def correlate(dy: Array, x: Array, stride: _Pair, padding: _Pair, dilation: _Pair, dweight: Array) -> None:
    """Fill dweight (G · O, C, kh, kw), given dy (N, G · O, H', W') and x (N, G · C, H, W)."""
    (N, filters, height, width), (_, C, kh, kw) = dy.shape, dweight.shape
    groups, columns = x.shape[1] // C, tile_width(dy.dtype)
    O = filters // groups
    # Runs of taps that are neighbours in memory: of few channels a row of the filter, else a pixel.
    joined = groups == dilation[1] == 1 and columns > 2 * C
    images = channels_last(x, padding, padding, columns, 0 if joined else spread(groups * C))
    length, pixels = (kw * C, kw) if joined else (C, 1)
    i, j, g = np.meshgrid(np.arange(kh), np.arange(kw // pixels), np.arange(groups), indexing="ij")
    runs = (dilation[0] * i * images.row + dilation[1] * j * images.pixel + g * C).reshape(-1)
    parts, panels, outputs = -(-length // columns), -(-O // ROWS), N * height * width
    n, h, w = np.arange(N)[:, None, None], np.arange(height)[:, None], np.arange(width)
    patches = n * images.image + h * (stride[0] * images.row) + w * (stride[1] * images.pixel)
    dy_steps = n * (filters * height * width) + h * width + w
    rows = np.minimum(np.arange(panels * ROWS), O - 1) * (height * width)
    span = max(RUN, _NEAR // (groups * (O + C)) // RUN * RUN)
    products = np.empty((panels, len(runs), parts, ROWS, columns), dy.dtype)
    sizes = np.array([groups, O * height * width, panels, outputs, columns, len(runs) * parts, parts, span])
    arrays = (
        np.ascontiguousarray(dy).reshape(-1),
        rows,
        dy_steps.reshape(-1),
        images.pixels,
        patches.reshape(-1),
    )
    small = outputs * dweight.size < SMALL
    parallel_for(_multiply, len(runs) * parts, *arrays, runs, sizes, products.reshape(-1), serial=small)
    sizes = np.array([groups, O, C, kh * kw, length, len(runs), parts, columns])
    parallel_for(_collect, panels, products.reshape(-1), sizes, dweight.reshape(-1), serial=small)


@njit(cache=not IS_PLAIN, nogil=True)
def _multiply(start, stop, dy, rows, dy_steps, copy, patches, runs, sizes, products):  # type: ignore[no-untyped-def]
    """Fill products; a task is as many neighbouring taps as a tile is wide, for all filters of a group."""
    groups, shift, panels, outputs, columns, tasks, parts, span = sizes
    for q in range(0, outputs, span):
        for task in range(start, stop):
            run, part = task // parts, task % parts * columns
            for k in range(q, min(q + span, outputs), RUN):
                many = min(RUN, min(q + span, outputs) - k)
                for panel in range(panels):
                    tile(
                        dy, rows, panel * ROWS, run % groups * shift, dy_steps,
                        copy, runs[run] + part, patches, k, many,
                        products, (panel * tasks + task) * ROWS * columns, columns, k > 0,
                    )  # fmt: skip


@njit(cache=True, nogil=True)
def _collect(start, stop, products, sizes, dweight):  # type: ignore[no-untyped-def]
    """Bring the products of panels of filters to their places (o, c, i, j)."""
    groups, O, C, plane, length, runs, parts, columns = sizes
    pixels = length // C  # of the filter, whose taps are one run
    for panel in range(start, stop):
        for run in range(runs):
            for m in range(min(ROWS, O - panel * ROWS)):
                filter = run % groups * O + panel * ROWS + m
                c, target = 0, filter * C * plane + run // groups * pixels
                for part in range(parts):
                    source = (((panel * runs + run) * parts + part) * ROWS + m) * columns
                    for e in range(min(columns, length - part * columns)):
                        dweight[target + c * plane] = products[source + e]
                        c += 1
                        if c == C:
                            c, target = 0, target + 1
