"""YOLO v2 and v3 small enough to train from random weights in minutes."""

from collections.abc import Sequence

import numpy as np

from scratchcv.backbones import BackboneWithFPN, FeaturePyramidNetwork, TinyBackbone, tiny_backbone
from scratchcv.backbones.tiny import TINY_DEPTHS, TINY_WIDTHS
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import BatchNorm2d, WordTree
from scratchcv.models.detector import check_class_names
from scratchcv.models.yolo_v2 import YOLOv2
from scratchcv.models.yolo_v2_head import YOLOHead

V2_ANCHORS = ((0.15, 0.15), (0.2, 0.35), (0.3, 0.2), (0.4, 0.4), (0.65, 0.65))
V3_ANCHORS = (
    *((0.1, 0.1), (0.15, 0.2), (0.2, 0.15)),
    *((0.25, 0.25), (0.25, 0.4), (0.4, 0.25)),
    *((0.4, 0.4), (0.5, 0.7), (0.7, 0.6)),
)
"""Widths and heights relative to the image, for data that nobody has looked at."""

V3_STRIDES = (8, 16, 32)

V3_CHANNELS = 64
"""Of every map of version 3's pyramid."""


def yolo_v2_tiny(
    class_names: Sequence[str],
    size: int = 128,
    seed: int = 0,
    anchors: Sequence[Sequence[float]] = V2_ANCHORS,
    train_sizes: Sequence[int] = (),
    parents: Sequence[int] | None = None,
) -> YOLOv2:
    """Return a YOLO v2 small enough to train on a laptop from random weights.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        Side of the resized images in pixels, a multiple of 16: a cell has 16 x 16.
    seed : int
        Of the initial weights, and of the training sizes.
    anchors : sequence of (float, float)
        Widths and heights, relative to the image; see `scratchcv.boxes.kmeans_anchors`.
    train_sizes : sequence of int
        For multi-scale training, see `YOLOv2`; multiples of 16.
    parents : sequence of int, optional
        YOLO9000's hierarchy: for each class but the background the class above it, counted from 0 as in
        `WordTree`, or -1.

    Raises
    ------
    ValueError
        For another size, names without a background, or bad anchors or parents.

    Examples
    --------
    >>> model = yolo_v2_tiny(["background", "cat", "dog"])
    >>> model.boxes_an_image  # 8 x 8 cells with 5 anchors
    320
    """
    class_names = check_class_names(class_names)
    for side in (size, *train_sizes):
        if side < 16 or side % 16:
            raise ValueError(f"size must be a multiple of 16, got {side}")
    rng = np.random.default_rng(seed)
    backbone = TinyBackbone(TINY_WIDTHS[:5], (*TINY_DEPTHS[:4], 2), 4, rng=rng)
    config = {
        "model": "yolo_v2_tiny",
        "class_names": class_names,
        "size": size,
        "seed": seed,
        "anchors": _plain(anchors),
        "train_sizes": [int(side) for side in train_sizes],
        "parents": None if parents is None else [int(parent) for parent in parents],
    }
    return YOLOv2(
        backbone,
        YOLOHead(backbone.out_channels, [len(anchors)], len(class_names) - 1, rng=rng),
        GeneralizedRCNNTransform(fixed_size=(size, size), size_divisible=16, antialias=True),
        anchors=[size * np.array(_plain(anchors))],
        num_classes=len(class_names),
        config=config,
        tree=None if parents is None else WordTree(parents),
        train_sizes=train_sizes,
        seed=seed,
    )


def yolo_v3_tiny(
    class_names: Sequence[str],
    size: int = 128,
    seed: int = 0,
    anchors: Sequence[Sequence[float]] = V3_ANCHORS,
) -> YOLOv2:
    """Return a small YOLO v3: three maps of a feature pyramid, logistic classes, its loss.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        Side of the resized images in pixels, a multiple of 32.
    seed : int
        Of the initial weights.
    anchors : sequence of (float, float)
        Widths and heights relative to the image, small ones first: a third of them for each map.

    Raises
    ------
    ValueError
        For another size, names without a background, or anchors that three maps cannot share.

    Examples
    --------
    >>> model = yolo_v3_tiny(["background", "cat", "dog"])
    >>> model.boxes_an_image  # three anchors on 16 x 16, 8 x 8 and 4 x 4 cells
    1008
    """
    class_names = check_class_names(class_names)
    if size < 32 or size % 32:
        raise ValueError(f"size must be a multiple of 32, got {size}")
    if not len(anchors) or len(anchors) % len(V3_STRIDES):
        raise ValueError(f"the anchors must be a multiple of {len(V3_STRIDES)}, got {len(anchors)}")
    rng = np.random.default_rng(seed)
    body = tiny_backbone(6, 3, rng=rng)
    pyramid = FeaturePyramidNetwork(body.out_channels, V3_CHANNELS, norm_layer=BatchNorm2d, rng=rng)
    a_map = len(anchors) // len(V3_STRIDES)
    head = YOLOHead([V3_CHANNELS] * len(V3_STRIDES), [a_map] * len(V3_STRIDES), len(class_names) - 1, rng=rng)
    config = {
        "model": "yolo_v3_tiny",
        "class_names": class_names,
        "size": size,
        "seed": seed,
        "anchors": _plain(anchors),
    }
    return YOLOv2(
        BackboneWithFPN(body, pyramid),
        head,
        GeneralizedRCNNTransform(fixed_size=(size, size), antialias=True),
        anchors=list(size * np.array(_plain(anchors)).reshape(len(V3_STRIDES), a_map, 2)),
        num_classes=len(class_names),
        config=config,
        loss="yolo_v3",
        seed=seed,
    )


def _plain(anchors: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return anchors as lists of Python floats, as a configuration keeps them."""
    return [[float(side) for side in anchor] for anchor in anchors]
