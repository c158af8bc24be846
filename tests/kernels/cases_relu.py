"""Calls on which both forms of `kernels/relu.py` must agree."""

import numpy as np

from scratchcv.layers.relu import relu, relu_backward

SHAPES = [(0,), (1,), (3, 5, 7), (2, 40000)]  # the last is cut between threads


def relu_calls(dtype):
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        yield (rng.integers(-2, 3, shape).astype(dtype),)
    yield (np.array([np.nan, np.inf, -np.inf, -0.0], dtype),)


def relu_backward_calls(dtype):
    rng = np.random.default_rng(1)
    for (x,) in relu_calls(dtype):
        yield rng.standard_normal(x.shape).astype(dtype), x


CASES = {"relu": (relu, relu_calls), "relu_backward": (relu_backward, relu_backward_calls)}
