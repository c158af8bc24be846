"""Calls on which both forms of `kernels/distance_transform.py` must agree."""

import numpy as np

from scratchcv.boxes.distance_transform import distance_transform


def distance_transform_calls(dtype):
    rng = np.random.default_rng(0)
    for shape in ((0, 3, 4), (1, 0, 4), (1, 1, 1), (2, 1, 9), (2, 9, 1), (3, 17, 30), (2, 200, 180)):
        for share in (0.0, 0.003, 0.1, 0.9, 1.0):
            yield (rng.random(shape) < share,)


CASES = {"distance_transform": (distance_transform, distance_transform_calls)}
