"""Fast R-CNN on the networks of its paper and of the lectures, cut in two: AlexNet, VGG-16, ResNet-50."""

from typing import Any

import numpy as np

from scratchcv.backbones import (
    VGG,
    AlexNet,
    ResNet,
    alexnet,
    resnet50,
    split_alexnet,
    split_resnet,
    split_vgg,
    vgg16,
)
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import FrozenBatchNorm2d, Layer
from scratchcv.models.fast_rcnn import FastRCNN
from scratchcv.models.fast_rcnn_heads import FastRCNNPredictor
from scratchcv.models.fast_rcnn_roi_heads import RoIHeads
from scratchcv.models.fast_rcnn_tiny import roi_pooling
from scratchcv.proposals import Propose, selective_search


def fast_rcnn_alexnet(
    num_classes: int = 21,
    pooling: str = "pool",
    seed: int = 0,
    min_size: int = 600,
    max_size: int = 1000,
    *,
    propose: Propose | None = None,
    network: AlexNet | None = None,
) -> FastRCNN:
    """Return a Fast R-CNN with AlexNet's five convolutions as backbone and two linear layers a region.

    Parameters
    ----------
    num_classes : int
        Background included; VOC's 20 and it by default.
    pooling : {"pool", "align"}
        How a region's features are read.
    seed : int
        Of the initial weights, and of the regions that training draws.
    min_size, max_size : int
        What images are resized to, see `scratchcv.data.GeneralizedRCNNTransform`.
    propose : callable, optional
        From an image (H, W, 3) uint8 to proposals (P, 4); by default `scratchcv.proposals.selective_search`.
    network : AlexNet, optional
        A trained classifier whose layers are used, or a narrow one; by default a fresh one.

    Notes
    -----
    Detections of a class that overlap by more than .3 are suppressed, as the paper does.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015, section 2.2; lectures S0, lines 251-254, and S2, lines 483-486.

    Examples
    --------
    >>> small = AlexNet(channels=(4, 4, 4, 4, 8), hidden=16)
    >>> model = fast_rcnn_alexnet(3, network=small)
    >>> model.roi_heads.box_roi_pool.output_size, model.roi_heads.box_predictor.cls_score.weight.value.shape
    (6, (3, 16))
    """
    rng = np.random.default_rng(seed)
    backbone, head = split_alexnet(network or alexnet(rng=rng))
    config = _config("fast_rcnn_alexnet", num_classes, pooling, seed, min_size, max_size)
    return _join(backbone, head, config, propose, rng)


def fast_rcnn_vgg16(
    num_classes: int = 21,
    pooling: str = "pool",
    seed: int = 0,
    min_size: int = 600,
    max_size: int = 1000,
    *,
    propose: Propose | None = None,
    network: VGG | None = None,
) -> FastRCNN:
    """Return a Fast R-CNN with VGG-16's convolutions as backbone and two linear layers a region.

    Parameters
    ----------
    num_classes, pooling, seed, min_size, max_size, propose, network
        As for `fast_rcnn_alexnet`.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015, section 2.2: the paper's model L.

    Examples
    --------
    >>> small = VGG((1, 1, 1, 1, 1), channels=(4, 4, 4, 4, 8), hidden=16)
    >>> fast_rcnn_vgg16(3, network=small).roi_heads.box_roi_pool.output_size
    7
    """
    rng = np.random.default_rng(seed)
    backbone, head = split_vgg(network or vgg16(rng=rng))
    config = _config("fast_rcnn_vgg16", num_classes, pooling, seed, min_size, max_size)
    return _join(backbone, head, config, propose, rng)


def fast_rcnn_resnet50(
    num_classes: int = 21,
    pooling: str = "pool",
    seed: int = 0,
    min_size: int = 600,
    max_size: int = 1000,
    *,
    propose: Propose | None = None,
    network: ResNet | None = None,
) -> FastRCNN:
    """Return a Fast R-CNN with all of ResNet-50 but its last stage as backbone, and that stage a region.

    Parameters
    ----------
    num_classes, pooling, seed, min_size, max_size, propose, network
        As for `fast_rcnn_alexnet`; a fresh network has frozen batch norms.

    References
    ----------
    He, Zhang, Ren, Sun, "Deep Residual Learning", 2016, appendix A; lectures S0, lines 251-254, and S2, lines
    483-486.

    Examples
    --------
    >>> from scratchcv.backbones import BasicBlock
    >>> small = ResNet(BasicBlock, (1, 1, 1, 1), channels=4)
    >>> fast_rcnn_resnet50(3, network=small).roi_heads.box_roi_pool.output_size
    14
    """
    rng = np.random.default_rng(seed)
    backbone, head = split_resnet(network or resnet50(norm_layer=FrozenBatchNorm2d, rng=rng))
    config = _config("fast_rcnn_resnet50", num_classes, pooling, seed, min_size, max_size)
    return _join(backbone, head, config, propose, rng)


def _config(
    name: str, num_classes: int, pooling: str, seed: int, min_size: int, max_size: int
) -> dict[str, Any]:
    return {
        "model": name,
        "num_classes": num_classes,
        "pooling": pooling,
        "seed": seed,
        "min_size": min_size,
        "max_size": max_size,
    }


def _join(
    backbone: Layer, head: Any, config: dict[str, Any], propose: Propose | None, rng: np.random.Generator
) -> FastRCNN:
    """Put RoI pooling between the two halves of a classifier, and two sibling layers behind them."""
    roi_heads = RoIHeads(
        roi_pooling(config["pooling"], head.output_size),
        head,
        FastRCNNPredictor(head.out_features, config["num_classes"], rng=rng),
        batch_size_per_image=64,
        nms_thresh=0.3,
    )
    return FastRCNN(
        backbone,
        roi_heads,
        GeneralizedRCNNTransform(config["min_size"], config["max_size"]),
        propose or selective_search,
        num_classes=config["num_classes"],
        config=config,
        seed=config["seed"],
    )
