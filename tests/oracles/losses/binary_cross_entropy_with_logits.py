"""Binary cross-entropy of logits, as torch.nn.functional.binary_cross_entropy_with_logits."""

import numpy as np

from scratchcv.losses import binary_cross_entropy_with_logits

ROUNDINGS = 16
"""Of the handful of operations on each element."""

SPREAD = [  # logits, scale, soft targets, weighted, weight of positives, reduction
    ((1,), 1.0, False, False, False, "mean"),
    ((7,), 3.0, False, True, False, "mean"),
    ((4, 3), 10.0, False, False, True, "none"),
    ((4, 3), 1e4, False, True, True, "sum"),
    ((2, 3, 4), 1.0, True, True, True, "mean"),
    ((5, 2), 0.01, True, False, False, "none"),
    ((2, 2, 3, 2), 1e4, True, False, True, "mean"),
    ((0, 3), 1.0, False, True, True, "sum"),
]


def random_configuration(rng):
    shape = tuple(rng.integers(1, 9, rng.integers(1, 5)).tolist())
    options = (rng.random(3) < 0.5).tolist()
    return shape, float(rng.choice([0.01, 1, 10, 1e4])), *options, str(rng.choice(["none", "mean", "sum"]))


def draw(configuration, rng):
    shape, scale, soft, weighted, positives, reduction = configuration
    return {
        "logits": scale * rng.standard_normal(shape),
        "targets": rng.random(shape) if soft else rng.integers(0, 2, shape).astype(float),
        "weight": rng.uniform(0, 3, shape[-1:] if rng.random() < 0.5 else shape) if weighted else None,
        "pos_weight": rng.uniform(0, 5, shape[-1:]) if positives else None,
        "reduction": reduction,
    }


def ask_torch(inputs, differentiate):
    import torch
    from torch.nn import functional

    targets, weight, pos_weight = (
        None if inputs[name] is None else torch.tensor(inputs[name], dtype=torch.float64)
        for name in ("targets", "weight", "pos_weight")
    )
    reduction = inputs["reduction"]
    loss, dlogits = differentiate(
        lambda logits: functional.binary_cross_entropy_with_logits(
            logits, targets, weight, pos_weight=pos_weight, reduction=reduction
        ),
        np.ones(targets.shape if reduction == "none" else ()), inputs["logits"],
    )  # fmt: skip
    return {"loss": loss, "dlogits": dlogits}


def ours(logits, targets, **options):
    loss, dlogits = binary_cross_entropy_with_logits(logits, targets, **options)
    return {"loss": loss, "dlogits": dlogits}


def allowed(answers, logits, targets, weight, pos_weight, reduction):
    # PyTorch's is (1 - t) x + (1 + (w₊ - 1) t) (log(1 + exp(-|x|)) + max(-x, 0)).
    pos_weight = 1 if pos_weight is None else pos_weight
    size = (1 + targets + pos_weight * targets) * (1 if weight is None else weight)
    losses, dlogits = 2 * size * (abs(logits) + 1), 2 * size
    roundings = ROUNDINGS + logits.size
    if reduction == "none":
        return {"loss": ROUNDINGS * losses, "dlogits": ROUNDINGS * dlogits}
    share = 1 / logits.size if reduction == "mean" else 1
    return {"loss": roundings * share * losses.sum(), "dlogits": ROUNDINGS * share * dlogits}
