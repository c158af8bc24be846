"""Calls on which both forms of `kernels/region_features.py` must agree."""

import numpy as np

from scratchcv.proposals.region_features import region_histograms


def region_histograms_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, histograms, bins, regions in [((5, 7), 3, 4, 6), ((1, 1), 1, 1, 1), ((30, 20), 24, 10, 50)]:
        labels = rng.integers(0, regions, shape)
        yield labels, rng.integers(0, bins, (histograms, *shape)).astype(np.uint8), bins, regions
    yield np.zeros((0, 5), np.int64), np.zeros((3, 0, 5), np.uint8), 4, 0
    yield np.zeros((2, 5), np.int64), np.zeros((0, 2, 5), np.uint8), 4, 1


CASES = {"region_histograms": (region_histograms, region_histograms_calls)}
