"""Convolution, as torch.nn.functional.conv2d."""

import numpy as np

from scratchcv.layers import conv2d, conv2d_backward

SPREAD = [  # x, weight, stride, padding
    ((1, 1, 1, 1), (1, 1, 1, 1), (1, 1), (0, 0)),
    ((2, 3, 5, 4), (2, 3, 1, 1), (1, 1), (0, 0)),
    ((1, 2, 5, 5), (3, 2, 3, 3), (1, 1), (1, 1)),
    ((2, 1, 6, 5), (2, 1, 3, 3), (2, 2), (1, 1)),
    ((1, 2, 4, 6), (3, 2, 2, 3), (1, 3), (2, 0)),
    ((2, 2, 3, 4), (1, 2, 3, 4), (2, 1), (0, 0)),  # the kernel is the image
    ((1, 1, 2, 3), (2, 1, 1, 2), (3, 4), (3, 4)),  # most patches lie outside
    ((0, 2, 4, 4), (3, 2, 3, 3), (1, 1), (1, 1)),
]


def random_configuration(rng):
    large = rng.random() < 0.1
    N, C, O = rng.integers((0, 1, 1), (4, 24, 24) if large else (4, 7, 7)).tolist()
    H, W = rng.integers(1, 40 if large else 13, 2).tolist()
    stride, padding = tuple(rng.integers(1, 5, 2).tolist()), tuple(rng.integers(0, 6, 2).tolist())
    kernel = tuple(rng.integers(1, np.minimum(np.add((H, W), np.multiply(2, padding)), 6) + 1).tolist())
    return (N, C, H, W), (O, C, *kernel), stride, padding


def draw(configuration, rng):
    shape, weight, stride, padding = configuration
    x, weight, bias = rng.standard_normal(shape), rng.standard_normal(weight), rng.standard_normal(weight[0])
    sizes = zip(shape[2:], weight.shape[2:], stride, padding, strict=True)
    output_size = [(size + 2 * p - k) // s + 1 for size, k, s, p in sizes]
    dy = rng.standard_normal((shape[0], len(bias), *output_size))
    return {"x": x, "weight": weight, "bias": bias, "dy": dy, "stride": stride, "padding": padding}


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    y, dx, dweight, dbias = differentiate(
        lambda x, weight, bias: functional.conv2d(x, weight, bias, inputs["stride"], inputs["padding"]),
        inputs["dy"], inputs["x"], inputs["weight"], inputs["bias"],
    )  # fmt: skip
    return {"y": y, "dx": dx, "dweight": dweight, "dbias": dbias}


def ours(x, weight, bias, dy, stride, padding):
    dx, dweight, dbias = conv2d_backward(dy, x, weight, stride, padding)
    return {"y": conv2d(x, weight, bias, stride, padding), "dx": dx, "dweight": dweight, "dbias": dbias}


def allowed(answers, x, weight, bias, dy, stride, padding):
    (O, C, kh, kw), (N, _, H, W) = weight.shape, dy.shape
    products = {"y": C * kh * kw, "dx": O * kh * kw, "dweight": N * H * W, "dbias": N * H * W}
    sizes = _convolve_absolutes(x, weight, bias, dy, stride, padding)
    return {name: (products[name] + 2) * sizes[name] for name in answers}


def _convolve_absolutes(x, weight, bias, dy, stride, padding):
    """The same sums of products, of absolute values, tap by tap."""
    (sh, sw), (ph, pw) = stride, padding
    x, weight, bias, dy = (abs(array) for array in (x, weight, bias, dy))
    (height, width), (H, W) = dy.shape[2:], x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    dpadded, dweight = np.zeros_like(padded), np.zeros_like(weight)
    y = np.zeros_like(dy) + bias[:, None, None]
    for i, j in np.ndindex(weight.shape[2:]):
        seen = np.s_[:, :, i : i + sh * height : sh, j : j + sw * width : sw]
        patch, taps = padded[seen][:, :, :height, :width], weight[:, :, i, j]
        y += np.einsum("nchw,oc->nohw", patch, taps)
        dpadded[seen] += np.einsum("nohw,oc->nchw", dy, taps)
        dweight[:, :, i, j] = np.einsum("nohw,nchw->oc", dy, patch)
    dx = dpadded[:, :, ph : ph + H, pw : pw + W]
    return {"y": y, "dx": dx, "dweight": dweight, "dbias": dy.sum(axis=(0, 2, 3))}
