"""Group normalisation, as torch.nn.functional.group_norm, of one to three axes after the channels."""

import numpy as np

from scratchcv.layers import group_norm, group_norm_backward

ROUNDINGS = 16
"""Of the handful of operations that are no sums: divisions, roots."""

SPREAD = [  # x, num_groups, eps, affine
    ((2, 1, 1, 2), 1, 1e-5, True),
    ((1, 2, 1, 2), 2, 1e-5, True),
    ((2, 4, 2, 2), 2, 1e-5, True),
    ((3, 6, 2, 3), 3, 1e-3, False),
    ((2, 6, 3), 2, 0.5, True),
    ((4, 4), 2, 1e-5, True),
    ((0, 4, 2, 2), 2, 1e-5, True),
    ((2, 4, 2, 1, 3), 4, 1e-2, True),
]


def random_configuration(rng):
    groups, channels = rng.integers(1, 5, 2).tolist()
    spatial = rng.integers(1, 10, rng.integers(1, 4)).tolist()
    if channels * np.prod(spatial) == 1:  # PyTorch refuses one value a group
        channels = 2
    shape = (int(rng.integers(0, 5)), groups * channels, *spatial)
    return shape, groups, float(rng.choice([1e-5, 1e-3, 0.1])), bool(rng.random() < 0.8)


def draw(configuration, rng):
    shape, num_groups, eps, affine = configuration
    x = rng.uniform(0.3, 3) * rng.standard_normal(shape) + rng.uniform(-3, 3)
    weight, bias = rng.standard_normal((2, shape[1])) if affine else (None, None)
    dy = rng.standard_normal(shape)
    return {"x": x, "weight": weight, "bias": bias, "dy": dy, "num_groups": num_groups, "eps": eps}


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    affine = inputs["weight"] is not None
    C = inputs["x"].shape[1]
    weight, bias = (inputs["weight"], inputs["bias"]) if affine else (np.ones(C), np.zeros(C))
    y, dx, dweight, dbias = differentiate(
        lambda x, w, b: functional.group_norm(x, inputs["num_groups"], w, b, inputs["eps"]),
        inputs["dy"], inputs["x"], weight, bias,
    )  # fmt: skip
    return {"y": y, "dx": dx, "dweight": dweight, "dbias": dbias}


def ours(x, weight, bias, dy, num_groups, eps):
    y, mean, variance = group_norm(x, num_groups, weight, bias, eps)
    dx, dweight, dbias = group_norm_backward(dy, x, weight, mean, variance, eps)
    return {"y": y, "dx": dx, "dweight": dweight, "dbias": dbias}


def allowed(answers, x, weight, bias, dy, num_groups, eps):
    N, C = x.shape[:2]
    each = (1, C, *(1,) * (x.ndim - 2))
    weight = np.ones(each) if weight is None else abs(weight).reshape(each)
    bias = np.zeros(each) if bias is None else abs(bias).reshape(each)
    m = int(np.prod(x.shape[1:])) // num_groups  # values a group

    def mean(array):
        grouped = array.reshape(N, num_groups, m).mean(axis=-1, keepdims=True)
        return np.broadcast_to(grouped, (N, num_groups, m)).reshape(x.shape)

    deviation = np.sqrt(mean((x - mean(x)) ** 2) + eps)
    normalised = (abs(x) + mean(abs(x))) / deviation  # nothing cancelled
    normalised = normalised * (1 + np.sqrt(mean(normalised**2)))  # the variance is off by as much again
    dnormalised = weight * abs(dy)
    through = mean(dnormalised) + normalised * mean(dnormalised * normalised)
    but_channels = (0, *range(2, x.ndim))
    roundings, terms = 2 * m + ROUNDINGS, x.size // max(C, 1)
    return {
        "y": roundings * (weight * normalised + bias),
        "dx": roundings * (dnormalised * (1 + normalised) + through) / deviation,
        "dweight": (roundings + terms) * (abs(dy) * normalised).sum(axis=but_channels),
        "dbias": terms * abs(dy).sum(axis=but_channels),
    }
