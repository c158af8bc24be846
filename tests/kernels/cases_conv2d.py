"""Calls on which both forms of `kernels/conv2d.py` must agree."""

import numpy as np

from scratchcv.layers.conv2d import conv2d, conv2d_backward

# (N, C, H, W), (O, kh, kw), stride, padding: tiles cut in the middle, single pixels, wide borders, wide steps
SHAPES = [
    ((2, 3, 7, 5), (4, 3, 3), 1, 1),
    ((1, 1, 1, 1), (1, 1, 1), 1, 0),
    ((0, 3, 4, 4), (2, 3, 3), 1, 1),
    ((3, 5, 17, 19), (7, 3, 3), (2, 1), (1, 0)),
    ((2, 2, 9, 11), (3, 2, 4), (3, 2), (5, 3)),
    ((1, 4, 40, 37), (5, 5, 1), 1, (4, 2)),
    ((2, 7, 8, 8), (1, 1, 1), 2, 0),
    ((1, 3, 3, 3), (2, 3, 3), 1, 4),
    ((2, 0, 4, 4), (2, 3, 3), 1, 1),
    ((2, 3, 4, 4), (0, 3, 3), 1, 1),
    ((3, 16, 113, 107), (24, 3, 3), 1, 1),  # large enough for two threads in every part
]


def conv2d_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, (O, kh, kw), stride, padding in SHAPES:
        weight = rng.standard_normal((O, shape[1], kh, kw)).astype(dtype)
        yield (
            rng.standard_normal(shape).astype(dtype),
            weight,
            rng.standard_normal(O).astype(dtype),
            stride,
            padding,
        )


def conv2d_backward_calls(dtype):
    for x, weight, bias, stride, padding in conv2d_calls(dtype):
        dy = np.random.default_rng(1).standard_normal(conv2d(x, weight, bias, stride, padding).shape)
        yield dy.astype(dtype), x, weight, stride, padding


CASES = {"conv2d": (conv2d, conv2d_calls), "conv2d_backward": (conv2d_backward, conv2d_backward_calls)}
