"""Calls on which both forms of `kernels/cross_entropy.py` must agree."""

import numpy as np

from scratchcv.losses.cross_entropy import cross_entropy


def cross_entropy_calls(dtype):
    rng = np.random.default_rng(0)
    for shape in [
        (7, 5),
        (0, 3),
        (2, 3, 0),
        (2, 1, 4, 5),
        (3, 4, 17),
        (2, 3, 65),  # a tile that ends in the second image
        (1, 21, 9, 7),
        (5000, 9),
    ]:  # two threads
        logits = (3 * rng.standard_normal(shape)).astype(dtype)
        labels = rng.integers(0, shape[1], (shape[0], *shape[2:]))
        yield logits, labels, {"reduction": "none"}
        weight = rng.random(shape[1]).astype(dtype)
        logits[rng.random(shape) < 0.02] = np.nan
        yield (
            logits,
            np.where(rng.random(labels.shape) < 0.3, -100, labels),
            {"weight": weight, "reduction": "none"},
        )
        logits[rng.random(shape) < 0.1] = -np.inf
        yield logits, labels, {"reduction": "none"}
    yield np.full((2, 3), -np.inf, dtype), np.array([0, 2]), {"reduction": "none"}


CASES = {"cross_entropy": (cross_entropy, cross_entropy_calls)}
