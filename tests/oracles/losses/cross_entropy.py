"""Softmax cross-entropy, as torch.nn.functional.cross_entropy with class indices."""

import numpy as np

from scratchcv.losses import cross_entropy

ROUNDINGS = 16
"""Of the handful of operations that are no sums: exponentials, logarithms, divisions."""

SPREAD = [  # logits, scale, weighted, ignored, smoothing, reduction
    ((1, 1), 1.0, False, 0.0, 0.0, "mean"),
    ((5, 3), 1.0, True, 0.0, 0.0, "mean"),
    ((6, 4), 10.0, True, 0.3, 0.0, "none"),
    ((4, 5), 1e4, False, 0.0, 0.0, "sum"),
    ((3, 4), 1.0, True, 0.3, 0.2, "mean"),
    ((2, 3, 4), 1.0, False, 0.5, 0.0, "mean"),
    ((2, 3, 2, 3), 3.0, True, 0.3, 0.1, "none"),
    ((0, 3), 1.0, True, 0.0, 0.0, "sum"),
]


def random_configuration(rng):
    shape = tuple(rng.integers((1, 1, 1, 1), (20, 13, 7, 7))[: rng.integers(2, 5)].tolist())
    return (
        shape, float(rng.choice([0.01, 1, 10, 1e4])), bool(rng.random() < 0.5), float(rng.choice([0, 0.3])),
        float(rng.choice([0, 0, 0.1, 1])), str(rng.choice(["none", "mean", "sum"])),
    )  # fmt: skip


def draw(configuration, rng):
    (N, K, *rest), scale, weighted, ignored, smoothing, reduction = configuration
    labels = np.where(rng.random((N, *rest)) < ignored, -1, rng.integers(0, K, (N, *rest)))
    labels[:1] = np.maximum(labels[:1], 0)  # the mean of nothing is 0 here, and NaN there
    return {
        "logits": scale * rng.standard_normal((N, K, *rest)),
        "labels": labels,
        "weight": rng.uniform(0.1, 3, K) if weighted else None,
        "ignore_index": -1,
        "label_smoothing": smoothing,
        "reduction": reduction,
    }


def ask_torch(inputs, differentiate):
    import torch
    from torch.nn import functional

    weight, labels = inputs["weight"], torch.tensor(inputs["labels"])
    options = {name: inputs[name] for name in ("ignore_index", "label_smoothing", "reduction")}
    if weight is not None:
        options["weight"] = torch.tensor(weight, dtype=torch.float64)
    loss, dlogits = differentiate(
        lambda logits: functional.cross_entropy(logits, labels, **options),
        np.ones(labels.shape if options["reduction"] == "none" else ()), inputs["logits"],
    )  # fmt: skip
    return {"loss": loss, "dlogits": dlogits}


def ours(logits, labels, **options):
    loss, dlogits = cross_entropy(logits, labels, **options)
    return {"loss": loss, "dlogits": dlogits}


def allowed(answers, logits, labels, weight, ignore_index, label_smoothing, reduction):
    K = logits.shape[1]
    shape = (1, K, *[1] * (logits.ndim - 2))
    weight = (np.ones(K) if weight is None else weight).reshape(shape)
    used = (labels != ignore_index)[:, None]
    truth = used * (np.where(used, labels[:, None], 0) == np.arange(K).reshape(shape)) * weight
    below = abs(logits - logits.max(axis=1, keepdims=True))
    probability = np.exp(-below) / np.exp(-below).sum(axis=1, keepdims=True)
    surprise = below + np.log(K + 1) + 1
    parts = truth + label_smoothing * used * weight / K  # of the truth, with nothing subtracted
    losses = (parts * surprise).sum(axis=1)
    # A probability is off by the rounding of its exponent.
    dlogits = parts + probability * (1 + below) * parts.sum(axis=1, keepdims=True)
    if reduction == "mean":
        losses, dlogits = losses / truth.sum(), dlogits / truth.sum()
    roundings = 2 * K + labels.size + ROUNDINGS
    return {
        "loss": roundings * (losses if reduction == "none" else losses.sum()),
        "dlogits": roundings * dlogits,
    }
