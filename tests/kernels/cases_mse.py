"""Calls on which both forms of `kernels/mse.py` must agree."""

import numpy as np

from scratchcv.losses.mse import mse_loss


def mse_calls(dtype):
    rng = np.random.default_rng(0)
    for shape in [(0, 4), (1,), (3, 5, 7), (2049,), (5, 8009)]:  # a block and one more; two threads
        prediction, target = (2 * rng.standard_normal((2, *shape))).astype(dtype)
        weight = rng.random(shape).astype(dtype)
        for reduction in ("none", "mean", "sum"):
            yield prediction, target, {"reduction": reduction}
            yield prediction, target, {"weight": weight, "reduction": reduction}
        yield prediction, target, {"weight": np.zeros_like(weight)}
    yield np.array([np.nan, np.inf, -np.inf, -0.0], dtype), np.zeros(4, dtype), {"reduction": "none"}


CASES = {"mse": (mse_loss, mse_calls)}
