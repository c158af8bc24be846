"""Average pooling, as torch.nn.functional.avg_pool2d."""

import numpy as np

from scratchcv.layers import avg_pool2d, avg_pool2d_backward, window_output_size

SPREAD = [  # x, kernel, stride, padding, ceil_mode, count_include_pad, divisor_override
    ((1, 1, 1, 1), (1, 1), (1, 1), (0, 0), False, True, None),
    ((2, 2, 4, 6), (2, 2), None, (0, 0), False, True, None),
    ((1, 2, 5, 5), (3, 3), (2, 2), (1, 1), True, True, None),
    ((1, 2, 5, 6), (3, 3), (1, 2), (1, 1), True, False, None),
    ((2, 1, 6, 5), (2, 4), (1, 3), (1, 2), False, False, None),
    ((1, 2, 7, 6), (1, 2), (3, 4), (0, 1), True, True, 5),
    ((1, 1, 2, 3), (3, 3), (2, 2), (0, 1), True, True, None),  # the window is larger than the image
    ((1, 1, 3, 4), (3, 4), (1, 1), (0, 0), False, True, -2),
    ((0, 2, 4, 4), (2, 2), (2, 2), (0, 0), False, True, None),
]


def random_configuration(rng):
    large = rng.random() < 0.1
    N, C = rng.integers((0, 1), (4, 24) if large else (4, 7)).tolist()
    H, W = rng.integers(1, 40 if large else 13, 2)
    stride, kernel = rng.integers(1, 5, 2), rng.integers(1, np.minimum((H, W), 6) + 1)
    window = [tuple(numbers.tolist()) for numbers in (kernel, stride, rng.integers(0, kernel // 2 + 1))]
    if rng.random() < 0.2:
        window[1] = None
    ceil_mode, count_include_pad = (rng.random(2) < 0.5).tolist()
    divisor = int(rng.integers(1, 10)) if rng.random() < 0.3 else None
    return (N, C, int(H), int(W)), *window, ceil_mode, count_include_pad, divisor


def draw(configuration, rng):
    shape, kernel, stride, padding, ceil_mode, count_include_pad, divisor = configuration
    size = window_output_size(shape[2:], kernel, stride or kernel, padding, (1, 1), ceil_mode)
    return {
        "x": rng.standard_normal(shape), "dy": rng.standard_normal((*shape[:2], *size)),
        "kernel": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode,
        "count_include_pad": count_include_pad, "divisor_override": divisor,
    }  # fmt: skip


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    x, dy, *window = inputs.values()
    y, dx = differentiate(lambda x: functional.avg_pool2d(x, *window), dy, x)
    return {"y": y, "dx": dx}


def ours(x, dy, **window):
    settings = window.values()
    return {"y": avg_pool2d(x, *settings), "dx": avg_pool2d_backward(dy, x.shape[2:], *settings)}


def allowed(answers, x, dy, kernel, **window):
    # A window has so many pixels, a pixel at most so many windows; and a division.
    sizes = ours(abs(x), abs(dy), kernel=kernel, **window)
    return {name: (np.prod(kernel) + 1) * abs(size) for name, size in sizes.items()}
