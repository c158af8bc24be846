"""Concatenation along any axis, as torch.cat."""

import numpy as np

from scratchcv.layers import concat, concat_backward

SPREAD = [  # shape of the whole, dim, sizes
    ((2, 5, 3, 3), 1, (2, 3)),
    ((3,), 0, (1, 2)),
    ((2, 4), -1, (1, 1, 2)),
    ((5, 2, 2), 0, (5,)),
    ((2, 3, 4), 2, (0, 4)),
    ((0, 4, 2, 2), 1, (1, 3)),
    ((1, 3, 2, 2, 2), -3, (1, 1)),
    ((1, 6, 2), 1, (1, 2, 3)),
]


def random_configuration(rng):
    shape = rng.integers(0, 7, rng.integers(1, 5)).tolist()
    dim = int(rng.integers(-len(shape), len(shape)))
    sizes = tuple(rng.integers(0, 5, rng.integers(1, 5)).tolist())
    return tuple(shape), dim, sizes


def draw(configuration, rng):
    shape, dim, sizes = configuration
    whole = list(shape)
    whole[dim] = sum(sizes)
    x, dy = rng.standard_normal((2, *whole))
    return {"x": x, "dy": dy, "dim": dim, "sizes": sizes}


def ask_torch(inputs, differentiate):
    import torch

    y, *gradients = differentiate(
        lambda *pieces: torch.cat(pieces, inputs["dim"]), inputs["dy"], *_pieces(inputs["x"], inputs)
    )
    return {"y": y, **{f"dx{number}": dx for number, dx in enumerate(gradients)}}


def ours(x, dy, dim, sizes):
    y = concat(_pieces(x, {"dim": dim, "sizes": sizes}), dim)
    return {"y": y, **{f"dx{number}": dx for number, dx in enumerate(concat_backward(dy, sizes, dim))}}


def _pieces(x, settings):
    return np.split(x, np.cumsum(settings["sizes"])[:-1], axis=settings["dim"])


def allowed(answers, x, dy, dim, sizes):
    return dict.fromkeys(answers, 0)
