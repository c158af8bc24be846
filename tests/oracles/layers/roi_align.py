"""RoIAlign, as torchvision.ops.roi_align."""

import numpy as np

from scratchcv.layers import roi_align, roi_align_backward

SPREAD = [  # x, regions, output_size, spatial_scale, sampling_ratio, aligned
    ((1, 1, 4, 4), 2, (2, 2), 0.1, 2, False),
    ((1, 1, 4, 4), 2, (2, 2), 0.1, 2, True),
    ((2, 2, 6, 5), 5, (3, 2), 0.5, -1, False),
    ((2, 2, 6, 5), 5, (2, 3), 0.5, -1, True),
    ((1, 2, 7, 3), 3, (1, 4), 1.0, 0, True),
    ((2, 1, 3, 3), 4, (7, 7), 0.25, 1, False),
    ((2, 2, 3, 3), 0, (2, 2), 1.0, -1, True),
    ((1, 1, 1, 1), 3, (2, 2), 1.0, -1, True),
]


def random_configuration(rng):
    shape = tuple(rng.integers((1, 1, 1, 1), (4, 4, 16, 16)).tolist())
    output_size = tuple(rng.integers(1, 8, 2).tolist())
    scale = float(rng.choice([1, 1 / 4, 1 / 16, 0.1]))
    sampling_ratio = int(rng.integers(-1, 4))
    return shape, int(rng.integers(0, 8)), output_size, scale, sampling_ratio, bool(rng.random() < 0.5)


def draw(configuration, rng):
    shape, regions, output_size, scale, sampling_ratio, aligned = configuration
    N, C, H, W = shape
    # Inside, across the border, outside, of no size, and a few inverted, where torchvision survives them.
    corner = rng.uniform(-0.5, 1.1, (regions, 2)) * (W, H) / scale
    least = 0 if aligned and sampling_ratio <= 0 else -0.1
    extent = np.maximum(rng.uniform(-0.1, 1.2, (regions, 2)), least) * (W, H) / scale
    boxes = np.concatenate([corner, corner + extent], axis=1)
    if rng.random() < 0.3:
        boxes = np.round(boxes)
    rois = np.concatenate([rng.integers(0, N, (regions, 1)), boxes], axis=1)
    return {
        "x": rng.standard_normal(shape),
        "rois": rois,
        "dy": rng.standard_normal((regions, C, *output_size)),
        "output_size": output_size,
        "spatial_scale": scale,
        "sampling_ratio": sampling_ratio,
        "aligned": aligned,
    }


def ask_torch(inputs, differentiate):
    import torch
    from torchvision import ops

    inputs = dict(inputs)
    x, rois, dy = (inputs.pop(name) for name in ("x", "rois", "dy"))
    rois = torch.tensor(rois, dtype=torch.float64)
    y, dx = differentiate(lambda x: ops.roi_align(x, rois, **inputs), dy, x)
    return {"y": y, "dx": dx}


def ours(x, rois, dy, **settings):
    return {
        "y": roi_align(x, rois, **settings),
        "dx": roi_align_backward(dy, rois, x.shape, **settings),
    }


def allowed(answers, x, rois, dy, output_size, spatial_scale, sampling_ratio, aligned):
    settings = output_size, spatial_scale, sampling_ratio, aligned
    extent = (abs(rois[:, 3:] - rois[:, 1:3]) * spatial_scale).max(initial=1)
    samples = sampling_ratio if sampling_ratio > 0 else np.ceil(extent / min(output_size))
    # A position is off by 5 roundings of numbers up to the farthest corner; a weight, by as much.
    position = 5 * max(*x.shape[2:], abs(rois[:, 1:]).max(initial=0) * spatial_scale)
    dx = roi_align_backward(abs(dy), rois, x.shape, *settings)
    # A sample has a weight of at least 1/4 in its nearest pixel, which is beside all of its other pixels.
    beside = np.pad(dx, ((0, 0), (0, 0), (1, 1), (1, 1)))
    beside = np.lib.stride_tricks.sliding_window_view(beside, (3, 3), axis=(2, 3)).sum(axis=(4, 5))
    return {
        "y": (4 * samples**2 + 2 * position + 8) * abs(x).max(initial=0),
        "dx": (dy[:, 0].size * samples**2 + 8) * dx + 2 * position * 4 * beside,
    }
