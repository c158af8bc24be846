"""Batch normalisation with constant statistics, as torchvision.ops.FrozenBatchNorm2d."""

import numpy as np

from scratchcv.layers import FrozenBatchNorm2d

NAMES = ("weight", "bias", "running_mean", "running_var")

ROUNDINGS = 16
"""Of a root, a division, four products and three sums."""

SPREAD = [  # x, eps
    ((1, 1, 1, 1), 1e-5),
    ((2, 3, 2, 2), 1e-5),
    ((3, 2, 2, 3), 1e-3),
    ((0, 2, 3, 2), 1e-5),
    ((4, 1, 1, 2), 0.5),
    ((1, 2, 4, 3), 0.0),
    ((5, 3, 1, 1), 1e-2),
    ((2, 5, 0, 3), 1e-5),
]


def random_configuration(rng):
    return tuple(rng.integers((0, 1, 1, 1), (4, 12, 20, 20)).tolist()), float(
        rng.choice([0, 1e-5, 1e-3, 0.1])
    )


def draw(configuration, rng):
    shape, eps = configuration
    x, dy = rng.standard_normal((2, *shape))
    weight, bias, mean = rng.standard_normal((3, shape[1]))
    constants = np.stack([weight, bias, mean, rng.uniform(0.01, 4, shape[1])])
    return {"x": x, "dy": dy, "constants": constants, "eps": eps}


def ask_torch(inputs, differentiate):
    import torch
    from torchvision.ops import FrozenBatchNorm2d as TheirFrozenBatchNorm2d

    layer = TheirFrozenBatchNorm2d(inputs["x"].shape[1], inputs["eps"]).double()
    constants = torch.tensor(inputs["constants"], dtype=torch.float64)
    layer.load_state_dict(dict(zip(NAMES, constants, strict=True)))
    y, dx = differentiate(layer, inputs["dy"], inputs["x"])
    return {"y": y, "dx": dx}


def ours(x, dy, constants, eps):
    layer = FrozenBatchNorm2d(x.shape[1], eps).astype(x.dtype)
    layer.load_state_dict(dict(zip(NAMES, constants, strict=True)))
    y, cache = layer.forward(x)
    return {"y": y, "dx": layer.backward(dy, cache)}


def allowed(answers, x, dy, constants, eps):
    weight, bias, mean, variance = abs(constants)[:, :, None, None]
    scale = weight / np.sqrt(variance + eps)
    return {"y": ROUNDINGS * ((abs(x) + mean) * scale + bias), "dx": ROUNDINGS * abs(answers["dx"])}
