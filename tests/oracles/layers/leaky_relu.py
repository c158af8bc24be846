"""The leaky ReLU, as torch.nn.functional.leaky_relu, with infinities and NaN."""

import numpy as np

from scratchcv.layers import leaky_relu, leaky_relu_backward

SPREAD = [  # x, negative_slope
    ((1,), 0.01),
    ((7,), 0.1),
    ((3, 4), 0.2),
    ((2, 3, 2), 1.0),
    ((2, 3, 4, 2), 0.01),
    ((0, 3), 0.1),
    ((1, 1, 5, 5), 3.0),
    ((2, 2, 2, 2, 2), -0.5),
]


def random_configuration(rng):
    shape = tuple(rng.integers((0, 1, 1, 1), (4, 24, 40, 40))[: rng.integers(1, 5)].tolist())
    return shape, float(rng.choice([0.01, 0.1, rng.uniform(-1, 2)]))


def draw(configuration, rng):
    shape, negative_slope = configuration
    x, dy = rng.standard_normal((2, *shape))
    edges = rng.choice([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-300], shape)
    x = np.where(rng.random(shape) < 0.3, edges, x)
    return {"x": x, "dy": dy, "negative_slope": negative_slope}


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    def function(x):
        return functional.leaky_relu(x, inputs["negative_slope"])

    y, dx = differentiate(function, inputs["dy"], inputs["x"])
    return {"y": y, "dx": dx}


def ours(x, dy, negative_slope):
    return {"y": leaky_relu(x, negative_slope), "dx": leaky_relu_backward(dy, x, negative_slope)}


def allowed(answers, x, dy, negative_slope):
    # The slope and the product are rounded.
    return {name: 2 * abs(answer) for name, answer in answers.items()}
