"""The loop behind `scratchcv.proposals.region_features`: each pixel adds 1 to a bin of its region."""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array


def region_histograms(labels: Array, levels: Array, bins: int, regions: int) -> Array:
    """Return the counts; the twin of `scratchcv.proposals.region_features.region_histograms_numpy`."""
    counts = np.zeros((regions, len(levels) * bins))
    _count(labels, levels, bins, counts)
    return counts


@njit(cache=True, nogil=True)
def _count(labels, levels, bins, counts):  # type: ignore[no-untyped-def]
    for histogram in range(len(levels)):
        first = uint64(histogram * bins)
        for pixel in range(uint64(len(labels))):
            counts[uint64(labels[pixel]), first + levels[histogram, pixel]] += 1
