"""Calls on which both forms of `kernels/smooth_l1.py` must agree."""

import numpy as np

from scratchcv.losses.smooth_l1 import smooth_l1_loss


def smooth_l1_calls(dtype):
    rng = np.random.default_rng(0)
    for shape in [(0, 4), (1,), (3, 5, 7), (2049,), (5, 8009)]:  # a block and one more; two threads
        prediction, target = (2 * rng.standard_normal((2, *shape))).astype(dtype)
        target[rng.random(shape) < 0.1] = 0
        prediction[target == 0] = 0
        weight = rng.random(shape).astype(dtype)
        for beta in (0.0, 1 / 9, 1.0, 3.0):
            for reduction in ("none", "mean", "sum"):
                yield prediction, target, {"beta": beta, "reduction": reduction}
            yield prediction, target, {"beta": beta, "weight": weight}
        yield prediction, target, {"weight": np.zeros_like(weight)}
        yield prediction, target, {"weight": weight, "reduction": "none"}
    ends = np.array([np.nan, np.inf, -np.inf, 1e30, -0.0, 1, -1], dtype)
    for beta in (0.0, 1.0):
        yield ends, np.zeros(7, dtype), {"beta": beta, "reduction": "none"}


CASES = {"smooth_l1": (smooth_l1_loss, smooth_l1_calls)}
