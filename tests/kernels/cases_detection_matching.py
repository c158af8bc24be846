"""Calls on which both forms of `kernels/detection_matching.py` must agree."""

import numpy as np

from scratchcv.backend import active_form
from scratchcv.metrics.detection_matching import match_coco_numpy


def match_of_any_size(*columns):
    """Call the active form on small data too, which `match_coco` leaves to the formula."""
    return active_form(match_coco_numpy)(*columns)


def pairs_of(rng, dtype, images, most):
    """Draw the columns of pairs: images of a few detections and truths, overlaps that tie."""
    columns, detections, truths = [np.zeros((0, 4))], 0, 0
    for image in range(images):
        D, G = rng.integers(0, most + 1, 2)
        overlap = rng.integers(4, 11, (D, G)) / 10
        d, g = np.nonzero(overlap >= 0.5)
        order = np.lexsort((g, overlap[d, g], d))
        rows = np.stack([d + detections, g + truths, overlap[d, g], np.full(len(d), image)], axis=1)
        columns.append(rows[order])
        detections, truths = detections + D, truths + G
    detection, truth, overlap, group = np.concatenate(columns).T
    pairs = detection.astype(np.int64), truth.astype(np.int64), overlap.astype(dtype), group.astype(np.int64)
    return *pairs, int(detections), int(truths)


def coco_calls(dtype):
    for seed, (images, most) in enumerate([(0, 0), (1, 6), (20, 5), (9, 12), (3, 40)]):
        rng = np.random.default_rng(seed)
        *pairs, truths = pairs_of(rng, dtype, images, most)
        ignored, crowd = rng.random((2, truths)) < 0.3
        for thresholds in ([0.5], [0.5, 0.6, 0.7, 0.9], []):
            yield *pairs, ignored, ignored & crowd, np.array(thresholds, dtype)


CASES = {"match_coco": (match_of_any_size, coco_calls)}
