"""Faster R-CNN at the papers' scale, on a ResNet-50 with a feature pyramid, as torchvision has it."""

from functools import partial
from typing import Any

import numpy as np

from scratchcv.backbones import BackboneWithFPN, resnet_fpn_backbone
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import BatchNorm2d, FrozenBatchNorm2d, Layer, MultiScaleRoIAlign
from scratchcv.models.fast_rcnn_heads import FastRCNNConvFCHead, FastRCNNPredictor, TwoMLPHead
from scratchcv.models.fast_rcnn_roi_heads import RoIHeads
from scratchcv.models.faster_rcnn import FasterRCNN
from scratchcv.proposals import RegionProposalNetwork, RPNHead

ANCHOR_SIZES = ((32,), (64,), (128,), (256,), (512,))
"""One size a level, in pixels of the resized image, on strides 4 to 64."""

RATIOS = (0.5, 1.0, 2.0)

REPRESENTATION = 1024
"""Numbers that describe a region."""


def fasterrcnn_resnet50_fpn(
    num_classes: int = 91,
    *,
    min_size: int = 800,
    max_size: int = 1333,
    frozen_norm: bool = True,
    norm_eps: float = 1e-5,
    trainable_backbone_layers: int = 3,
    seed: int = 0,
) -> FasterRCNN:
    """Return Faster R-CNN with a ResNet-50-FPN backbone, as torchvision's builder of this name does.

    Parameters
    ----------
    num_classes : int
        Background included; COCO's numbers leave gaps up to 90.
    min_size, max_size : int
        What images are resized to, see `GeneralizedRCNNTransform`.
    frozen_norm : bool
        Whether the backbone keeps the statistics that it was pretrained with, or learns its own.
    norm_eps : float
        Of frozen normalisation: 0 for torchvision's ``COCO_V1`` weights, which were trained so.
    trainable_backbone_layers : int
        How many of the backbone's five parts learn: 3 if it is pretrained, 5 from random weights.
    seed : int
        Of the initial weights, and of what is drawn in training.

    References
    ----------
    S. Ren et al., "Faster R-CNN", 2015; T.-Y. Lin et al., "Feature Pyramid Networks for Object Detection",
    2017; torchvision.models.detection.fasterrcnn_resnet50_fpn.

    Examples
    --------
    >>> model = fasterrcnn_resnet50_fpn(num_classes=3)
    >>> "backbone.body.layer1.0.conv1.weight" in dict(model.named_parameters())
    True
    >>> model.roi_heads.box_predictor.cls_score.weight.value.shape
    (3, 1024)
    """
    config = {"model": "fasterrcnn_resnet50_fpn", **locals()}
    rng = np.random.default_rng(seed)
    norm_layer = partial(FrozenBatchNorm2d, eps=norm_eps) if frozen_norm else BatchNorm2d
    backbone = resnet_fpn_backbone("resnet50", norm_layer, trainable_backbone_layers, rng=rng)
    return faster_rcnn_fpn(
        backbone,
        TwoMLPHead(backbone.out_channels * 7 * 7, REPRESENTATION, rng=rng),
        num_classes,
        transform=GeneralizedRCNNTransform(min_size, max_size),
        config=config,
        seed=seed,
        rng=rng,
    )


def fasterrcnn_resnet50_fpn_v2(
    num_classes: int = 91,
    *,
    min_size: int = 800,
    max_size: int = 1333,
    trainable_backbone_layers: int = 3,
    seed: int = 0,
) -> FasterRCNN:
    """Return torchvision's second version: batch norm everywhere, a deeper RPN, convolutions on each region.

    Parameters
    ----------
    num_classes, min_size, max_size, trainable_backbone_layers, seed
        As of `fasterrcnn_resnet50_fpn`.

    References
    ----------
    Y. Li et al., "Benchmarking detection transfer learning with vision transformers", 2021;
    torchvision.models.detection.fasterrcnn_resnet50_fpn_v2.

    Examples
    --------
    >>> model = fasterrcnn_resnet50_fpn_v2(num_classes=3)
    >>> [name for name, _ in model.rpn.named_parameters() if name.endswith("weight")]
    ['head.conv.0.0.weight', 'head.conv.1.0.weight', 'head.cls_logits.weight', 'head.bbox_pred.weight']
    """
    config = {"model": "fasterrcnn_resnet50_fpn_v2", **locals()}
    rng = np.random.default_rng(seed)
    backbone = resnet_fpn_backbone(
        "resnet50", BatchNorm2d, trainable_backbone_layers, fpn_norm_layer=BatchNorm2d, rng=rng
    )
    channels = backbone.out_channels
    head = FastRCNNConvFCHead((channels, 7, 7), [256] * 4, [REPRESENTATION], BatchNorm2d, rng=rng)
    return faster_rcnn_fpn(
        backbone,
        head,
        num_classes,
        conv_depth=2,
        transform=GeneralizedRCNNTransform(min_size, max_size),
        config=config,
        seed=seed,
        rng=rng,
    )


def faster_rcnn_fpn(
    backbone: BackboneWithFPN,
    box_head: Layer,
    num_classes: int,
    *,
    representation: int = REPRESENTATION,
    conv_depth: int = 1,
    transform: GeneralizedRCNNTransform,
    config: dict[str, Any],
    seed: int = 0,
    rng: np.random.Generator | None = None,
) -> FasterRCNN:
    """Join a pyramid and a region's head to a Faster R-CNN with torchvision's anchors and counts.

    Parameters
    ----------
    backbone : BackboneWithFPN
        Gives five levels, of which the second stage reads the first four.
    box_head : Layer
        From regions of 7 × 7 cells to vectors of so many numbers as `representation` says.
    num_classes, transform, config, seed
        As of `FasterRCNN`.
    conv_depth : int
        Of the RPN's head.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Examples
    --------
    >>> from scratchcv.backbones import resnet_fpn_backbone
    >>> model = faster_rcnn_fpn(
    ...     resnet_fpn_backbone("resnet18"), TwoMLPHead(256 * 49, 64), 3, representation=64,
    ...     transform=GeneralizedRCNNTransform(64, 64), config={},
    ... )
    >>> sorted(model.predict([np.zeros((3, 60, 80), np.float32)])[0])
    ['boxes', 'labels', 'scores']
    """
    rpn = RegionProposalNetwork(
        RPNHead(backbone.out_channels, len(RATIOS), conv_depth, rng=rng),
        ANCHOR_SIZES,
        [RATIOS] * len(ANCHOR_SIZES),
    )
    roi_heads = RoIHeads(
        MultiScaleRoIAlign(7, sampling_ratio=2),
        box_head,
        FastRCNNPredictor(representation, num_classes, rng=rng),
    )
    return FasterRCNN(
        backbone,
        rpn,
        roi_heads,
        transform,
        num_classes=num_classes,
        config=config,
        roi_levels=len(ANCHOR_SIZES) - 1,
        seed=seed,
    )
