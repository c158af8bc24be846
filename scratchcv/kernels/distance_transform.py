"""Distance transform in two passes, each pixel a constant number of times; masks on all cores.

The NumPy form looks at all pairs of pixels of a row that might matter. Here a row's squared distances are the
lower envelope of parabolas, one standing in each column, found from left to right by Felzenszwalb and
Huttenlocher's algorithm. Squares are whole numbers, exact in float64: both forms give the same bits.
"""

import numpy as np
from numba import njit

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 65536  # pixels below which one thread does it


def distance_transform(masks: Array) -> Array:
    """Return distances; the twin of `scratchcv.boxes.distance_transform.distance_transform_numpy`."""
    distances = np.empty(masks.shape)
    parallel_for(_distances, len(masks), masks, distances, serial=masks.size < _SMALL)
    return distances


@njit(cache=True, nogil=True)
def _distances(start, stop, masks, distances):  # type: ignore[no-untyped-def]
    H, W = masks.shape[1:]
    foot = np.empty(W, np.int64)  # column in which each parabola of the envelope stands
    begin = np.empty(W)  # where it begins to be the lowest
    for n in range(start, stop):
        squares = distances[n]
        for w in range(W):
            _column(masks[n, :, w], squares[:, w])
        for h in range(H):
            _row(squares[h].copy(), squares[h], foot, begin)


@njit(cache=True, nogil=True)
def _column(mask, squares):  # type: ignore[no-untyped-def]
    away = np.inf
    for h in range(mask.size):
        away = 0 if mask[h] else away + 1
        squares[h] = away
    away = np.inf
    for h in range(mask.size - 1, -1, -1):
        away = 0 if mask[h] else away + 1
        squares[h] = min(squares[h], away) ** 2


@njit(cache=True, nogil=True)
def _row(height, squares, foot, begin):  # type: ignore[no-untyped-def]
    last = -1
    for w in range(height.size):
        if height[w] == np.inf:
            continue
        cut = -np.inf
        while last >= 0:
            v = foot[last]
            cut = (height[w] + w * w - height[v] - v * v) / (2 * (w - v))
            if cut > begin[last]:
                break
            last -= 1
            cut = -np.inf
        last += 1
        foot[last] = w
        begin[last] = cut
    if last < 0:
        squares[:] = np.inf
    parabola = 0
    for w in range(height.size if last >= 0 else 0):
        while parabola < last and begin[parabola + 1] < w:
            parabola += 1
        squares[w] = (w - foot[parabola]) ** 2 + height[foot[parabola]]
    for w in range(height.size):
        squares[w] = np.sqrt(squares[w])
