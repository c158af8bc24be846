"""Calls on which both forms of `kernels/batch_norm2d.py` must agree."""

import numpy as np

from scratchcv.layers.batch_norm2d import batch_norm2d, batch_norm2d_backward, normalise

SHAPES = [(2, 3, 5, 7), (1, 1, 3, 3), (0, 2, 3, 3), (4, 0, 2, 2), (4, 5, 61, 67)]  # the last uses two threads


def batch_norm2d_calls(dtype):
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        x = (3 * rng.standard_normal(shape) + 2).astype(dtype)
        yield x, rng.standard_normal(shape[1]).astype(dtype), rng.standard_normal(shape[1]).astype(dtype)


def normalise_calls(dtype):
    for x, weight, bias in batch_norm2d_calls(dtype):
        channels = np.arange(x.shape[1], dtype=dtype)
        yield x, channels, channels + dtype(0.5), weight, bias


def batch_norm2d_backward_calls(dtype):
    rng = np.random.default_rng(1)
    for x, weight, bias in batch_norm2d_calls(dtype):
        _, mean, variance = batch_norm2d(x, weight, bias)
        yield rng.standard_normal(x.shape).astype(dtype), x, weight, mean, variance


CASES = {
    "batch_norm2d": (batch_norm2d, batch_norm2d_calls),
    "scale_and_shift": (normalise, normalise_calls),
    "batch_norm2d_backward": (batch_norm2d_backward, batch_norm2d_backward_calls),
}
