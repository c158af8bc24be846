"""Softmax cross-entropy and its gradient in one pass over the logits, all cores.

The NumPy form passes over arrays of the logits' size a dozen times; here a few elements are copied into a
tile that stays in the innermost cache, and all is done there. A row of the tile is a class, a column is an
element: each loop runs along a row of fixed length, whole vector registers at a time, however many classes
there are and wherever they lie in memory. For the logits of SSD300 that is five times as fast.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._exp import exp
from scratchcv.kernels.parallel import parallel_for

_SMALL = 16384  # logits below which one thread does it
_TILE = 64  # elements at a time: of rows that lie apart, four lines of the cache each


def cross_entropy(logits: Array, labels: Array, used: Array, weights: Array) -> tuple[Array, Array]:
    """Return losses and dlogits; the twin of `scratchcv.losses.cross_entropy.cross_entropy_numpy`."""
    K = logits.shape[1]
    losses, dlogits = np.empty_like(weights), np.empty_like(logits)
    positions = weights.size // max(logits.shape[0], 1)
    flat = (array.reshape(-1) for array in (logits, labels, used, weights, losses, dlogits))
    parallel_for(_cross_entropy, -(-weights.size // _TILE), K, positions, *flat, serial=logits.size < _SMALL)
    return losses, dlogits


@njit(cache=True, nogil=True, error_model="numpy")
def _cross_entropy(start, stop, K, positions, logits, labels, used, weights, losses, dlogits):  # type: ignore[no-untyped-def]
    real, classes, step, width = logits.dtype.type, uint64(K), uint64(positions), uint64(_TILE)
    tile = np.zeros(_TILE * K, logits.dtype)  # columns without an element stay numbers
    places = np.empty(_TILE, np.uint64)
    largest, total = np.empty(_TILE, logits.dtype), np.empty(_TILE, logits.dtype)
    of_truth, scale = np.empty(_TILE, logits.dtype), np.empty(_TILE, logits.dtype)
    for task in range(start, stop):
        first = uint64(task * _TILE)
        count = min(width, uint64(weights.size) - first)
        for p in range(count):
            n = (first + p) // step
            places[p] = n * classes * step + (first + p - n * step)
        for k in range(classes):
            for p in range(count):
                tile[k * width + p] = logits[places[p] + k * step]
        for p in range(width):
            largest[p], total[p] = -np.inf, 0
        for k in range(classes):
            for p in range(width):
                x = tile[k * width + p]
                largest[p] = x if x > largest[p] else largest[p]  # NaN shows up in the total
        for p in range(count):
            of_truth[p] = tile[uint64(labels[first + p]) * width + p] - largest[p]
        for k in range(classes):
            for p in range(width):
                power = exp(tile[k * width + p] - largest[p])
                tile[k * width + p] = power
                total[p] += power
        for p in range(count):
            weight = weights[first + p]
            losses[first + p] = weight * (np.log(total[p]) - of_truth[p]) if used[first + p] else real(0)
            scale[p] = weight / total[p]
        for k in range(classes):
            for p in range(count):
                dlogits[places[p] + k * step] = tile[k * width + p] * scale[p]
        for p in range(count):
            dlogits[places[p] + uint64(labels[first + p]) * step] -= weights[first + p]
            if not used[first + p]:
                for k in range(classes):
                    dlogits[places[p] + k * step] = 0  # even beside NaN
