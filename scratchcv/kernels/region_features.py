import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array


def region_histograms(labels: Array, levels: Array, bins: int, regions: int) -> Array:
    counts = np.zeros((regions, len(levels) * bins))
    _count(labels, levels, bins, counts)
    return counts


@njit(cache=True, nogil=True)
def _count(labels, levels, bins, counts):  # type: ignore[no-untyped-def]
    for f in range(len(levels)):
        base = uint64(f * bins)
        for p in range(uint64(len(labels))):
            counts[labels[p], base + levels[f, p]] += 1
