"""Calls on which both forms of `kernels/felzenszwalb.py` must agree."""

import numpy as np

from scratchcv.proposals import pixel_graph, segment_graph


def felzenszwalb_calls(dtype):
    rng = np.random.default_rng(0)
    yield np.zeros((0, 2), np.int32), np.zeros(0, dtype), 3, 1.0, 5  # vertices, but no edges
    yield np.zeros((0, 2), np.int32), np.zeros(0, dtype), 0, 1.0, 5
    for shape in [(1, 1, 7), (3, 9, 1), (1, 12, 13), (3, 40, 31)]:
        few_levels = rng.integers(0, 3, shape) / 2  # many ties, and in the next nothing else
        for planes in (rng.random(shape), few_levels, np.ones(shape)):
            edges, weights = pixel_graph(planes.astype(dtype), 0.5)
            for scale, min_size in [(0.0, 0), (0.5, 1), (1.0, 10), (9.0, 1000)]:
                yield edges, weights, shape[1] * shape[2], scale, min_size
    ring = np.arange(50)  # no grid: any graph will do
    edges = np.stack([ring, (ring + 1) % 50], axis=1).astype(np.int32)
    yield edges, np.sort(rng.random(50)).astype(dtype), 60, 0.3, 3


CASES = {"felzenszwalb": (segment_graph, felzenszwalb_calls)}
