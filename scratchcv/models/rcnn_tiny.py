"""The R-CNN that trains on a laptop from random weights."""

from collections.abc import Sequence

import numpy as np

from scratchcv.backbones import TinyBackbone
from scratchcv.layers import Flatten, Linear, ReLU, Sequential
from scratchcv.models.detector import check_class_names
from scratchcv.models.rcnn import RCNN
from scratchcv.proposals import Propose, selective_search


def rcnn_tiny(
    class_names: Sequence[str],
    size: int = 128,
    seed: int = 0,
    head: str = "svm",
    crop_size: int = 32,
    context: int = 0,
    max_proposals: int = 300,
    propose: Propose | None = None,
) -> RCNN:
    """Return an R-CNN small enough to train on a laptop from random weights.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        Proposals are searched in images resized to size × size pixels.
    seed : int
        Of the initial weights, and of the proposals that training draws.
    head : {"svm", "softmax"}
        What scores proposals.
    crop_size, context : int
        Side of the warped crops in pixels, a multiple of 8, and the context in them on each side: none, since
        of so few pixels the object needs them all.
    max_proposals : int
        Of an image; the best of them.
    propose : callable, optional
        From an image (H, W, 3) uint8 to proposals (P, 4); by default `scratchcv.proposals.selective_search`.

    Examples
    --------
    >>> model = rcnn_tiny(["background", "cat", "dog"])
    >>> sum(parameter.value.size for parameter in model.parameters())
    360339
    """
    class_names = check_class_names(class_names)
    if crop_size < 8 or crop_size % 8:
        raise ValueError(f"crop_size must be a multiple of 8, got {crop_size}")
    rng = np.random.default_rng(seed)
    backbone = TinyBackbone((16, 32, 64, 128), (1, 1, 1, 1), 3, rng=rng)
    pooled, features = 128 * (crop_size // 8) ** 2, 128
    box_head = Sequential(Flatten(), Linear(pooled, features, rng=rng), ReLU())
    config = {
        "model": "rcnn_tiny",
        "class_names": class_names,
        "size": size,
        "seed": seed,
        "head": head,
        "crop_size": crop_size,
        "context": context,
        "max_proposals": max_proposals,
    }
    return RCNN(
        backbone,
        box_head,
        pooled_features=pooled,
        num_features=features,
        num_classes=len(class_names),
        propose=propose or selective_search,
        config=config,
        head=head,
        crop_size=crop_size,
        context=context,
        size=size,
        max_proposals=max_proposals,
        nms_thresh=0.4,  # objects of a class overlap more in scenes than in VOC, where .3 is best
        seed=seed,
    )
