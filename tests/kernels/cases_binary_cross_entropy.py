"""Calls on which both forms of `kernels/binary_cross_entropy.py` must agree."""

import numpy as np

from scratchcv.losses.binary_cross_entropy import binary_cross_entropy_with_logits


def with_logits_calls(dtype):
    rng = np.random.default_rng(0)
    for shape in [(0, 3), (1,), (3, 5, 7), (2049,), (5, 8009)]:  # a block and one more; two threads
        logits = (5 * rng.standard_normal(shape)).astype(dtype)
        shares, labels = rng.random(shape).astype(dtype), rng.integers(0, 2, shape)
        weight, pos_weight = rng.random(shape).astype(dtype), (3 * rng.random(shape[-1])).astype(dtype)
        # Sums of float32 losses are Python floats, more exact than the losses: test__dense_loss.py has those.
        for reduction in ("none", "mean", "sum") if dtype is np.float64 else ("none",):
            yield logits, shares, {"reduction": reduction}
            yield logits, labels, {"weight": weight, "pos_weight": pos_weight, "reduction": reduction}
        with_nan = np.where(rng.random(shape) < 0.1, dtype(np.nan), logits)
        yield with_nan, shares, {"reduction": "none"}
        unknown = np.where(np.isnan(with_nan), 255, labels)
        yield with_nan, unknown, {"ignore_index": 255, "weight": weight, "reduction": "none"}
    ends = np.array([np.nan, 1e30, -1e4, -0.0, 104, -88, 20, -20], dtype)
    for target in (0, 0.25, 1):
        yield ends, np.full(8, target, dtype), {"reduction": "none"}


CASES = {"binary_cross_entropy_with_logits": (binary_cross_entropy_with_logits, with_logits_calls)}
