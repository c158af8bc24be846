"""Calls on which both forms of `kernels/iou.py` must agree."""

import numpy as np

from scratchcv.boxes.iou import box_iou


def box_iou_calls(dtype):
    rng = np.random.default_rng(0)

    def random_boxes(count):
        corner = rng.uniform(0, 20, (count, 2))
        return np.hstack([corner, corner + rng.uniform(0, 10, (count, 2))]).astype(dtype)

    none = np.zeros((0, 4), dtype)
    odd = np.array([[0, 0, 2, 2], [1, 1, 1, 5], [3, 3, 3, 3], [9, 9, 4, 4], [0, 0, 1e-30, 1e-30]], dtype)
    yield random_boxes(17), random_boxes(5)
    yield random_boxes(1), random_boxes(1)
    yield none, random_boxes(3)
    yield random_boxes(3), none
    yield odd, odd
    yield np.array([[0, np.nan, 1, 1], [0, 0, 1, np.nan]], dtype), odd


CASES = {"box_iou": (box_iou, box_iou_calls)}
