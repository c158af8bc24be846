"""Calls on which both forms of `kernels/encode_deltas.py` must agree."""

import numpy as np

from scratchcv.boxes.encode_deltas import encode_deltas

COUNTS = (0, 1, 7, 20_001)  # the last is cut between threads


def encode_deltas_calls(dtype):
    rng = np.random.default_rng(0)

    def random_boxes(count):
        corner = rng.uniform(-20, 200, (count, 2))
        return np.hstack([corner, corner + np.exp(rng.uniform(0, 5, (count, 2)))]).astype(dtype)

    for count in COUNTS:
        yield random_boxes(count), random_boxes(count)
    yield random_boxes(5), random_boxes(5), {"weights": (10, 10, 5, 2.5), "eps": 1e-6}
    thin = np.array([[0, 0, 1e-30, 1e30]], dtype)
    yield thin, random_boxes(1)
    yield random_boxes(1), thin


CASES = {"encode_deltas": (encode_deltas, encode_deltas_calls)}
