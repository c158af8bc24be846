"""Merging axes, as torch.flatten."""

from scratchcv.layers import flatten, flatten_backward

SPREAD = [  # x, start_dim, end_dim
    ((2, 3, 2, 2), 1, -1),
    ((1,), 0, -1),
    ((4,), 0, 0),
    ((2, 3), -2, -1),
    ((2, 3, 4), 1, 1),
    ((0, 3, 2, 2), 1, 3),
    ((2, 0, 3), 0, 1),
    ((2, 1, 3, 1, 2), 1, -2),
]


def random_configuration(rng):
    shape = tuple(rng.integers(0, 5, rng.integers(1, 6)).tolist())
    first, last = sorted(rng.integers(0, len(shape), 2).tolist())
    negative = rng.random(2) < 0.5
    return shape, first - len(shape) * int(negative[0]), last - len(shape) * int(negative[1])


def draw(configuration, rng):
    shape, start_dim, end_dim = configuration
    x = rng.standard_normal(shape)
    return {"x": x, "dy": rng.standard_normal(x.size), "start_dim": start_dim, "end_dim": end_dim}


def ask_torch(inputs, differentiate):
    import torch

    y, dx = differentiate(
        lambda x: torch.flatten(x, inputs["start_dim"], inputs["end_dim"]), inputs["dy"], inputs["x"]
    )
    return {"y": y, "dx": dx}


def ours(x, dy, start_dim, end_dim):
    y = flatten(x, start_dim, end_dim)
    return {"y": y, "dx": flatten_backward(dy.reshape(y.shape), x.shape)}


def allowed(answers, x, dy, start_dim, end_dim):
    return {"y": 0, "dx": 0}
