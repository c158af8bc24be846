"""RetinaNet at the paper's scale, on a ResNet-50 with a feature pyramid, as torchvision has it."""

from functools import partial
from typing import Any

import numpy as np

from scratchcv.backbones import BackboneWithFPN, LastLevelP6P7, resnet_fpn_backbone
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import BatchNorm2d, FrozenBatchNorm2d, GroupNorm
from scratchcv.models.retinanet import RetinaNet
from scratchcv.models.retinanet_head import RetinaNetHead

STRIDES = (8, 16, 32, 64, 128)
"""Of P3 to P7, in pixels of the resized image."""

ANCHOR_SIZES = tuple((s, int(s * 2 ** (1 / 3)), int(s * 2 ** (2 / 3))) for s in (32, 64, 128, 256, 512))
"""Three sizes a level, in pixels of the resized image."""

RATIOS = (0.5, 1.0, 2.0)


def retinanet_resnet50_fpn(
    num_classes: int = 91,
    *,
    min_size: int = 800,
    max_size: int = 1333,
    loss: str = "focal",
    frozen_norm: bool = True,
    norm_eps: float = 1e-5,
    trainable_backbone_layers: int = 3,
    seed: int = 0,
) -> RetinaNet:
    """Return RetinaNet with a ResNet-50-FPN backbone, as torchvision's builder of this name does.

    Parameters
    ----------
    num_classes : int
        Background included; COCO's numbers leave gaps up to 90.
    min_size, max_size : int
        What images are resized to, see `GeneralizedRCNNTransform`.
    loss : {"focal", "balanced", "cross_entropy", "mining"}
        See `RetinaNet`.
    frozen_norm : bool
        Whether the backbone keeps the statistics that it was pretrained with, or learns its own.
    norm_eps : float
        Of frozen normalisation: 0 for torchvision's ``COCO_V1`` weights, which were trained so.
    trainable_backbone_layers : int
        How many of the backbone's five parts learn: 3 if it is pretrained, 5 from random weights.
    seed : int
        Of the initial weights.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017;
    torchvision.models.detection.retinanet_resnet50_fpn.

    Examples
    --------
    >>> model = retinanet_resnet50_fpn(num_classes=3)
    >>> [name for name, _ in model.head.classification_head.named_parameters()][-2:]
    ['cls_logits.weight', 'cls_logits.bias']
    >>> model.boxes_an_image  # "~100k", says the paper
    120087
    """
    config = {"model": "retinanet_resnet50_fpn", **locals()}
    rng = np.random.default_rng(seed)
    norm_layer = partial(FrozenBatchNorm2d, eps=norm_eps) if frozen_norm else BatchNorm2d
    backbone = resnet_fpn_backbone(
        "resnet50",
        norm_layer,
        trainable_backbone_layers,
        (2, 3, 4),
        LastLevelP6P7(256, 256, rng=rng),
        rng=rng,
    )
    return retinanet_fpn(
        backbone,
        RetinaNetHead(backbone.out_channels, 9, num_classes, rng=rng),
        num_classes,
        transform=GeneralizedRCNNTransform(min_size, max_size),
        loss=loss,
        config=config,
    )


def retinanet_resnet50_fpn_v2(
    num_classes: int = 91,
    *,
    min_size: int = 800,
    max_size: int = 1333,
    loss: str = "focal",
    trainable_backbone_layers: int = 3,
    seed: int = 0,
) -> RetinaNet:
    """Return torchvision's second version: batch and group norm, P6 from C5, and boxes that learn by GIoU.

    Parameters
    ----------
    num_classes, min_size, max_size, loss, trainable_backbone_layers, seed
        As of `retinanet_resnet50_fpn`.

    References
    ----------
    S. Zhang et al., "Bridging the gap between anchor-based and anchor-free detection", 2020, from where its
    changes are; torchvision.models.detection.retinanet_resnet50_fpn_v2.

    Examples
    --------
    >>> model = retinanet_resnet50_fpn_v2(num_classes=3)
    >>> model.backbone.fpn.extra_blocks.p6.weight.value.shape
    (256, 2048, 3, 3)
    """
    config = {"model": "retinanet_resnet50_fpn_v2", **locals()}
    rng = np.random.default_rng(seed)
    backbone = resnet_fpn_backbone(
        "resnet50",
        BatchNorm2d,
        trainable_backbone_layers,
        (2, 3, 4),
        LastLevelP6P7(2048, 256, rng=rng),
        rng=rng,
    )
    return retinanet_fpn(
        backbone,
        RetinaNetHead(backbone.out_channels, 9, num_classes, norm_layer=partial(GroupNorm, 32), rng=rng),
        num_classes,
        transform=GeneralizedRCNNTransform(min_size, max_size),
        loss=loss,
        box_loss="giou",
        config=config,
    )


def retinanet_fpn(
    backbone: BackboneWithFPN,
    head: RetinaNetHead,
    num_classes: int,
    *,
    transform: GeneralizedRCNNTransform,
    loss: str = "focal",
    box_loss: str = "l1",
    config: dict[str, Any],
) -> RetinaNet:
    """Join a pyramid P3 to P7 and a head to a RetinaNet with torchvision's anchors.

    Parameters
    ----------
    backbone : BackboneWithFPN
        Gives five levels.
    head : RetinaNetHead
        Nine anchors a cell, `num_classes` logits each.
    num_classes, transform, loss, box_loss, config
        As of `RetinaNet`.

    Examples
    --------
    >>> from scratchcv.backbones import resnet_fpn_backbone
    >>> model = retinanet_fpn(
    ...     resnet_fpn_backbone("resnet18", returned_layers=(2, 3, 4), extra_blocks=LastLevelP6P7(256, 256)),
    ...     RetinaNetHead(256, 9, 3, conv_depth=1), 3, transform=GeneralizedRCNNTransform(64, 64), config={},
    ... )
    >>> sorted(model.predict([np.zeros((3, 60, 80), np.float32)])[0])
    ['boxes', 'labels', 'scores']
    """
    return RetinaNet(
        backbone,
        head,
        transform,
        strides=STRIDES,
        sizes=ANCHOR_SIZES,
        aspect_ratios=RATIOS,
        num_classes=num_classes,
        loss=loss,
        box_loss=box_loss,
        config=config,
    )
