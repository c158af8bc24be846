"""L2 normalisation over channels, as torch.nn.functional.normalize with a scale a channel."""

import numpy as np

from scratchcv.layers import l2_norm, l2_norm_backward

ROUNDINGS = 16
"""Of the handful of operations that are no sums: divisions, roots."""

SPREAD = [
    (1, 1, 1, 1), (1, 2, 1, 1), (2, 3, 2, 2), (1, 8, 3, 2), (3, 1, 2, 2), (2, 16, 1, 2), (1, 4, 5, 1),
    (0, 3, 2, 2),
]  # fmt: skip


def random_configuration(rng):
    large = rng.random() < 0.1
    N, C = rng.integers((0, 1), (4, 24) if large else (4, 7)).tolist()
    return N, C, *rng.integers(1, 40 if large else 13, 2).tolist()


def draw(configuration, rng):
    x, dy = rng.standard_normal((2, *configuration))
    # 1e-14 is shorter than eps.
    length = rng.choice([0, 1e-14, 1e-3, 1, 1e3], (configuration[0], 1, *configuration[2:]))
    return {"x": x * length, "weight": 20 * rng.standard_normal(configuration[1]), "dy": dy}


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    y, dx, dweight = differentiate(
        lambda x, weight: functional.normalize(x, dim=1) * weight[:, None, None],
        inputs["dy"], inputs["x"], inputs["weight"],
    )  # fmt: skip
    return {"y": y, "dx": dx, "dweight": dweight}


def ours(x, weight, dy):
    dx, dweight = l2_norm_backward(dy, x, weight)
    return {"y": l2_norm(x, weight), "dx": dx, "dweight": dweight}


def allowed(answers, x, weight, dy):
    C = len(weight)
    length = np.maximum(np.sqrt((x * x).sum(axis=1, keepdims=True)), 1e-12)
    u, v = abs(x) / length, abs(weight[:, None, None] * dy)
    dx = (v + u * (u * v).sum(axis=1, keepdims=True)) / length
    dweight = (abs(dy) * u).sum(axis=(0, 2, 3))
    terms = dy[:, 0].size
    return {
        "y": (C + ROUNDINGS) * abs(answers["y"]),
        "dx": (2 * C + ROUNDINGS) * dx,
        "dweight": (C + terms + ROUNDINGS) * dweight,
    }
