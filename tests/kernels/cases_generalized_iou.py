"""Calls on which both forms of `kernels/generalized_iou.py` must agree."""

import numpy as np

from scratchcv.boxes.generalized_iou import generalized_box_iou


def generalized_box_iou_calls(dtype):
    rng = np.random.default_rng(0)

    def random_boxes(count):
        corner = rng.uniform(0, 20, (count, 2))
        return np.hstack([corner, corner + rng.uniform(0, 10, (count, 2))]).astype(dtype)

    none = np.zeros((0, 4), dtype)
    odd = np.array([[0, 0, 2, 2], [1, 1, 1, 5], [3, 3, 3, 3], [9, 9, 4, 4], [0, 0, 1e-30, 1e-30]], dtype)
    yield random_boxes(17), random_boxes(5)
    yield random_boxes(1), random_boxes(1)
    yield random_boxes(1001), random_boxes(500)  # cut between threads
    yield none, random_boxes(3)
    yield random_boxes(3), none
    yield odd, odd
    yield np.array([[0, np.nan, 1, 1], [0, 0, 1, np.nan], [np.nan, 0, 1, 1]], dtype), odd


CASES = {"generalized_box_iou": (generalized_box_iou, generalized_box_iou_calls)}
