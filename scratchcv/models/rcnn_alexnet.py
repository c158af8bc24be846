"""The paper's R-CNN: AlexNet looks at each of about 2000 proposals, at 224 × 224 pixels."""

from collections.abc import Sequence

import numpy as np

from scratchcv.backbones.alexnet import AlexNet, alexnet
from scratchcv.backbones.split import OneMapBackbone, RegionHead
from scratchcv.layers import Conv2d, Flatten, Linear, Sequential
from scratchcv.models.detector import check_class_names
from scratchcv.models.rcnn import RCNN
from scratchcv.proposals import Propose, selective_search


def rcnn_alexnet(
    class_names: Sequence[str],
    seed: int = 0,
    head: str = "svm",
    *,
    network: AlexNet | None = None,
    crop_size: int = 224,
    context: int = 16,
    propose: Propose | None = None,
) -> RCNN:
    """Return an R-CNN on AlexNet: its pool5 for box regression, its fc7 for the SVMs.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    seed : int
        Of the initial weights, and of the proposals that training draws.
    head : {"svm", "softmax"}
        What scores proposals.
    network : AlexNet, optional
        Its layers are used, not copied: one that ImageNet has taught, as the paper's was. By default one of
        random weights.
    crop_size, context : int
        Side of the warped crops in pixels, 63 at least, and the context in them on each side.
    propose : callable, optional
        From an image (H, W, 3) uint8 to proposals (P, 4); by default `scratchcv.proposals.selective_search`.

    Notes
    -----
    The paper's crops have 227 pixels, since its AlexNet has no padding in the first layer.

    References
    ----------
    R. Girshick et al., "Rich feature hierarchies", 2014, sections 2.1 to 2.3.

    Examples
    --------
    >>> small = AlexNet(channels=(4, 8, 8, 8, 8), hidden=16)  # the same shape, a thousandth of the weights
    >>> model = rcnn_alexnet(["background", "cat", "dog"], network=small)
    >>> model.svms.weight.shape, model.box_regression.weight.shape
    ((2, 16), (8, 288))
    """
    class_names = check_class_names(class_names)
    if crop_size < 63:
        raise ValueError(f"crop_size must be at least 63 for AlexNet, got {crop_size}")
    network = network or alexnet(rng=np.random.default_rng(seed))
    *hidden, _classes = network.classifier.layers
    channels, features = (
        [len(layer.weight.value) for layer in layers if isinstance(layer, (Conv2d, Linear))][-1]
        for layers in (network.features.layers, hidden)
    )
    return RCNN(
        OneMapBackbone(Sequential(network.features, network.avgpool), channels),
        RegionHead(Flatten(), *hidden, output_size=6, out_features=features),
        pooled_features=channels * 6 * 6,
        num_features=features,
        num_classes=len(class_names),
        propose=propose or selective_search,
        config={
            "model": "rcnn_alexnet",
            "class_names": class_names,
            "seed": seed,
            "head": head,
            "crop_size": crop_size,
            "context": context,
        },
        head=head,
        crop_size=crop_size,
        context=context,
        seed=seed,
    )
