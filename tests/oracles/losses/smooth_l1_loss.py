"""The smooth L1 distance, as torch.nn.functional.smooth_l1_loss."""

import numpy as np

from scratchcv.losses import smooth_l1_loss

ROUNDINGS = 8
"""Of the handful of operations on each element."""

SPREAD = [  # prediction, scale, beta, reduction
    ((1,), 1.0, 1.0, "mean"),
    ((7,), 1.0, 1.0, "none"),
    ((7,), 1.0, 0.0, "mean"),
    ((3, 4), 1e4, 1.0, "mean"),
    ((3, 4), 1.0, 1 / 9, "sum"),
    ((2, 3, 4), 0.01, 0.0, "none"),
    ((2, 2, 2, 3), 1.0, 3.0, "mean"),
    ((0, 4), 1.0, 1.0, "sum"),
]


def random_configuration(rng):
    shape = tuple(rng.integers(1, 9, rng.integers(1, 5)).tolist())
    scale, beta = float(rng.choice([0.01, 1, 1e4])), float(rng.choice([0, 1e-3, 1 / 9, 1, 5]))
    return shape, scale, beta, str(rng.choice(["none", "mean", "sum"]))


def draw(configuration, rng):
    shape, scale, beta, reduction = configuration
    prediction, target = scale * rng.standard_normal((2, *shape))
    target = np.where(rng.random(shape) < 0.1, prediction, target)
    return {"prediction": prediction, "target": target, "beta": beta, "reduction": reduction}


def ask_torch(inputs, differentiate):
    import torch
    from torch.nn import functional

    target = torch.tensor(inputs["target"], dtype=torch.float64)
    options = {name: inputs[name] for name in ("beta", "reduction")}
    loss, dprediction = differentiate(
        lambda prediction: functional.smooth_l1_loss(prediction, target, **options),
        np.ones(target.shape if options["reduction"] == "none" else ()), inputs["prediction"],
    )  # fmt: skip
    return {"loss": loss, "dprediction": dprediction}


def ours(prediction, target, **options):
    loss, dprediction = smooth_l1_loss(prediction, target, **options)
    return {"loss": loss, "dprediction": dprediction}


def allowed(answers, prediction, target, beta, reduction):
    distance = abs(prediction - target)
    line = distance + beta / 2
    losses = line if beta == 0 else np.where(distance < beta, distance**2 / beta, line)
    dprediction = np.ones_like(distance) if beta == 0 else np.minimum(distance / beta, 1)
    if reduction == "none":
        return {"loss": ROUNDINGS * losses, "dprediction": ROUNDINGS * dprediction}
    share = 1 / losses.size if reduction == "mean" else 1
    roundings = ROUNDINGS + losses.size
    return {"loss": roundings * share * losses.sum(), "dprediction": ROUNDINGS * share * dprediction}
