"""Reflection padding, as torch.nn.functional.pad in its mode "reflect"."""

import numpy as np

from scratchcv.layers import reflection_pad2d, reflection_pad2d_backward

SPREAD = [  # x, padding
    ((1, 1, 2, 2), 1),
    ((2, 3, 4, 5), 3),
    ((1, 2, 3, 4), (3, 0, 2, 1)),
    ((2, 1, 1, 3), (2, 2, 0, 0)),
    ((2, 1, 3, 3), 0),
    ((1, 2, 5, 2), (1, 0, 0, 4)),
]


def random_configuration(rng):
    shape = tuple(rng.integers((1, 1, 1, 1), (4, 5, 12, 12)).tolist())
    if rng.random() < 0.3:
        return shape, int(rng.integers(0, min(shape[2:])))
    _, _, H, W = shape
    return shape, tuple(rng.integers(0, (W, W, H, H)).tolist())


def draw(configuration, rng):
    shape, padding = configuration
    left, right, top, bottom = padding if isinstance(padding, tuple) else (padding,) * 4
    dy = rng.standard_normal((*shape[:2], top + shape[2] + bottom, left + shape[3] + right))
    return {"x": rng.standard_normal(shape), "dy": dy, "padding": padding}


def ask_torch(inputs, differentiate):
    from torch import nn

    y, dx = differentiate(nn.ReflectionPad2d(inputs["padding"]), inputs["dy"], inputs["x"])
    return {"y": y, "dx": dx}


def ours(x, dy, padding):
    return {"y": reflection_pad2d(x, padding), "dx": reflection_pad2d_backward(dy, x.shape[2:], padding)}


def allowed(answers, x, dy, padding):
    # A pixel is seen once, and in the mirrors of both sides, each way.
    return {"y": 0, "dx": 9 * reflection_pad2d_backward(np.abs(dy), x.shape[2:], padding)}
