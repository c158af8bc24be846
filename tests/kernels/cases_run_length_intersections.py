"""Calls on which both forms of `kernels/run_length_intersections.py` must agree."""

import numpy as np

from scratchcv.masks import RunLengths, encode_masks, run_length_intersections


def intersect_columns(counts1, begin1, counts2, begin2, size):
    """Call `run_length_intersections` with the columns of its masks, so that arrays are arguments."""
    first, second = RunLengths(counts1, begin1, size), RunLengths(counts2, begin2, size)
    return run_length_intersections(first, second)


def runs_calls(_):
    """Yield pairs of masks; numbers have no dtype here."""
    rng = np.random.default_rng(0)
    for (n, m), size in [
        ((0, 2), (3, 4)),
        ((2, 0), (3, 4)),
        ((3, 4), (9, 20)),
        ((8, 9), (60, 70)),
        ((2, 2), (0, 3)),
    ]:
        for share in (0.03, 0.5, 0.9):
            blocks = rng.random((n + m, size[0], size[1])) < share
            blocks[::2] = np.maximum.accumulate(blocks[::2], axis=1)  # a run a column
            first, second = encode_masks(blocks[:n]), encode_masks(blocks[n:])
            yield first.counts, first.begin, second.counts, second.begin, size


CASES = {"paired_run_length_intersections": (intersect_columns, runs_calls)}
