"""Calls on which both forms of `kernels/region_merging.py` must agree."""

import numpy as np

from scratchcv.proposals import Regions, describe_regions, felzenszwalb, merge_regions

WEIGHTS = [(1, 1, 1, 1), (0, 1, 1, 1), (0, 0, 0, 1), (0, 0, 1, 0), (0.3, 2, 0, 0.1)]


def merge(sizes, boxes, colors, textures, pairs, weights):
    return merge_regions(Regions(sizes, boxes, colors, textures, pairs), weights)


def region_sets(dtype):
    rng = np.random.default_rng(0)
    for shape in [(1, 1, 1), (1, 1, 6), (3, 20, 23)]:
        for planes in (rng.random(shape), rng.integers(0, 2, shape), np.full(shape, 0.5)):
            picture = planes.astype(dtype)
            yield describe_regions(felzenszwalb(np.moveaxis(picture, 0, 2), 1.0, 0.3, 4), picture)
    yield describe_regions(np.arange(30).reshape(5, 6), np.zeros((1, 5, 6), dtype))  # 30 regions, all alike
    far_apart = np.array([[0, 0, 1, 1], [4, 4, 5, 5]])
    yield Regions(np.ones(2), far_apart, np.ones((2, 3)), np.ones((2, 3)), np.zeros((0, 2), np.int64))
    nothing = np.zeros((0, 3))
    yield Regions(np.zeros(0), np.zeros((0, 4), np.int64), nothing, nothing, np.zeros((0, 2), np.int64))


def merge_regions_calls(dtype):
    for regions in region_sets(dtype):
        yield from ((*regions, np.array(weights, dtype)) for weights in WEIGHTS)


CASES = {"merge_regions": (merge, merge_regions_calls)}
