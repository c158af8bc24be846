"""Calls on which both forms of `kernels/matching.py` must agree."""

import numpy as np

from scratchcv.boxes.matching import match_best_then_threshold, match_bipartite, match_rpn


def matrices(dtype):
    rng = np.random.default_rng(0)
    yield rng.random((40, 7)).astype(dtype)
    yield (rng.integers(0, 11, (40, 7)) / 10).astype(dtype)  # ties and exact thresholds
    yield (rng.integers(0, 3, (5, 9)) / 2).astype(dtype)  # more truths than anchors
    yield np.zeros((4, 3), dtype)
    yield np.ones((1, 1), dtype)
    yield np.zeros((0, 3), dtype)
    yield np.zeros((3, 0), dtype)


def threshold_calls(dtype):
    for iou in matrices(dtype):
        yield (iou,)
        yield iou, 0.7, {"strict": False}
        yield iou, 0.3, {"strict": True}


def bipartite_calls(dtype):
    yield from threshold_calls(dtype)
    for iou in matrices(dtype):
        yield iou, {"minimum": 0.5}


def rpn_calls(dtype):
    for iou in matrices(dtype):
        yield (iou,)
        yield iou, 0.5, 0.5, {"strict": True}


CASES = {
    "match_best_then_threshold": (match_best_then_threshold, threshold_calls),
    "match_bipartite": (match_bipartite, bipartite_calls),
    "match_rpn": (match_rpn, rpn_calls),
}
