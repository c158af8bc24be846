"""Upsampling and downsampling, as torch.nn.functional.interpolate."""

import numpy as np

from scratchcv.layers import interpolate, interpolate_backward

SPREAD = [  # x, size, scale_factor, mode, align_corners
    ((2, 2, 2, 2), None, 2, "nearest", None),
    ((1, 2, 5, 4), (7, 3), None, "nearest", None),
    ((1, 2, 5, 4), (7, 3), None, "nearest-exact", None),
    ((1, 2, 2, 3), None, 2.0, "bilinear", False),
    ((2, 1, 3, 4), (5, 9), None, "bilinear", True),
    ((1, 2, 4, 3), None, (1.7, 0.8), "bilinear", None),
    ((1, 1, 4, 5), None, 2, "bicubic", False),
    ((1, 2, 3, 2), (1, 5), None, "bicubic", True),
    ((0, 2, 3, 2), (4, 5), None, "bicubic", None),
]


def random_configuration(rng):
    shape = tuple(rng.integers((0, 1, 1, 1), (3, 4, 14, 14)).tolist())
    mode = str(rng.choice(["nearest", "nearest-exact", "bilinear", "bicubic"]))
    align_corners = [None, False, True][rng.integers(3)] if mode[0] == "b" else None
    if rng.random() < 0.5:
        return shape, tuple(rng.integers(1, 30, 2).tolist()), None, mode, align_corners
    factors = np.maximum(rng.uniform(0.3, 3.5, 2), np.divide(1, shape[2:]))  # at least one pixel
    kind = rng.integers(3)
    if kind == 0:
        return shape, None, int(rng.integers(1, 5)), mode, align_corners
    if kind == 1:  # quarters, which floating numbers have
        factors = np.ceil(4 * factors) / 4
    return shape, None, tuple(factors.tolist()), mode, align_corners


def draw(configuration, rng):
    shape, size, scale_factor, mode, align_corners = configuration
    settings = {"size": size, "scale_factor": scale_factor, "mode": mode, "align_corners": align_corners}
    x = rng.standard_normal(shape)
    return {"x": x, "dy": rng.standard_normal(interpolate(x, **settings).shape), **settings}


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    inputs = dict(inputs)
    x, dy = inputs.pop("x"), inputs.pop("dy")
    y, dx = differentiate(lambda x: functional.interpolate(x, **inputs), dy, x)
    return {"y": y, "dx": dx}


def ours(x, dy, **settings):
    return {"y": interpolate(x, **settings), "dx": interpolate_backward(dy, x.shape[2:], **settings)}


def allowed(answers, x, dy, mode, **settings):
    H, W = x.shape[2:]
    rows, columns = (_seen_by_output(axis, (H, W), mode, **settings) for axis in (0, 1))
    # The dy that reach a pixel, each way; and taps have weights of at most 1.
    terms = rows.sum(axis=0).max() * columns.sum(axis=0).max()
    y, dx = rows @ abs(x) @ columns.T, rows.T @ abs(dy) @ columns
    if mode.startswith("nearest"):
        return {"y": 0, "dx": terms * dx}
    # A position is off by 3 roundings of numbers up to the side, and weights change by at most 4/3 a pixel.
    return {"y": (16 + 8 + 4 * (H + W)) * y, "dx": (terms + 8 + 4 * (H + W)) * dx}


def _seen_by_output(axis, image_size, mode, size, scale_factor, align_corners):
    """Say which pixels along an axis are near enough to an output to have, or nearly have, a weight."""
    side = image_size[axis]
    factor = scale_factor[axis] if isinstance(scale_factor, tuple) else scale_factor
    settings = {"size": (size[axis], side)} if size else {"scale_factor": (factor, 1)}
    pixels = np.eye(side).reshape(1, 1, side, side)
    seen = interpolate(pixels, mode=mode, align_corners=align_corners, **settings)[0, 0] != 0
    if not mode.startswith("nearest"):
        seen[:, 1:], seen[:, :-1] = seen[:, 1:] | seen[:, :-1], seen[:, :-1] | seen[:, 1:]
    return seen.astype(float)
