"""Transposed convolution, as torch.nn.functional.conv_transpose2d."""

import numpy as np

from scratchcv.layers import conv_transpose2d, conv_transpose2d_backward

SPREAD = [  # x, weight, stride, padding, output_padding, groups, dilation
    ((1, 1, 1, 1), (1, 1, 1, 1), (1, 1), (0, 0), (0, 0), 1, (1, 1)),
    ((2, 3, 2, 3), (3, 2, 2, 2), (2, 2), (0, 0), (0, 0), 1, (1, 1)),  # U-Net's
    ((1, 2, 2, 2), (2, 1, 3, 3), (2, 2), (1, 1), (1, 1), 1, (1, 1)),  # the lecture's 2×2 to 4×4
    ((1, 2, 3, 2), (2, 2, 4, 4), (2, 2), (1, 1), (0, 0), 1, (1, 1)),  # FCN's
    ((0, 2, 3, 3), (2, 3, 3, 3), (1, 1), (1, 1), (0, 0), 1, (1, 1)),
    ((2, 4, 3, 2), (4, 3, 2, 3), (3, 2), (1, 0), (2, 1), 2, (1, 1)),
    ((1, 3, 2, 3), (3, 1, 3, 2), (1, 2), (2, 1), (1, 0), 3, (2, 1)),
    ((1, 1, 2, 2), (1, 2, 3, 3), (1, 2), (2, 0), (2, 3), 1, (3, 4)),  # output_padding of a stride and more
]


def random_configuration(rng):
    large = rng.random() < 0.1
    groups = int(rng.choice([1, 1, 2, 3, 5]))
    N = int(rng.integers(0, 4))
    C, O = rng.integers(1, (24 if large else 7) // groups + 1, 2).tolist()
    size = rng.integers(1, 20 if large else 7, 2)
    kernel, stride = rng.integers(1, 6, 2), rng.integers(1, 5, 2)
    dilation = rng.integers(1, 5, 2) if rng.random() < 0.5 else np.ones(2, int)
    more = rng.integers(0, np.maximum(stride, dilation))
    full = (size - 1) * stride + dilation * (kernel - 1) + 1 + more
    padding = rng.integers(0, np.minimum((full - 1) // 2, 5) + 1)
    settings = (tuple(pair.tolist()) for pair in (stride, padding, more))
    shapes = (N, groups * C, *size.tolist()), (groups * C, O, *kernel.tolist())
    return *shapes, *settings, groups, tuple(dilation.tolist())


def draw(configuration, rng):
    shape, filters, stride, padding, output_padding, groups, dilation = configuration
    sides = zip(shape[2:], filters[2:], stride, padding, output_padding, dilation, strict=True)
    size = [(n - 1) * s - 2 * p + d * (k - 1) + more + 1 for n, k, s, p, more, d in sides]
    O = filters[1] * groups
    return {
        "x": rng.standard_normal(shape),
        "weight": rng.standard_normal(filters),
        "bias": rng.standard_normal(O),
        "dy": rng.standard_normal((shape[0], O, *size)),
        "stride": stride,
        "padding": padding,
        "output_padding": output_padding,
        "groups": groups,
        "dilation": dilation,
    }


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    names = ("stride", "padding", "output_padding", "groups", "dilation")
    settings = [inputs[name] for name in names]
    y, dx, dweight, dbias = differentiate(
        lambda x, weight, bias: functional.conv_transpose2d(x, weight, bias, *settings),
        inputs["dy"], inputs["x"], inputs["weight"], inputs["bias"],
    )  # fmt: skip
    return {"y": y, "dx": dx, "dweight": dweight, "dbias": dbias}


def ours(x, weight, bias, dy, **settings):
    dx, dweight, dbias = conv_transpose2d_backward(dy, x, weight, **settings)
    return {"y": conv_transpose2d(x, weight, bias, **settings), "dx": dx, "dweight": dweight, "dbias": dbias}


def allowed(answers, x, weight, bias, dy, **settings):
    (C, O, kh, kw), (N, _, H, W), groups = weight.shape, x.shape, settings["groups"]
    terms = {
        "y": C // groups * kh * kw + 1,
        "dx": O * kh * kw,
        "dweight": N * H * W,
        "dbias": N * dy[0, 0].size if N else 0,
    }
    sizes = ours(abs(x), abs(weight), abs(bias), abs(dy), **settings)
    return {name: (terms[name] + 1) * sizes[name] for name in answers}
