"""A RetinaNet that trains from random weights in minutes."""

import itertools
from collections.abc import Sequence
from functools import partial

import numpy as np

from scratchcv.backbones import tiny_fpn_backbone
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import GroupNorm
from scratchcv.models.detector import check_class_names
from scratchcv.models.retinanet import RetinaNet
from scratchcv.models.retinanet_head import RetinaNetHead

TINY_STRIDES = (8, 16, 32)
"""Strides of `retinanet_tiny`'s pyramid, in pixels."""

RATIOS = (0.5, 1.0, 2.0)

OCTAVES = (0.0, 1 / 3, 2 / 3)
"""Where a level's anchor sizes lie between its scale and the next."""


def retinanet_tiny(
    class_names: Sequence[str],
    size: int = 128,
    seed: int = 0,
    loss: str = "focal",
    scales: Sequence[float] = (0.2, 0.3, 0.45, 0.7),
) -> RetinaNet:
    """Return a RetinaNet small enough to train on a laptop from random weights.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        Side of the resized images in pixels, a multiple of 32.
    seed : int
        Of the initial weights.
    loss : {"focal", "balanced", "cross_entropy", "mining"}
        See `RetinaNet`.
    scales : sequence of 4 float
        Sides of the anchors of three levels, relative to the image, and of the level that would follow; see
        `scratchcv.boxes.default_box_scales`. Each level has three sizes, a third of the way apart.

    Raises
    ------
    ValueError
        For another size, names without a background, another number of scales or another loss.

    Notes
    -----
    Two convolutions of 64 channels a sub-network, not four of 256. Group normalisation stands behind each: it
    is the same in training and in prediction, so that three levels can share it.

    Examples
    --------
    >>> model = retinanet_tiny(["background", "cat", "dog"])
    >>> model.boxes_an_image  # nine on each of 16² + 8² + 4² cells
    3024
    """
    if size < 32 or size % 32:
        raise ValueError(f"size must be a multiple of 32, got {size}")
    class_names = check_class_names(class_names)
    if len(scales) != len(TINY_STRIDES) + 1:
        raise ValueError(f"scales must be {len(TINY_STRIDES) + 1} numbers, got {list(scales)}")
    rng = np.random.default_rng(seed)
    backbone = tiny_fpn_backbone(rng=rng)
    head = RetinaNetHead(
        backbone.out_channels,
        len(OCTAVES) * len(RATIOS),
        len(class_names) - 1,
        conv_depth=2,
        norm_layer=partial(GroupNorm, 8),
        rng=rng,
    )
    sides = [size * float(scale) for scale in scales]
    return RetinaNet(
        backbone,
        head,
        GeneralizedRCNNTransform(fixed_size=(size, size), antialias=True),
        strides=TINY_STRIDES,
        sizes=[
            [side * (next_side / side) ** octave for octave in OCTAVES]
            for side, next_side in itertools.pairwise(sides)
        ],
        aspect_ratios=RATIOS,
        num_classes=len(class_names),
        loss=loss,
        config={
            "model": "retinanet_tiny",
            "class_names": class_names,
            "size": size,
            "seed": seed,
            "loss": loss,
            "scales": [float(scale) for scale in scales],
        },
    )
