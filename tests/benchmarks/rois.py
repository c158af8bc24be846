"""Regions of a feature map brought to one size: RoIAlign and RoIPool, beside torchvision."""

from typing import Any

import numpy as np

from scratchcv.layers import roi_align, roi_align_backward, roi_pool, roi_pool_backward
from tests.benchmarks.draw import generator, normal, shrink
from tests.benchmarks.row import Group, Inputs, both_ways

SIZE, SCALE, SAMPLING_RATIO = 7, 1 / 16, 2
REGIONS, FEATURES = 512, (2, 256, 50, 50)


def draw(short: bool) -> Inputs:
    """Draw feature maps of stride 16, and regions of 20 to 400 pixels within their images."""
    rng = generator()
    regions, shape = 5 if short else REGIONS, shrink(FEATURES, short)
    height, width = (side / SCALE for side in shape[2:])
    corner = rng.uniform(0, (0.75 * width, 0.75 * height), (regions, 2))
    opposite = np.minimum(corner + rng.uniform(20, 400, (regions, 2)), (width - 1, height - 1))
    images = rng.integers(0, shape[0], (regions, 1))
    rois = np.concatenate([images, corner, opposite], axis=1).astype(np.float32)
    x = normal(rng, *shape)
    return {
        "x": x,
        "rois": rois,
        "dy": normal(rng, regions, shape[1], SIZE, SIZE),
        "indices": roi_pool(x, rois, SIZE, SCALE)[1],
    }


def torch_roi_align(given: Inputs, x: Any) -> Any:
    import torch
    from torchvision import ops

    return ops.roi_align(x, torch.from_numpy(given["rois"]), SIZE, SCALE, SAMPLING_RATIO, aligned=True)


def torch_roi_pool(given: Inputs, x: Any) -> Any:
    import torch
    from torchvision import ops

    return ops.roi_pool(x, torch.from_numpy(given["rois"]), SIZE, SCALE)


def align_backward(given: Inputs) -> Any:
    shape = given["x"].shape
    return roi_align_backward(given["dy"], given["rois"], shape, SIZE, SCALE, SAMPLING_RATIO, aligned=True)


GROUP = Group(
    "rois",
    "RoIAlign and RoIPool",
    (
        *both_ways(
            "RoIAlign, 512 regions of 2×256×50×50",
            draw,
            lambda given: roi_align(given["x"], given["rois"], SIZE, SCALE, SAMPLING_RATIO, aligned=True),
            align_backward,
            torch_roi_align,
        ),
        *both_ways(
            "RoIPool, 512 regions of 2×256×50×50",
            draw,
            lambda given: roi_pool(given["x"], given["rois"], SIZE, SCALE)[0],
            lambda given: roi_pool_backward(given["dy"], given["indices"], given["rois"], given["x"].shape),
            torch_roi_pool,
        ),
    ),
    mean_limit=0.2,
)
