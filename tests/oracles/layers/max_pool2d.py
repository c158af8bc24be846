"""Max pooling, as torch.nn.functional.max_pool2d."""

import numpy as np

from scratchcv.layers import max_pool2d, max_pool2d_backward, window_output_size

SPREAD = [  # x, kernel, stride, padding, dilation, ceil_mode
    ((1, 1, 1, 1), (1, 1), (1, 1), (0, 0), (1, 1), False),
    ((2, 2, 4, 6), (2, 2), (2, 2), (0, 0), (1, 1), False),
    ((1, 2, 5, 5), (3, 3), (2, 2), (1, 1), (1, 1), True),
    ((1, 2, 5, 5), (3, 3), (1, 1), (1, 1), (1, 1), False),
    ((2, 1, 6, 5), (2, 4), (1, 3), (1, 2), (1, 1), True),
    ((1, 2, 7, 6), (1, 2), (3, 4), (0, 1), (1, 1), False),
    ((1, 1, 3, 4), (3, 4), (1, 1), (0, 0), (1, 1), False),
    ((1, 2, 7, 8), (3, 2), (2, 3), (1, 1), (2, 3), True),
    ((1, 1, 2, 3), (3, 3), (2, 2), (0, 1), (1, 1), True),  # the window is larger than the image
    ((0, 2, 4, 4), (2, 2), (2, 2), (0, 0), (1, 1), False),
]


def random_configuration(rng):
    large = rng.random() < 0.1
    N, C = rng.integers((0, 1), (4, 24) if large else (4, 7)).tolist()
    H, W = rng.integers(1, 40 if large else 13, 2)
    stride, kernel = rng.integers(1, 5, 2), rng.integers(1, np.minimum((H, W), 5) + 1)
    # An image narrower than the dilation has windows without a pixel: PyTorch's index lies outside it then.
    dilation = rng.integers(1, np.minimum((H, W), 3) + 1)
    dilation = np.where(dilation * (kernel - 1) < (H, W), dilation, 1)
    padding = rng.integers(0, kernel // 2 + 1)
    settings = (tuple(numbers.tolist()) for numbers in (kernel, stride, padding, dilation))
    return (N, C, int(H), int(W)), *settings, bool(rng.random() < 0.5)


def draw(configuration, rng):
    shape, kernel, stride, padding, dilation, ceil_mode = configuration
    x = rng.integers(-3, 4, shape).astype(float) if rng.random() < 0.5 else rng.standard_normal(shape)
    x[rng.random(shape) < rng.choice([0, 0.8])] = -np.inf  # windows of nothing else, too
    size = window_output_size(shape[2:], kernel, stride, padding, dilation, ceil_mode)
    window = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return {"x": x, "dy": rng.standard_normal((*shape[:2], *size)), **window, "ceil_mode": ceil_mode}


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    window = [inputs[name] for name in ("kernel", "stride", "padding", "dilation", "ceil_mode")]
    (y, indices), dx = differentiate(
        lambda x: functional.max_pool2d(x, *window, return_indices=True), inputs["dy"], inputs["x"]
    )
    return {"y": y, "indices": indices, "dx": dx}


def ours(x, dy, **window):
    y, indices = max_pool2d(x, *window.values())
    return {"y": y, "indices": indices, "dx": max_pool2d_backward(dy, indices, x.shape[2:])}


def allowed(answers, x, dy, kernel, **window):
    windows = np.prod(kernel)  # as many may share a maximum
    dx = max_pool2d_backward(abs(dy), answers["indices"], x.shape[2:])
    return {"y": 0, "indices": 0, "dx": windows * dx}
