"""Convolution, as torch.nn.functional.conv2d."""

import numpy as np

from scratchcv.layers import conv2d, conv2d_backward, window_output_size

SPREAD = [  # x, weight, stride, padding, dilation, groups
    ((1, 1, 1, 1), (1, 1, 1, 1), (1, 1), (0, 0), (1, 1), 1),
    ((2, 3, 5, 4), (2, 3, 1, 1), (1, 1), (0, 0), (1, 1), 1),
    ((1, 2, 5, 5), (3, 2, 3, 3), (1, 1), (1, 1), (1, 1), 1),
    ((2, 1, 6, 5), (2, 1, 3, 3), (2, 2), (1, 1), (1, 1), 1),
    ((1, 2, 4, 6), (3, 2, 2, 3), (1, 3), (2, 0), (1, 1), 1),
    ((2, 2, 3, 4), (1, 2, 3, 4), (2, 1), (0, 0), (1, 1), 1),  # the kernel is the image
    ((1, 1, 2, 3), (2, 1, 1, 2), (3, 4), (3, 4), (1, 1), 1),  # most patches lie outside
    ((0, 2, 4, 4), (3, 2, 3, 3), (1, 1), (1, 1), (1, 1), 1),
    ((1, 2, 6, 7), (3, 2, 3, 2), (1, 1), (2, 1), (2, 3), 1),
    ((2, 4, 5, 4), (6, 2, 3, 3), (1, 1), (1, 1), (1, 1), 2),
    ((1, 3, 6, 6), (3, 1, 3, 3), (2, 2), (2, 2), (2, 2), 3),  # depthwise
]


def random_configuration(rng):
    large = rng.random() < 0.1
    groups = int(rng.choice([1, 1, 2, 3, 5]))
    N = int(rng.integers(0, 4))
    C, O = rng.integers(1, (24 if large else 7) // groups + 1, 2).tolist()
    H, W = rng.integers(1, 40 if large else 13, 2).tolist()
    stride, padding = tuple(rng.integers(1, 5, 2).tolist()), tuple(rng.integers(0, 6, 2).tolist())
    dilation = tuple(rng.integers(1, 5, 2).tolist()) if rng.random() < 0.5 else (1, 1)
    room = zip((H, W), padding, dilation, strict=True)
    most = [min((size + 2 * p - 1) // d + 1, 5) for size, p, d in room]
    kernel = rng.integers(1, np.add(most, 1)).tolist()
    return (N, groups * C, H, W), (groups * O, C, *kernel), stride, padding, dilation, groups


def draw(configuration, rng):
    shape, filters, *window, groups = configuration
    size = window_output_size(shape[2:], filters[2:], *window)
    arrays = {
        "x": rng.standard_normal(shape),
        "weight": rng.standard_normal(filters),
        "bias": rng.standard_normal(filters[0]),
        "dy": rng.standard_normal((shape[0], filters[0], *size)),
    }
    return arrays | dict(zip(("stride", "padding", "dilation"), window, strict=True)) | {"groups": groups}


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    settings = [inputs[name] for name in ("stride", "padding", "dilation", "groups")]
    y, dx, dweight, dbias = differentiate(
        lambda x, weight, bias: functional.conv2d(x, weight, bias, *settings),
        inputs["dy"], inputs["x"], inputs["weight"], inputs["bias"],
    )  # fmt: skip
    return {"y": y, "dx": dx, "dweight": dweight, "dbias": dbias}


def ours(x, weight, bias, dy, **settings):
    dx, dweight, dbias = conv2d_backward(dy, x, weight, **settings)
    return {"y": conv2d(x, weight, bias, **settings), "dx": dx, "dweight": dweight, "dbias": dbias}


def allowed(answers, x, weight, bias, dy, **settings):
    (O, C, kh, kw), (N, _, H, W) = weight.shape, dy.shape
    terms = {
        "y": C * kh * kw + 1,
        "dx": O // settings["groups"] * kh * kw,
        "dweight": N * H * W,
        "dbias": N * H * W,
    }
    sizes = ours(abs(x), abs(weight), abs(bias), abs(dy), **settings)
    return {name: (terms[name] + 1) * sizes[name] for name in answers}
