"""SSD at the paper's scale, on VGG-16: SSD300 as torchvision has it, and SSD512."""

from typing import Any

import numpy as np

from scratchcv.boxes import ssd300_default_boxes, ssd512_default_boxes
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.models.ssd import SSD
from scratchcv.models.ssd_head import SSDHead
from scratchcv.models.ssd_vgg_backbone import SSDFeatureExtractorVGG

IMAGE_MEAN, IMAGE_STD = (0.48235, 0.45882, 0.40784), (1 / 255,) * 3
"""Under these, images are as the authors' VGG-16 saw them: 0 to 255, less the mean colour."""

BOXES_300, BOXES_512 = (4, 6, 6, 6, 4, 4), (4, 6, 6, 6, 6, 4, 4)
"""Default boxes a cell of each map."""


def ssd300_vgg16(
    num_classes: int = 91, *, trainable_backbone_layers: int = 4, seed: int = 0, width: int = 64
) -> SSD:
    """Return SSD300 on VGG-16, as torchvision's builder of this name does.

    Parameters
    ----------
    num_classes : int
        Background included; COCO's numbers leave gaps up to 90.
    trainable_backbone_layers : int
        How many of VGG's five stages learn: 4 if it is pretrained, 5 from random weights.
    seed : int
        Of the initial weights.
    width : int
        Channels of the first convolution, 64 in the paper; all others are multiples.

    Raises
    ------
    ValueError
        When so many stages are not there.

    Notes
    -----
    torchvision lets the last of several truths with the same best default box have it, and others may go
    without; here every truth gets one, see `scratchcv.boxes.match_best_then_threshold`.

    References
    ----------
    W. Liu et al., "SSD: Single Shot MultiBox Detector", 2016; torchvision.models.detection.ssd300_vgg16;
    lecture S4, lines 449-456.

    Examples
    --------
    >>> model = ssd300_vgg16(num_classes=3, width=2)
    >>> model.boxes_an_image
    8732
    >>> [name for name, _ in model.named_parameters()][:2]
    ['backbone.scale_weight', 'backbone.features.0.weight']
    """
    config = {"model": "ssd300_vgg16", **locals()}
    rng = np.random.default_rng(seed)
    backbone = SSDFeatureExtractorVGG(width=width, trainable_layers=trainable_backbone_layers, rng=rng)
    head = SSDHead(backbone.out_channels, BOXES_300, num_classes, rng=rng)
    return _ssd(backbone, head, ssd300_default_boxes(), 300, config)


def ssd512_vgg16(
    num_classes: int = 21, *, trainable_backbone_layers: int = 4, seed: int = 0, width: int = 64
) -> SSD:
    """Return SSD512 on VGG-16: larger images, one map more, and nearly three times the default boxes.

    Parameters
    ----------
    num_classes, trainable_backbone_layers, seed, width
        As of `ssd300_vgg16`; 21 are Pascal VOC's, for which the default boxes are scaled.

    Raises
    ------
    ValueError
        When so many stages are not there.

    References
    ----------
    W. Liu et al., "SSD: Single Shot MultiBox Detector", 2016, section 3.1; the authors' program
    ssd_pascal_512.py; lecture S4, lines 449-456.

    Examples
    --------
    >>> ssd512_vgg16(width=2).boxes_an_image
    24564
    """
    config = {"model": "ssd512_vgg16", **locals()}
    rng = np.random.default_rng(seed)
    backbone = SSDFeatureExtractorVGG(True, width=width, trainable_layers=trainable_backbone_layers, rng=rng)
    head = SSDHead(backbone.out_channels, BOXES_512, num_classes, rng=rng)
    return _ssd(backbone, head, ssd512_default_boxes(), 512, config)


def _ssd(
    backbone: SSDFeatureExtractorVGG, head: SSDHead, anchors: Array, size: int, config: dict[str, Any]
) -> SSD:
    """Return the whole; torchvision matches from an IoU of .5 on."""
    transform = GeneralizedRCNNTransform(
        fixed_size=(size, size), size_divisible=1, image_mean=IMAGE_MEAN, image_std=IMAGE_STD
    )
    model = SSD(backbone, head, anchors, transform, config=config, strict=False)
    model.images_at_a_time = 1  # the first maps of one image are 23 megabytes each, of SSD512 67
    return model
