"""Calls on which both forms of `kernels/nms.py` must agree."""

import numpy as np

from scratchcv.boxes.nms import batched_nms, nms


def nms_calls(dtype):
    rng = np.random.default_rng(0)
    for count in (1, 7, 200):
        corner = rng.uniform(0, 20, (count, 2))
        boxes = np.hstack([corner, corner + rng.uniform(0, 10, (count, 2))]).astype(dtype)
        yield boxes, rng.random(count).astype(dtype), 0.4
    yield np.zeros((0, 4), dtype), np.zeros(0, dtype), 0.5
    on_grid = np.sort(rng.integers(0, 5, (300, 2, 2)), axis=1).reshape(300, 4).astype(dtype)
    tied = rng.integers(0, 3, 300).astype(dtype)
    for threshold in (0.0, 1 / 3, 0.3, 0.5, 0.7, 1.0):
        yield on_grid, tied, threshold
        yield on_grid, tied, threshold, {"strict": False}
    inverted = rng.permuted(on_grid, axis=1)
    yield inverted, tied, 0.2
    missing = on_grid.copy()
    missing[rng.integers(0, 300, 60), rng.integers(0, 4, 60)] = np.nan
    yield missing, tied, 0.2


def batched_nms_calls(dtype):
    rng = np.random.default_rng(1)
    for boxes, scores, *rest in nms_calls(dtype):
        yield boxes, scores, rng.integers(-2, 3, len(boxes)), *rest
    corner = rng.uniform(0, 100, (6000, 2))  # enough for two threads and the table
    boxes = np.hstack([corner, corner + rng.uniform(0, 10, (6000, 2))]).astype(dtype)
    yield boxes, rng.random(6000).astype(dtype), rng.integers(0, 4, 6000), 0.5


CASES = {"batched_nms": (batched_nms, batched_nms_calls), "nms": (nms, nms_calls)}
