"""Max unpooling, as torch.nn.functional.max_unpool2d: of indices that a pooling gave, or of any."""

import numpy as np

from scratchcv.layers import max_pool2d, max_unpool2d, max_unpool2d_backward
from scratchcv.layers.planes import gather_planes

SPREAD = [  # the pooled image, kernel, stride, padding, is its size named?, are the indices a pooling's?
    ((1, 1, 1, 1), (1, 1), (1, 1), (0, 0), False, True),
    ((2, 2, 4, 6), (2, 2), None, (0, 0), False, True),
    ((1, 2, 5, 5), (2, 2), (2, 2), (0, 0), True, True),
    ((1, 2, 5, 6), (3, 3), (2, 2), (1, 1), True, True),
    ((1, 2, 5, 5), (3, 3), (1, 1), (1, 1), True, False),
    ((2, 1, 6, 5), (2, 4), (1, 3), (1, 2), True, True),
    ((1, 1, 7, 6), (1, 2), (3, 4), (0, 1), True, False),
    ((0, 2, 4, 4), (2, 2), (2, 2), (0, 0), False, True),
]


def random_configuration(rng):
    large = rng.random() < 0.1
    N, C = rng.integers((0, 1), (4, 24) if large else (4, 7)).tolist()
    H, W = rng.integers(1, 40 if large else 13, 2)
    stride, kernel = rng.integers(1, 5, 2), rng.integers(1, np.minimum((H, W), 5) + 1)
    padding = rng.integers(0, kernel // 2 + 1)
    size = np.array([H, W])
    default = size - (size + 2 * padding - kernel) % stride  # of the sizes that are pooled to the same
    named = bool(rng.random() < 0.5 or min(default) < 1)
    window = [tuple(numbers.tolist()) for numbers in (kernel, stride, padding)]
    return (N, C, *(size if named else default).tolist()), *window, named, bool(rng.random() < 0.6)


def draw(configuration, rng):
    shape, kernel, stride, padding, named, pooled = configuration
    _, indices = max_pool2d(rng.standard_normal(shape), kernel, stride, padding)
    if not pooled:
        indices = rng.integers(0, shape[2] * shape[3], indices.shape)
    # One value a place: which of several stays is left open by PyTorch.
    values = gather_planes(rng.standard_normal(shape), indices)
    return {
        "x": values, "dy": rng.standard_normal(shape), "indices": indices,
        "kernel": kernel, "stride": stride, "padding": padding, "output_size": shape[2:] if named else None,
    }  # fmt: skip


def ask_torch(inputs, differentiate):
    import torch
    from torch.nn import functional

    x, dy, indices, *window = inputs.values()
    places = torch.tensor(indices)
    y, dx = differentiate(lambda x: functional.max_unpool2d(x, places, *window), dy, x)
    return {"y": y, "dx": dx}


def ours(x, dy, indices, **window):
    return {"y": max_unpool2d(x, indices, *window.values()), "dx": max_unpool2d_backward(dy, indices)}


def allowed(answers, **inputs):
    return {"y": 0, "dx": 0}
