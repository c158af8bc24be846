"""Calls on which both forms of `kernels/conv2d.py` must agree."""

import numpy as np

from scratchcv.layers.conv2d import conv2d

# (N, C, H, W), (O, kh, kw), stride, padding, dilation, groups: tiles cut in the middle, single pixels, wide
# borders, wide steps, steps that share a divisor, as many groups as channels
SHAPES = [
    ((2, 3, 7, 5), (4, 3, 3), 1, 1, 1, 1),
    ((1, 1, 1, 1), (1, 1, 1), 1, 0, 1, 1),
    ((0, 3, 4, 4), (2, 3, 3), 1, 1, 1, 1),
    ((3, 5, 17, 19), (7, 3, 3), (2, 1), (1, 0), 1, 1),
    ((2, 2, 9, 11), (3, 2, 4), (3, 2), (5, 3), 1, 1),
    ((1, 4, 40, 37), (5, 5, 1), 1, (4, 2), 1, 1),
    ((2, 7, 8, 8), (1, 1, 1), 2, 0, 1, 1),
    ((1, 3, 3, 3), (2, 3, 3), 1, 4, 1, 1),
    ((2, 0, 4, 4), (2, 3, 3), 1, 1, 1, 1),
    ((2, 3, 4, 4), (0, 3, 3), 1, 1, 1, 1),
    ((2, 3, 9, 8), (4, 3, 3), 1, 2, 2, 1),
    ((2, 6, 13, 14), (9, 3, 2), (4, 3), (2, 5), (2, 3), 3),
    ((1, 2, 12, 11), (2, 4, 3), (4, 6), (5, 7), (6, 4), 1),
    ((2, 5, 9, 7), (5, 3, 3), 1, 1, 1, 5),
    ((1, 3, 9, 7), (6, 3, 3), 2, 1, 1, 3),
    ((3, 16, 113, 107), (24, 3, 3), 1, 1, 1, 1),  # large enough for two threads in every part
    ((2, 32, 57, 56), (32, 3, 3), 2, 1, 1, 2),
    ((2, 20, 33, 30), (18, 3, 3), 1, 1, 1, 1),  # transformed, with tiles that hang over both borders
    ((1, 33, 31, 37), (37, 3, 3), 1, (2, 0), 1, 1),
    ((4, 40, 17, 19), (32, 3, 3), 1, (0, 3), 1, 1),
    ((2, 7, 25, 23), (13, 1, 1), 1, 0, 1, 1),  # pixels in runs, the last of which begins earlier
    ((1, 600, 24, 24), (12, 1, 1), 1, 0, 1, 2),
    ((1, 2, 12, 10), (5, 3, 3), 2, 1, 1, 1),  # few channels: all phases of the stride at once
    ((2, 1, 8, 12), (4, 7, 5), (2, 4), (3, 2), 1, 1),
    ((2, 3, 9, 18), (3, 3, 4), (3, 1), (2, 0), 1, 1),  # the same, next to each other along a row
    ((1, 2, 12, 7), (2, 4, 4), (4, 1), (0, 1), 1, 1),
    ((2, 5, 9, 7), (10, 3, 3), 1, 1, 1, 5),  # depthwise, two filters a channel
    ((1, 3, 9, 8), (3, 2, 4), (2, 3), (2, 7), (1, 2), 3),
    ((2, 40, 33, 35), (40, 5, 5), 1, 4, 1, 40),
]


def conv2d_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, (O, kh, kw), *window, groups in SHAPES:
        weight = rng.standard_normal((O, shape[1] // groups, kh, kw)).astype(dtype)
        x, bias = rng.standard_normal(shape).astype(dtype), rng.standard_normal(O).astype(dtype)
        yield x, weight, bias, *window, groups


CASES = {"conv2d": (conv2d, conv2d_calls)}
