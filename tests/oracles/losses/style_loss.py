"""Gram matrices and the style loss, as PyTorch differentiates d2l's formula for each image."""

import numpy as np

from scratchcv.losses import gram_matrix, style_loss

ROUNDINGS = 8
"""Of the handful of operations that are no sums."""

SPREAD = [  # features, scale, reduction
    ((1, 1, 1, 1), 1.0, "mean"),
    ((1, 2, 3, 3), 1.0, "mean"),
    ((2, 3, 2, 3), 1.0, "none"),
    ((2, 2, 1, 4), 100.0, "sum"),
    ((3, 4, 2, 2), 0.01, "mean"),
    ((1, 5, 3, 2), 1.0, "sum"),
    ((0, 2, 3, 3), 1.0, "sum"),
    ((2, 3, 3, 1), 10.0, "none"),
]


def random_configuration(rng):
    shape = tuple(rng.integers((0, 1, 1, 1), (4, 9, 9, 9)).tolist())
    return (max(shape[0], 1), *shape[1:]), float(rng.choice([0.01, 1, 100])), str(
        rng.choice(["none", "mean", "sum"])
    )  # fmt: skip


def draw(configuration, rng):
    (N, C, H, W), scale, reduction = configuration
    features = scale * rng.standard_normal((N, C, H, W))
    return {"features": features, "target_gram": rng.standard_normal((N, C, C)), "reduction": reduction}


def ask_torch(inputs, differentiate):
    import torch

    target = torch.tensor(inputs["target_gram"], dtype=torch.float64)
    _, C, H, W = inputs["features"].shape

    def style(features):
        F = features.flatten(2)
        gram = torch.einsum("nip,njp->nij", F, F) / (C * H * W)
        squares = (gram - target) ** 2
        loss = {"none": squares, "sum": squares.sum(), "mean": squares.sum() / squares.numel()}
        return loss[inputs["reduction"]] if squares.numel() else squares.sum(), gram

    upstream = np.ones(target.shape if inputs["reduction"] == "none" else ())
    (loss, gram), dfeatures = differentiate(style, upstream, inputs["features"])
    return {"loss": loss, "gram": gram, "dfeatures": dfeatures}


def ours(features, target_gram, reduction):
    loss, dfeatures = style_loss(features, target_gram, reduction=reduction)
    return {"loss": loss, "gram": gram_matrix(features), "dfeatures": dfeatures}


def allowed(answers, features, target_gram, reduction):
    N, C, H, W = features.shape
    F = abs(features).reshape(N, C, H * W)
    gram = F @ F.swapaxes(1, 2) / (C * H * W)
    difference = gram + abs(target_gram)
    squares = difference**2
    share = 1 / max(squares.size, 1) if reduction == "mean" else 1
    dfeatures = (4 * share * difference @ F / (C * H * W)).reshape(features.shape)
    pixels = H * W + ROUNDINGS
    loss = 2 * squares if reduction == "none" else 2 * share * squares.sum()
    of_sums = pixels + (0 if reduction == "none" else squares.size)
    return {"loss": of_sums * loss, "gram": pixels * gram, "dfeatures": (pixels + C) * dfeatures}
