"""U-Net's cross-entropy with a weight for each pixel, as its equation 1, which PyTorch does not have."""

import numpy as np

from scratchcv.losses import cross_entropy

ROUNDINGS = 16
"""Of the handful of operations that are no sums: exponentials, logarithms, divisions."""

SPREAD = [  # logits, scale, ignored, weighted, smoothing, reduction
    ((1, 2), 1.0, 0.0, False, 0.0, "mean"),
    ((3, 4), 1.0, 0.0, True, 0.0, "mean"),
    ((2, 3, 4), 10.0, 0.3, False, 0.2, "none"),
    ((1, 2, 4, 5), 1.0, 0.0, False, 0.0, "sum"),
    ((2, 3, 3, 4), 1.0, 0.3, True, 0.1, "mean"),
    ((2, 4, 2, 2), 100.0, 0.3, True, 0.0, "sum"),
    ((1, 1, 3, 3), 1.0, 0.0, False, 0.0, "none"),
    ((0, 2, 3, 3), 1.0, 0.0, False, 0.0, "sum"),
]


def random_configuration(rng):
    shape = tuple(rng.integers(1, (5, 6, 8, 8))[: rng.integers(2, 5)].tolist())
    return (
        shape, float(rng.choice([0.01, 1, 10, 1e3])), float(rng.choice([0, 0.3])), bool(rng.random() < 0.5),
        float(rng.choice([0, 0, 0.1, 1])), str(rng.choice(["none", "mean", "sum"])),
    )  # fmt: skip


def draw(configuration, rng):
    (N, K, *size), scale, ignored, weighted, smoothing, reduction = configuration
    return {
        "logits": scale * rng.standard_normal((N, K, *size)),
        "labels": np.where(rng.random((N, *size)) < ignored, -100, rng.integers(0, K, (N, *size))),
        "pixel_weight": rng.uniform(0.1, 11, (N, *size)),
        "weight": rng.uniform(0.1, 3, K) if weighted else np.ones(K),
        "label_smoothing": smoothing,
        "reduction": reduction,
    }


def truth_of(labels, weight, label_smoothing):
    """Return how much of the truth each class has (N, K, ...), and the weight of each pixel's class."""
    K = len(weight)
    used = labels >= 0
    hard = np.moveaxis((labels[..., None] == np.arange(K)).astype(float), -1, 1)
    column = weight.reshape(1, K, *[1] * (labels.ndim - 1))
    truth = ((1 - label_smoothing) * hard + label_smoothing / K) * column * used[:, None]
    return truth, (hard * column).sum(axis=1)


def ask_torch(inputs, differentiate):
    import torch

    weight, pixels = inputs["weight"].astype(np.float64), inputs["pixel_weight"].astype(np.float64)
    truth, of_class = truth_of(inputs["labels"], weight, inputs["label_smoothing"])
    total = (of_class * pixels).sum() if inputs["reduction"] == "mean" else 1

    def energy(logits):
        losses = -(torch.tensor(pixels) * (torch.tensor(truth) * torch.log_softmax(logits, 1)).sum(1))
        return losses if inputs["reduction"] == "none" else losses.sum() / (total or 1)

    upstream = np.ones(pixels.shape if inputs["reduction"] == "none" else ())
    loss, dlogits = differentiate(energy, upstream, inputs["logits"])
    return {"loss": loss, "dlogits": dlogits}


def ours(logits, labels, **options):
    loss, dlogits = cross_entropy(logits, labels, **options)
    return {"loss": loss, "dlogits": dlogits}


def allowed(answers, logits, labels, pixel_weight, weight, label_smoothing, reduction):
    K = logits.shape[1]
    truth, of_class = truth_of(labels, weight, label_smoothing)
    below = abs(logits - logits.max(axis=1, keepdims=True))
    probability = np.exp(-below) / np.exp(-below).sum(axis=1, keepdims=True)
    losses = pixel_weight * (truth * (below + np.log(K + 1) + 1)).sum(axis=1)
    # A probability is off by the rounding of its exponent.
    dlogits = truth + probability * (1 + below) * truth.sum(axis=1, keepdims=True)
    dlogits = pixel_weight[:, None] * dlogits
    total = (of_class * pixel_weight).sum() or 1
    if reduction == "mean":
        losses, dlogits = losses / total, dlogits / total
    roundings = 2 * K + labels.size + ROUNDINGS
    return {
        "loss": roundings * (losses if reduction == "none" else losses.sum()),
        "dlogits": roundings * dlogits,
    }
