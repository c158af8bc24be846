"""Rows by index, as torch.index_select."""

import numpy as np

from scratchcv.boxes import gather, gather_backward

SPREAD = [
    ((1,), 1),
    ((5,), 3),
    ((5, 4), 3),
    ((5, 4), 9),
    ((3, 2, 2), 4),
    ((3,), 0),
    ((3, 4), 0),
    ((2, 3), 12),
]  # values, indices


def random_configuration(rng):
    shape = tuple(rng.integers(1, 7, rng.integers(1, 4)).tolist())
    return shape, int(rng.integers(0, 12))


def draw(configuration, rng):
    shape, count = configuration
    dy = rng.standard_normal((count, *shape[1:]))
    return {"values": rng.standard_normal(shape), "indices": rng.integers(0, shape[0], count), "dy": dy}


def ask_torch(inputs, differentiate):
    import torch

    indices = torch.tensor(np.array(inputs["indices"]))
    y, dx = differentiate(
        lambda values: torch.index_select(values, 0, indices), inputs["dy"], inputs["values"]
    )
    return {"y": y, "dx": dx}


def ours(values, indices, dy):
    return {"y": gather(values, indices), "dx": gather_backward(dy, indices, len(values))}


def allowed(answers, values, indices, dy):
    return {"y": 0, "dx": len(indices) * gather_backward(abs(dy), indices, len(values))}
