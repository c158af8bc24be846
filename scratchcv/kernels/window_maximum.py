"""The maximum of each window by loops over its pixels where they lie, all cores.

Comparisons are exact, so this and the NumPy form give the same bits. Each comparison waits for the one
before, so the loop is as fast as that chain is short: looking for NaN in it would take three times as long.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 65536  # elements below which one thread does it


def window_maximum(
    x: Array, images: Array, rows: Array, columns: Array, dilation: tuple[int, int]
) -> tuple[Array, Array]:
    """Return maxima and places; the twin of `scratchcv.layers.window_maximum.window_maximum_numpy`."""
    tasks = len(images) * x.shape[1]
    y = np.empty((len(images), x.shape[1], rows.shape[1], columns.shape[1]), x.dtype)
    indices = np.empty(y.shape, np.int64)
    with np.errstate(invalid="ignore"):
        has_nan = bool(np.isnan(x.min(initial=np.inf)))
    arguments = x, images, rows, columns, *dilation, has_nan, y, indices
    parallel_for(_maxima, tasks, *arguments, serial=max(x.size, y.size) < _SMALL)
    return y, indices


@njit(cache=True, nogil=True)
def _maxima(start, stop, x, images, rows, columns, down, right, has_nan, y, indices):  # type: ignore[no-untyped-def]
    C, H, W = x.shape[1:]
    for task in range(start, stop):
        m, c = task // C, task % C
        pixels = x[images[m], c].reshape(H * W)
        for h in range(rows.shape[1]):
            top, bottom = rows[m, h]
            for w in range(columns.shape[1]):
                first, end = columns[m, w]
                if top >= bottom or first >= end:
                    y[m, c, h, w] = 0
                    indices[m, c, h, w] = -1
                    continue
                place = uint64(top * W + first)
                best = pixels[place]
                r = top
                while r < bottom:  # range() would divide by its step
                    q, row_end = uint64(r * W + first), uint64(r * W + end)
                    while q < row_end:
                        value = pixels[q]
                        wins = value > best
                        if has_nan:  # decided outside the loop; the first NaN wins
                            wins |= (value != value) & (best == best)
                        # Selected, not branched upon: the winner cannot be predicted.
                        best = value if wins else best
                        place = q if wins else place
                        q += uint64(right)
                    r += down
                y[m, c, h, w] = best
                indices[m, c, h, w] = place
