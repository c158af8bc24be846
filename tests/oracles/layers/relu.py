"""The rectified linear unit, as torch.nn.functional.relu, with infinities and NaN."""

import numpy as np

from scratchcv.layers import relu, relu_backward

SPREAD = [(1,), (7,), (3, 4), (2, 3, 2), (2, 3, 4, 2), (0, 3), (1, 1, 5, 5), (2, 2, 2, 2, 2)]


def random_configuration(rng):
    return tuple(rng.integers((0, 1, 1, 1), (4, 24, 40, 40))[: rng.integers(1, 5)].tolist())


def draw(configuration, rng):
    x, dy = rng.standard_normal((2, *configuration))
    edges = rng.choice([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-300], configuration)
    return {"x": np.where(rng.random(configuration) < 0.3, edges, x), "dy": dy}


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    y, dx = differentiate(functional.relu, inputs["dy"], inputs["x"])
    return {"y": y, "dx": dx}


def ours(x, dy):
    return {"y": relu(x), "dx": relu_backward(dy, x)}


def allowed(answers, x, dy):
    return {"y": 0, "dx": 0}
