"""Calls on which both forms of `kernels/clip.py` must agree."""

import numpy as np

from scratchcv.boxes.clip import clip_boxes_to_image


def clip_boxes_to_image_calls(dtype):
    rng = np.random.default_rng(0)
    for count in (0, 1, 7, 150_001):  # the last is cut between threads
        yield rng.uniform(-50, 150, (count, 4)).astype(dtype), (100, 80)
    odd = np.array([[np.nan, -np.inf, np.inf, -0.0], [0, 100, 80, 100]], dtype)
    yield odd, (100, 80)
    yield odd, (0, 0)


CASES = {"clip_boxes_to_image": (clip_boxes_to_image, clip_boxes_to_image_calls)}
