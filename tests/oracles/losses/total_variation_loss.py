"""Total variation, as PyTorch differentiates the differences of slices."""

import numpy as np

from scratchcv.losses import total_variation_loss

ROUNDINGS = 8
"""Of the handful of operations on each pixel: it has four neighbours."""

SPREAD = [  # x, whole numbers, power, reduction
    ((1, 1, 2, 2), False, 1, "mean"),
    ((1, 3, 3, 4), False, 1, "mean"),
    ((2, 1, 3, 3), True, 1, "sum"),
    ((1, 2, 4, 2), False, 2, "mean"),
    ((2, 3, 2, 3), False, 2, "sum"),
    ((1, 1, 1, 4), True, 1, "mean"),
    ((1, 2, 3, 1), False, 2, "mean"),
    ((0, 3, 4, 4), False, 1, "sum"),
]


def random_configuration(rng):
    shape = tuple(rng.integers((0, 1, 1, 1), (4, 4, 12, 12)).tolist())
    return shape, bool(rng.random() < 0.3), int(rng.integers(1, 3)), str(rng.choice(["mean", "sum"]))


def draw(configuration, rng):
    shape, whole, power, reduction = configuration
    x = rng.standard_normal(shape)
    return {"x": np.round(2 * x) if whole else x, "power": power, "reduction": reduction}


def ask_torch(inputs, differentiate):
    power, mean = inputs["power"], inputs["reduction"] == "mean"

    def variation(x):
        total = 0 * x.sum()
        for difference in (x[:, :, 1:] - x[:, :, :-1], x[:, :, :, 1:] - x[:, :, :, :-1]):
            total = total + (difference.abs() ** power).sum() / (
                2 * max(difference.numel(), 1) if mean else 2
            )
        return total

    loss, dx = differentiate(variation, 1.0, inputs["x"])
    return {"loss": loss, "dx": dx}


def ours(x, **options):
    loss, dx = total_variation_loss(x, **options)
    return {"loss": loss, "dx": dx}


def allowed(answers, x, power, reduction):
    loss, dx = 0.0, np.zeros_like(x)
    for axis in (2, 3):
        before, after = [np.moveaxis(array, axis, 0) for array in (abs(x), dx)]
        sums = before[1:] + before[:-1]  # differences with nothing subtracted
        share = 0.5 / max(sums.size, 1) if reduction == "mean" else 0.5
        loss += share * (sums**power).sum()
        slope = share * (1 if power == 1 else 2 * sums)
        after[1:] += slope
        after[:-1] += slope
    return {"loss": (x.size + ROUNDINGS) * loss, "dx": ROUNDINGS * dx}
