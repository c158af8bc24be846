"""Soft Dice of V-Net and its unsquared form, as PyTorch differentiates the formula."""

import numpy as np

from scratchcv.losses import dice_loss

ROUNDINGS = 16
"""Of the handful of operations that are no sums: exponentials, divisions."""

SPREAD = [  # logits, scale, share of objects, activation, squared, eps, reduction
    ((1, 1), 1.0, 1.0, "sigmoid", False, 0.0, "mean"),
    ((2, 3, 4), 1.0, 0.5, "sigmoid", False, 0.0, "mean"),
    ((2, 3, 4), 3.0, 0.5, "sigmoid", True, 1.0, "sum"),
    ((2, 3, 2, 3), 1.0, 0.5, "softmax", False, 0.0, "none"),
    ((1, 2, 3, 3), 10.0, 0.2, "softmax", True, 1e-3, "mean"),
    ((2, 1, 3, 3), 1.0, 0.0, "sigmoid", False, 1.0, "mean"),
    ((1, 2, 2, 3), 1.0, 0.5, "none", True, 0.0, "sum"),
    ((0, 2, 3), 1.0, 0.5, "sigmoid", False, 0.0, "sum"),
]


def random_configuration(rng):
    shape = tuple(rng.integers(1, (5, 6, 9, 9))[: rng.integers(2, 5)].tolist())
    return (
        shape, float(rng.choice([0.01, 1, 10])), float(rng.choice([0, 0.1, 0.5, 1])),
        str(rng.choice(["sigmoid", "softmax", "none"])), bool(rng.random() < 0.5),
        float(rng.choice([0, 1e-3, 1])), str(rng.choice(["none", "mean", "sum"])),
    )  # fmt: skip


def draw(configuration, rng):
    shape, scale, share, activation, squared, eps, reduction = configuration
    return {
        "logits": rng.random(shape) if activation == "none" else scale * rng.standard_normal(shape),
        "targets": (rng.random(shape) < share).astype(float),
        "activation": activation,
        "squared": squared,
        "eps": eps,
        "reduction": reduction,
    }


def ask_torch(inputs, differentiate):
    import torch

    N, C, *size = inputs["targets"].shape
    g = torch.tensor(inputs["targets"], dtype=torch.float64).reshape(N, C, int(np.prod(size)))
    eps, power = inputs["eps"], 2 if inputs["squared"] else 1
    activate = {"sigmoid": torch.sigmoid, "softmax": lambda x: torch.softmax(x, 1), "none": lambda x: x}

    def dice(logits):
        p = activate[inputs["activation"]](logits).reshape(g.shape)
        whole = (p**power).sum(2) + (g**power).sum(2) + eps
        losses = 1 - (2 * (p * g).sum(2) + eps) / whole
        counted = (g.sum(2) > 0) if eps == 0 else torch.ones_like(losses, dtype=torch.bool)
        losses = torch.where(counted, losses, 0.0)
        if inputs["reduction"] == "none":
            return losses
        return losses.sum() / (max(int(counted.sum()), 1) if inputs["reduction"] == "mean" else 1)

    upstream = np.ones(g.shape[:2] if inputs["reduction"] == "none" else ())
    loss, dlogits = differentiate(dice, upstream, inputs["logits"])
    return {"loss": loss, "dlogits": dlogits}


def ours(logits, targets, **options):
    loss, dlogits = dice_loss(logits, targets, **options)
    return {"loss": loss, "dlogits": dlogits}


def allowed(answers, logits, targets, activation, squared, eps, reduction):
    axes = tuple(range(2, logits.ndim))

    def total(array):
        return array.sum(axis=axes, keepdims=True)

    p, power = logits, 2 if squared else 1
    if activation == "sigmoid":
        p = np.exp(-np.logaddexp(0, -logits))
    elif activation == "softmax":
        p = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    whole = total(p**power) + total(targets**power) + eps
    counted = ((total(targets) > 0) if eps == 0 else np.ones(whole.shape)).astype(float)
    whole = np.where(whole > 0, whole, 1)
    dice = (2 * total(p * targets) + eps) / whole
    dp = counted * (power * (p if squared else 1) * dice + 2 * targets) / whole
    if activation == "softmax":
        dlogits = p * (dp + (p * dp).sum(axis=1, keepdims=True))
    else:
        dlogits = dp * (p if activation == "sigmoid" else 1)
    # A score is off by the rounding of its exponent, which lies between two logits; quotients of positive
    # sums are as exact as their terms, once for each pixel.
    exponent = 1 if activation == "none" else 2 + 2 * abs(logits).max(initial=0)
    roundings = (ROUNDINGS + 2 * logits.shape[1] + 2 * int(np.prod(logits.shape[2:]))) * exponent
    losses = counted * (1 + dice)
    share = 1 / max(counted.sum(), 1) if reduction == "mean" else 1
    loss = losses.reshape(logits.shape[:2]) if reduction == "none" else losses.sum() * share
    return {"loss": (roundings + losses.size) * loss, "dlogits": roundings * dlogits * share}
