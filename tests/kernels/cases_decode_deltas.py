"""Calls on which both forms of `kernels/decode_deltas.py` must agree."""

import numpy as np

from scratchcv.boxes.decode_deltas import decode_deltas

COUNTS = (0, 1, 7, 20_001)  # the last is cut between threads


def decode_deltas_calls(dtype):
    rng = np.random.default_rng(0)

    def random_pair(count):
        corner = rng.uniform(-20, 200, (count, 2))
        anchors = np.hstack([corner, corner + np.exp(rng.uniform(0, 5, (count, 2)))])
        return rng.standard_normal((count, 4)).astype(dtype), anchors.astype(dtype)

    for count in COUNTS:
        yield random_pair(count)
    deltas, anchors = random_pair(9)
    yield 5 * deltas, anchors  # beyond the limit, partly
    yield deltas, anchors, {"weights": (10, 10, 5, 2.5), "clip": None}
    yield deltas, anchors[:, [2, 3, 0, 1]], {"clip": -0.5}
    odd = np.array([[0, 0, -np.inf, np.inf], [np.nan, 0, 0, np.nan], [np.inf, 1, 99, -99]], dtype)
    yield odd, anchors[:3]
    yield deltas[:1], np.array([[0, np.nan, 1, 1]], dtype)


CASES = {"decode_deltas": (decode_deltas, decode_deltas_calls)}
