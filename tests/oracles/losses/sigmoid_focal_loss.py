"""The focal loss of sigmoids, as torchvision.ops.sigmoid_focal_loss."""

import numpy as np

from scratchcv.losses import sigmoid_focal_loss

ROUNDINGS = 16
"""Of the handful of operations on each element."""

SPREAD = [  # logits, scale, alpha, gamma, reduction
    ((6,), 1.0, 0.25, 2.0, "none"),
    ((6,), 3.0, -1.0, 0.0, "mean"),
    ((3, 4), 3.0, 0.6, 0.5, "sum"),
    ((3, 4), 10.0, 1.0, 1.0, "mean"),
    ((3, 4), 60.0, 0.0, 5.0, "none"),
    ((2, 3, 4), 60.0, -1.0, 2.0, "sum"),
    ((2, 2, 2, 3), 0.01, 0.25, 1.5, "mean"),
    ((0, 3), 1.0, 0.25, 2.0, "sum"),
]


def random_configuration(rng):
    shape = tuple(rng.integers(1, 9, rng.integers(1, 5)).tolist())
    gamma = float(rng.choice([0, 0.5, 1, 1.5, 2, 5]))
    # Where p rounds to 1, torchvision's gradient for an exponent between 0 and 1 is 0 times infinity.
    scale = float(rng.choice([0.01, 1, 3] if gamma == 0.5 else [0.01, 1, 10, 60]))
    alpha = float(rng.choice([-1, 0, 0.25, 0.5, 1]))
    return shape, scale, alpha, gamma, str(rng.choice(["none", "mean", "sum"]))


def draw(configuration, rng):
    shape, scale, alpha, gamma, reduction = configuration
    return {
        "logits": scale * rng.standard_normal(shape),
        "targets": rng.integers(0, 2, shape),
        "alpha": alpha,
        "gamma": gamma,
        "reduction": reduction,
    }


def ask_torch(inputs, differentiate):
    import torch
    from torchvision.ops import sigmoid_focal_loss

    targets = torch.tensor(inputs["targets"], dtype=torch.float64)
    options = {name: inputs[name] for name in ("alpha", "gamma", "reduction")}
    loss, dlogits = differentiate(
        lambda logits: sigmoid_focal_loss(logits, targets, **options),
        np.ones(targets.shape if options["reduction"] == "none" else ()), inputs["logits"],
    )  # fmt: skip
    return {"loss": loss, "dlogits": dlogits}


def ours(logits, targets, **options):
    loss, dlogits = sigmoid_focal_loss(logits, targets, **options)
    return {"loss": loss, "dlogits": dlogits}


def allowed(answers, logits, targets, alpha, gamma, reduction):
    x = np.where(targets == 1, logits, -logits)
    entropy, missing = np.logaddexp(0, -x), np.exp(-np.logaddexp(0, x))
    weight = 1 if alpha == -1 else np.where(targets == 1, alpha, 1 - alpha)
    # The entropy is off by |x| + 1 roundings; torchvision's 1 - p by one of 1, its power by as much times
    # its slope, gamma (1 - p)^(gamma - 1), and that slope by the second derivative.
    power, slope = missing**gamma, gamma * missing ** (gamma - 1)
    losses = weight * ((1 + gamma) * power * (abs(x) + 1) + slope * entropy)
    dlogits = weight * ((1 + gamma) * power * (abs(x) + 2 + gamma) + slope * (1 + abs(gamma - 1)) * entropy)
    if reduction == "none":
        return {"loss": ROUNDINGS * losses, "dlogits": ROUNDINGS * dlogits}
    share = 1 / logits.size if reduction == "mean" else 1
    return {"loss": (ROUNDINGS + x.size) * share * losses.sum(), "dlogits": ROUNDINGS * share * dlogits}
