"""Calls on which both forms of `kernels/soft_nms.py` must agree."""

import numpy as np

from scratchcv.boxes.soft_nms import soft_nms


def soft_nms_calls(dtype):
    rng = np.random.default_rng(0)
    tied = np.sort(rng.integers(0, 5, (60, 2, 2)), axis=1).reshape(60, 4).astype(dtype)
    for options in ({"method": "gaussian"}, {"method": "linear"}, {"method": "linear", "iou_threshold": 0.5}):
        for count in (1, 7, 100):
            corner = rng.uniform(0, 20, (count, 2))
            boxes = np.hstack([corner, corner + rng.uniform(0, 10, (count, 2))]).astype(dtype)
            yield boxes, rng.random(count).astype(dtype), options
        yield tied, rng.integers(0, 3, 60).astype(dtype), options
        yield np.zeros((0, 4), dtype), np.zeros(0, dtype), options
        yield tied, rng.random(60).astype(dtype), {**options, "score_threshold": 0.25}


CASES = {"soft_nms": (soft_nms, soft_nms_calls)}
