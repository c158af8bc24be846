"""Softmax and its logarithm, as torch's, with masked classes."""

import numpy as np

from scratchcv.layers import log_softmax, log_softmax_backward, softmax, softmax_backward

ROUNDINGS = 16
"""Of the handful of operations that are no sums: exponentials, divisions."""

SPREAD = [  # x, axis, scale
    ((1,), 0, 1.0),
    ((6,), 0, 3.0),
    ((4, 5), 1, 1.0),
    ((4, 5), 0, 30.0),
    ((2, 3, 4), 1, 3.0),
    ((2, 3, 4), -1, 0.01),
    ((2, 4, 2, 3), 1, 10.0),
    ((0, 3), 1, 1.0),
]


def random_configuration(rng):
    shape = tuple(rng.integers((0, 1, 1, 1), (4, 24, 13, 13))[: rng.integers(1, 5)].tolist())
    return shape, int(rng.integers(-len(shape), len(shape))), float(rng.choice([0.01, 1, 10, 60]))


def draw(configuration, rng):
    shape, axis, scale = configuration
    x = scale * rng.standard_normal(shape)
    x[rng.random(shape) < rng.choice([0, 0.3])] = -np.inf  # masked classes, at times all of them
    return {"x": x, "dy": rng.standard_normal((2, *shape)), "axis": axis}


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    x, (dy, log_dy), axis = inputs["x"], inputs["dy"], inputs["axis"]
    y, dx = differentiate(lambda x: functional.softmax(x, axis), dy, x)
    log_y, log_dx = differentiate(lambda x: functional.log_softmax(x, axis), log_dy, x)
    return {"y": y, "dx": dx, "log_y": log_y, "log_dx": log_dx}


def ours(x, dy, axis):
    y, log_y = softmax(x, axis), log_softmax(x, axis)
    dx, log_dx = softmax_backward(dy[0], y, axis), log_softmax_backward(dy[1], log_y, axis)
    return {"y": y, "dx": dx, "log_y": log_y, "log_dx": log_dx}


def allowed(answers, x, dy, axis):
    def total(array):
        return array.sum(axis, keepdims=True)

    y, K = answers["y"], x.shape[axis]
    with np.errstate(invalid="ignore"):
        below = abs(x - x.max(axis, keepdims=True, initial=-np.inf))
    below[~np.isfinite(below)] = 0  # compared as infinities
    probability = y * (1 + below)  # an exponential is off by its argument's rounding
    limits = {
        "y": probability,
        "dx": probability * (abs(dy[0]) + total(abs(dy[0]) * probability)),
        "log_y": below + np.log(K + 1) + 1,
        "log_dx": abs(dy[1]) + y * (below + np.log(K + 1) + 1) * total(abs(dy[1])),
    }
    return {name: (2 * K + ROUNDINGS) * limit for name, limit in limits.items()}
