"""Binary cross-entropy of probabilities, as torch.nn.functional.binary_cross_entropy."""

import numpy as np

from scratchcv.losses import binary_cross_entropy

ROUNDINGS = 16
"""Of the handful of operations on each element."""

SPREAD = [  # scores, share of exact 0 and 1, soft targets, weighted, reduction
    ((1,), 0.0, False, False, "mean"),
    ((7,), 0.0, False, True, "mean"),
    ((4, 3), 0.5, False, False, "none"),
    ((4, 3), 0.5, True, True, "sum"),
    ((2, 3, 4), 0.0, True, True, "none"),
    ((2, 2, 3, 2), 0.2, True, False, "mean"),
    ((0, 3), 0.0, False, True, "sum"),
]


def random_configuration(rng):
    shape = tuple(rng.integers(1, 9, rng.integers(1, 5)).tolist())
    soft, weighted = (rng.random(2) < 0.5).tolist()
    return shape, float(rng.choice([0, 0.3])), soft, weighted, str(rng.choice(["none", "mean", "sum"]))


def draw(configuration, rng):
    shape, certain, soft, weighted, reduction = configuration
    targets = rng.random(shape) if soft else rng.integers(0, 2, shape).astype(float)
    # What is certain is right: for what is wrong PyTorch's denominator is 1e-12 rounded to float32.
    is_certain, truth = rng.random(shape) < certain, rng.integers(0, 2, shape)
    return {
        "scores": np.where(is_certain, truth, rng.uniform(0.01, 0.99, shape)),
        "targets": np.where(is_certain, truth, targets),
        "weight": rng.uniform(0, 3, shape[-1:] if rng.random() < 0.5 else shape) if weighted else None,
        "reduction": reduction,
    }


def ask_torch(inputs, differentiate):
    import torch
    from torch.nn import functional

    targets, weight = (
        None if inputs[name] is None else torch.tensor(inputs[name], dtype=torch.float64)
        for name in ("targets", "weight")
    )
    reduction = inputs["reduction"]
    loss, dscores = differentiate(
        lambda scores: functional.binary_cross_entropy(scores, targets, weight, reduction=reduction),
        np.ones(targets.shape if reduction == "none" else ()), inputs["scores"],
    )  # fmt: skip
    return {"loss": loss, "dscores": dscores}


def ours(scores, targets, **options):
    loss, dscores = binary_cross_entropy(scores, targets, **options)
    return {"loss": loss, "dscores": dscores}


def allowed(answers, scores, targets, weight, reduction):
    weight = np.ones_like(scores) if weight is None else np.broadcast_to(weight, scores.shape)
    with np.errstate(divide="ignore"):
        yes, no = (np.minimum(-np.log(p), 100) for p in (scores, 1 - scores))
    losses = weight * (targets * yes + (1 - targets) * no + 1)  # 1 - p is off by a rounding of 1
    dscores = weight * (scores + targets) / np.maximum(scores * (1 - scores), 1e-12)
    roundings = ROUNDINGS + scores.size
    if reduction == "none":
        return {"loss": ROUNDINGS * losses, "dscores": ROUNDINGS * dscores}
    share = 1 / scores.size if reduction == "mean" else 1
    return {"loss": roundings * share * losses.sum(), "dscores": ROUNDINGS * share * dscores}
