"""Faster R-CNN as its paper has it, on one feature map: AlexNet's, the smallest of the lectures' networks."""

import numpy as np

from scratchcv.backbones import AlexNet, alexnet, split_alexnet
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.models.fast_rcnn_heads import FastRCNNPredictor
from scratchcv.models.fast_rcnn_roi_heads import RoIHeads
from scratchcv.models.fast_rcnn_tiny import roi_pooling
from scratchcv.models.faster_rcnn import FasterRCNN
from scratchcv.proposals import RegionProposalNetwork, RPNHead

SIZES, RATIOS = (128, 256, 512), (0.5, 1.0, 2.0)
"""The nine anchors of a cell, pixels of the resized image, and height over width."""


def faster_rcnn_alexnet(
    num_classes: int = 21,
    pooling: str = "pool",
    seed: int = 0,
    min_size: int = 600,
    max_size: int = 1000,
    *,
    network: AlexNet | None = None,
) -> FasterRCNN:
    """Return a Faster R-CNN that shares AlexNet's five convolutions between both stages.

    Parameters
    ----------
    num_classes : int
        Background included; VOC's 20 and it by default.
    pooling : {"pool", "align"}
        How a region's features are read.
    seed : int
        Of the initial weights, and of what is drawn in training.
    min_size, max_size : int
        What images are resized to, see `scratchcv.data.GeneralizedRCNNTransform`.
    network : AlexNet, optional
        A trained classifier whose layers are used, or a narrow one; by default a fresh one.

    Notes
    -----
    Of an image's proposals the best 300 are looked at, as in the paper and on the slides; 2000 in training.

    References
    ----------
    S. Ren et al., "Faster R-CNN", 2015, section 3; lectures S1, lines 741-865, and S2, lines 525-609.

    Examples
    --------
    >>> small = AlexNet(channels=(4, 4, 4, 4, 8), hidden=16)
    >>> model = faster_rcnn_alexnet(3, network=small)
    >>> model.rpn.head.num_anchors, model.rpn.post_nms_top_n["testing"]
    (9, 300)
    """
    config = {
        "model": "faster_rcnn_alexnet",
        "num_classes": num_classes,
        "pooling": pooling,
        "seed": seed,
        "min_size": min_size,
        "max_size": max_size,
    }
    rng = np.random.default_rng(seed)
    backbone, head = split_alexnet(network or alexnet(rng=rng))
    (channels,) = backbone.out_channels
    rpn = RegionProposalNetwork(
        RPNHead(channels, len(SIZES) * len(RATIOS), rng=rng),
        [SIZES],
        [RATIOS],
        pre_nms_top_n={"training": 12000, "testing": 6000},
        post_nms_top_n={"training": 2000, "testing": 300},
    )
    roi_heads = RoIHeads(
        roi_pooling(pooling, head.output_size),
        head,
        FastRCNNPredictor(head.out_features, num_classes, rng=rng),
        batch_size_per_image=64,
        nms_thresh=0.3,
    )
    transform = GeneralizedRCNNTransform(min_size, max_size)
    return FasterRCNN(backbone, rpn, roi_heads, transform, num_classes=num_classes, config=config, seed=seed)
