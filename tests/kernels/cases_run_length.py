"""Calls on which both forms of `kernels/run_length.py` must agree."""

import numpy as np

from scratchcv.masks import encode_masks


def encode_columns(masks):
    """Return the arrays of what `encode_masks` returns."""
    runs = encode_masks(masks)
    return runs.counts, runs.begin


def mask_calls(_):
    """Yield masks; numbers have no dtype here."""
    rng = np.random.default_rng(0)
    for shape in [(0, 3, 4), (2, 0, 5), (2, 5, 0), (3, 7, 9), (2, 5, 64), (2, 9, 200), (4, 300, 300)]:
        for share in (0, 0.02, 0.5, 1):
            yield (rng.random(shape) < share,)


CASES = {"encode_masks": (encode_columns, mask_calls)}
