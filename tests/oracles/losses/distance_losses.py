"""Weighted absolute and squared errors, as torch.nn.functional.l1_loss and mse_loss."""

import numpy as np

from scratchcv.losses import l1_loss, mse_loss

ROUNDINGS = 8
"""Of the handful of operations on each element."""

SPREAD = [  # prediction, scale, power, weighted, reduction
    ((1,), 1.0, 1, False, "mean"),
    ((7,), 1.0, 2, False, "none"),
    ((7,), 1.0, 1, True, "mean"),
    ((7,), 1.0, 2, True, "mean"),
    ((3, 4), 1e4, 2, False, "mean"),
    ((3, 4), 1e4, 1, True, "sum"),
    ((2, 3, 4), 0.01, 2, True, "none"),
    ((2, 3, 4), 0.01, 1, True, "none"),
    ((2, 2, 2, 3), 1.0, 2, True, "mean"),
    ((0, 4), 1.0, 1, True, "sum"),
    ((0, 4), 1.0, 2, True, "sum"),
]


def random_configuration(rng):
    shape = tuple(rng.integers(1, 9, rng.integers(1, 5)).tolist())
    scale, power, weighted = (
        float(rng.choice([0.01, 1, 1e4])),
        int(rng.integers(1, 3)),
        bool(rng.random() < 0.5),
    )
    return shape, scale, power, weighted, str(rng.choice(["none", "mean", "sum"]))


def draw(configuration, rng):
    shape, scale, power, weighted, reduction = configuration
    prediction, target = scale * rng.standard_normal((2, *shape))
    return {
        "prediction": prediction,
        "target": np.where(rng.random(shape) < 0.1, prediction, target),
        "weight": rng.uniform(0.1, 3, shape) if weighted else None,
        "power": power,
        "reduction": reduction,
    }


def ask_torch(inputs, differentiate):
    import torch
    from torch.nn import functional

    target, weight = (
        None if inputs[name] is None else torch.tensor(inputs[name], dtype=torch.float64)
        for name in ("target", "weight")
    )
    reduction = inputs["reduction"]
    error = functional.l1_loss if inputs["power"] == 1 else functional.mse_loss
    loss, dprediction = differentiate(
        lambda prediction: error(prediction, target, weight=weight, reduction=reduction),
        np.ones(target.shape if reduction == "none" else ()), inputs["prediction"],
    )  # fmt: skip
    return {"loss": loss, "dprediction": dprediction}


def ours(prediction, target, power, **options):
    loss, dprediction = (l1_loss if power == 1 else mse_loss)(prediction, target, **options)
    return {"loss": loss, "dprediction": dprediction}


def allowed(answers, prediction, target, weight, power, reduction):
    difference = prediction - target
    weight = np.ones_like(difference) if weight is None else weight
    losses = weight * abs(difference) ** power
    dprediction = 2 * weight * abs(difference) ** (power - 1)
    if reduction == "none":
        return {"loss": ROUNDINGS * losses, "dprediction": ROUNDINGS * dprediction}
    total = weight.sum() if reduction == "mean" else 1
    roundings = ROUNDINGS + 2 * losses.size
    return {"loss": roundings * losses.sum() / total, "dprediction": roundings * dprediction / total}
