"""Max pooling, as torch.nn.functional.max_pool2d."""

import numpy as np

from scratchcv.layers import max_pool2d, max_pool2d_backward

SPREAD = [  # x, kernel, stride, padding
    ((1, 1, 1, 1), (1, 1), (1, 1), (0, 0)),
    ((2, 2, 4, 6), (2, 2), (2, 2), (0, 0)),
    ((1, 2, 5, 5), (3, 3), (2, 2), (1, 1)),
    ((1, 2, 5, 5), (3, 3), (1, 1), (1, 1)),
    ((2, 1, 6, 5), (2, 4), (1, 3), (1, 2)),
    ((1, 2, 7, 6), (1, 2), (3, 4), (0, 1)),
    ((1, 1, 3, 4), (3, 4), (1, 1), (0, 0)),
    ((0, 2, 4, 4), (2, 2), (2, 2), (0, 0)),
]


def random_configuration(rng):
    large = rng.random() < 0.1
    N, C = rng.integers((0, 1), (4, 24) if large else (4, 7)).tolist()
    H, W = rng.integers(1, 40 if large else 13, 2).tolist()
    stride = tuple(rng.integers(1, 5, 2).tolist())
    kernel = rng.integers(1, np.minimum((H, W), 5) + 1)
    return (N, C, H, W), tuple(kernel.tolist()), stride, tuple(rng.integers(0, kernel // 2 + 1).tolist())


def draw(configuration, rng):
    shape, kernel, stride, padding = configuration
    x = rng.integers(-3, 4, shape).astype(float) if rng.random() < 0.5 else rng.standard_normal(shape)
    x[rng.random(shape) < rng.choice([0, 0.8])] = -np.inf  # windows of nothing else, too
    sizes = zip(shape[2:], kernel, stride, padding, strict=True)
    dy = rng.standard_normal((*shape[:2], *[(size + 2 * p - k) // s + 1 for size, k, s, p in sizes]))
    return {"x": x, "dy": dy, "kernel": kernel, "stride": stride, "padding": padding}


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    window = inputs["kernel"], inputs["stride"], inputs["padding"]
    (y, indices), dx = differentiate(
        lambda x: functional.max_pool2d(x, *window, return_indices=True), inputs["dy"], inputs["x"]
    )
    return {"y": y, "indices": indices, "dx": dx}


def ours(x, dy, kernel, stride, padding):
    y, indices = max_pool2d(x, kernel, stride, padding)
    return {"y": y, "indices": indices, "dx": max_pool2d_backward(dy, indices, x.shape[2:])}


def allowed(answers, x, dy, kernel, stride, padding):
    windows = np.prod(kernel)  # as many may share a maximum
    dx = max_pool2d_backward(abs(dy), answers["indices"], x.shape[2:])
    return {"y": 0, "indices": 0, "dx": windows * dx}
