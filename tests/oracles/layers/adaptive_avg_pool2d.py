"""Adaptive average pooling, as torch.nn.functional.adaptive_avg_pool2d."""

import numpy as np

from scratchcv.layers import adaptive_avg_pool2d, adaptive_avg_pool2d_backward

SPREAD = [  # x, output_size
    ((1, 1, 1, 1), 1),
    ((2, 3, 4, 6), 1),
    ((1, 2, 4, 6), (2, 3)),
    ((1, 2, 5, 7), (3, 2)),
    ((2, 1, 5, 7), 4),
    ((1, 2, 3, 2), (7, 5)),  # more windows than pixels
    ((1, 2, 6, 5), (None, 2)),
    ((1, 2, 4, 5), (3, None)),
    ((0, 2, 4, 4), 2),
]


def random_configuration(rng):
    large = rng.random() < 0.1
    N, C = rng.integers((0, 1), (4, 24) if large else (4, 7)).tolist()
    H, W, *size = rng.integers(1, 40 if large else 13, 4).tolist()
    if rng.random() < 0.2:
        size[int(rng.integers(2))] = None
    return (N, C, H, W), size[0] if size[0] is not None and rng.random() < 0.2 else tuple(size)


def draw(configuration, rng):
    shape, output_size = configuration
    size = (output_size, output_size) if isinstance(output_size, int) else output_size
    size = [side if wanted is None else wanted for wanted, side in zip(size, shape[2:], strict=True)]
    dy = rng.standard_normal((*shape[:2], *size))
    return {"x": rng.standard_normal(shape), "dy": dy, "output_size": output_size}


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    x, dy, output_size = inputs.values()
    y, dx = differentiate(lambda x: functional.adaptive_avg_pool2d(x, output_size), dy, x)
    return {"y": y, "dx": dx}


def ours(x, dy, output_size):
    return {
        "y": adaptive_avg_pool2d(x, output_size),
        "dx": adaptive_avg_pool2d_backward(dy, x.shape[2:]),
    }


def allowed(answers, x, dy, output_size):
    sizes = ours(abs(x), abs(dy), output_size)
    pixels = np.prod([-(-side // n) + 1 for side, n in zip(x.shape[2:], dy.shape[2:], strict=True)])
    windows = np.prod([-(-n // side) + 1 for side, n in zip(x.shape[2:], dy.shape[2:], strict=True)])
    return {"y": (pixels + 1) * sizes["y"], "dx": (windows + 1) * sizes["dx"]}
