"""An SSD that trains from random weights in minutes."""

from collections.abc import Sequence

import numpy as np

from scratchcv.backbones import tiny_backbone
from scratchcv.boxes import ssd_default_boxes
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.models.detector import check_class_names
from scratchcv.models.ssd import SSD
from scratchcv.models.ssd_head import SSDHead

TINY_STRIDES = (8, 16, 32, 64)
"""Strides of `ssd_tiny`'s feature maps, in pixels."""


def ssd_tiny(
    class_names: Sequence[str],
    size: int = 128,
    seed: int = 0,
    scales: Sequence[float] = (0.15, 0.27, 0.43, 0.65, 0.9),
) -> SSD:
    """Return an SSD small enough to train on a laptop from random weights.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        Side of the resized images in pixels, a multiple of 64.
    seed : int
        Of the initial weights.
    scales : sequence of 5 float
        Sides of the default boxes of the four feature maps, relative to the image, and of the map that would
        follow; see `scratchcv.boxes.ssd_default_boxes`.

    Examples
    --------
    >>> model = ssd_tiny(["background", "cat", "dog"])
    >>> sum(parameter.value.size for parameter in model.parameters())
    854656
    """
    if size < 64 or size % 64:
        raise ValueError(f"size must be a multiple of 64, got {size}")
    class_names = check_class_names(class_names)
    rng = np.random.default_rng(seed)
    backbone = tiny_backbone(rng=rng)
    cells = [(size // stride, size // stride) for stride in TINY_STRIDES]
    ratios = [[2.0]] * len(cells)
    anchors = ssd_default_boxes(cells, (size, size), ratios, scales=scales, clip=False)
    head = SSDHead(backbone.out_channels, [4] * len(cells), len(class_names), rng=rng)
    config = {
        "model": "ssd_tiny",
        "class_names": class_names,
        "size": size,
        "seed": seed,
        "scales": [float(scale) for scale in scales],
    }
    transform = GeneralizedRCNNTransform(fixed_size=(size, size), antialias=True)
    return SSD(backbone, head, anchors, transform, config=config)
