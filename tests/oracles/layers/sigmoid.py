"""The sigmoid and its logarithm, as torch.sigmoid and logsigmoid, with logits far out."""

import numpy as np

from scratchcv.layers import log_sigmoid, log_sigmoid_backward, sigmoid, sigmoid_backward

ROUNDINGS = 16
"""Of an exponential, a logarithm, a division and two products."""

SPREAD = [  # x, scale
    ((1,), 1.0),
    ((6,), 3.0),
    ((4, 5), 0.01),
    ((4, 5), 30.0),
    ((2, 3, 4), 1e4),
    ((2, 4, 2, 3), 10.0),
    ((0, 3), 1.0),
    ((2, 2, 2, 2, 2), 100.0),
]


def random_configuration(rng):
    shape = tuple(rng.integers((0, 1, 1, 1), (4, 24, 13, 13))[: rng.integers(1, 5)].tolist())
    return shape, float(rng.choice([0.01, 1, 10, 60, 1e4]))


def draw(configuration, rng):
    shape, scale = configuration
    edges = rng.choice([0.0, -0.0, np.inf, -np.inf, np.nan], shape)
    x = np.where(rng.random(shape) < 0.1, edges, scale * rng.standard_normal(shape))
    return {"x": x, "dy": rng.standard_normal((2, *shape))}


def ask_torch(inputs, differentiate):
    import torch

    x, (dy, log_dy) = inputs["x"], inputs["dy"]
    y, dx = differentiate(torch.sigmoid, dy, x)
    log_y, log_dx = differentiate(torch.nn.functional.logsigmoid, log_dy, x)
    return {"y": y, "dx": dx, "log_y": log_y, "log_dx": log_dx}


def ours(x, dy):
    y = sigmoid(x)
    return {
        "y": y,
        "dx": sigmoid_backward(dy[0], y),
        "log_y": log_sigmoid(x),
        "log_dx": log_sigmoid_backward(dy[1], x),
    }


def allowed(answers, x, dy):
    limits = {name: abs(answers[name]) for name in ("y", "log_y", "log_dx")}
    limits["dx"] = abs(dy[0]) * answers["y"]  # 1 - y cancels where y is near 1
    return {name: ROUNDINGS * limit for name, limit in limits.items()}
