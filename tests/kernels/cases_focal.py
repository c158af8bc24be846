"""Calls on which both forms of `kernels/focal.py` must agree."""

import numpy as np

from scratchcv.losses.focal import sigmoid_focal_loss


def sigmoid_focal_calls(dtype):
    rng = np.random.default_rng(0)
    for shape in [(0, 3), (1,), (3, 5, 7), (2049,), (5, 8009)]:  # a block and one more; two threads
        logits, targets = (5 * rng.standard_normal(shape)).astype(dtype), rng.random(shape) < 0.2
        # Sums of float32 losses are Python floats, more exact than the losses: test__dense_loss.py has those.
        for reduction in ("none", "mean", "sum") if dtype is np.float64 else ("none",):
            yield logits, targets, {"reduction": reduction}
        for gamma in (0.0, 0.5, 1.0, 5.0):
            yield logits, targets.astype(dtype), {"gamma": gamma, "alpha": -1}
        yield np.where(targets, dtype(np.nan), logits), targets.astype(int), {"alpha": 0.6}
    ends = np.array([np.nan, 1e30, -1e4, -0.0, 104, -88, 20, -20], dtype)
    for gamma in (0.0, 2.0, 2.5):
        for target in (0, 1):
            yield ends, np.full(8, target), {"gamma": gamma}


CASES = {"sigmoid_focal": (sigmoid_focal_loss, sigmoid_focal_calls)}
