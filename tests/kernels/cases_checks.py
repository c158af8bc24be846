"""Calls on which both forms of `kernels/checks.py` must agree."""

import numpy as np

from scratchcv.boxes.checks import first_faulty_box

COUNT = 200_001  # cut between threads


def first_faulty_box_calls(dtype):
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 20, (COUNT, 2))
    good = np.hstack([corner, corner + rng.uniform(1, 10, (COUNT, 2))]).astype(dtype)
    for flat in (True, False):
        yield good[:0], {"flat": flat}
        yield good, {"flat": flat}
        for side in range(4):
            for fault in (np.nan, np.inf, -np.inf, good[1, side - 2], -1.0, 99.0):
                some = good[:3].copy()
                some[1, side] = fault
                yield some, {"flat": flat}
        for rows in ([COUNT - 1], [20_000, 190_000], [0]):
            some = good.copy()
            some[rows, 2] = -1
            yield some, {"flat": flat}


CASES = {"first_faulty_box": (first_faulty_box, first_faulty_box_calls)}
