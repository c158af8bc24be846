"""A Fast R-CNN that trains from random weights in minutes."""

from collections.abc import Sequence

import numpy as np

from scratchcv.backbones import TinyBackbone
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import Layer, MultiScaleRoIAlign
from scratchcv.models.detector import check_class_names
from scratchcv.models.fast_rcnn import FastRCNN
from scratchcv.models.fast_rcnn_heads import FastRCNNPredictor, TwoMLPHead
from scratchcv.models.fast_rcnn_roi_heads import RoIHeads
from scratchcv.models.fast_rcnn_roi_pool import FastRCNNRoIPool
from scratchcv.proposals import Propose, selective_search

BINS = 7
"""Bins a side of each region, as in the paper."""


def fast_rcnn_tiny(
    class_names: Sequence[str],
    size: int = 128,
    seed: int = 0,
    pooling: str = "pool",
    propose: Propose | None = None,
) -> FastRCNN:
    """Return a Fast R-CNN small enough to train on a laptop from random weights.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        Side of the resized images in pixels, a multiple of 8.
    seed : int
        Of the initial weights, and of the regions that training draws.
    pooling : {"pool", "align"}
        How a region's features are read: `roi_pool` as in the paper, or `roi_align`.
    propose : callable, optional
        From an image (H, W, 3) uint8 to proposals (P, 4); by default `scratchcv.proposals.selective_search`.

    Raises
    ------
    ValueError
        When the size, the names or the pooling are none.

    Examples
    --------
    >>> model = fast_rcnn_tiny(["background", "cat", "dog"])
    >>> sum(parameter.value.size for parameter in model.parameters())
    554655
    """
    if size < 8 or size % 8:
        raise ValueError(f"size must be a multiple of 8, got {size}")
    class_names = check_class_names(class_names)
    rng = np.random.default_rng(seed)
    backbone = TinyBackbone((16, 32, 64, 64), (1, 1, 2, 2), 3, rng=rng)
    roi_heads = RoIHeads(
        roi_pooling(pooling, BINS),
        TwoMLPHead(64 * BINS**2, 128, rng=rng),
        FastRCNNPredictor(128, len(class_names), rng=rng),
        batch_size_per_image=64,
    )
    config = {
        "model": "fast_rcnn_tiny",
        "class_names": class_names,
        "size": size,
        "seed": seed,
        "pooling": pooling,
    }
    return FastRCNN(
        backbone,
        roi_heads,
        GeneralizedRCNNTransform(fixed_size=(size, size), size_divisible=8, antialias=True),
        propose or selective_search,
        num_classes=len(class_names),
        config=config,
        max_proposals=500,
        seed=seed,
    )


def roi_pooling(pooling: str, bins: int) -> Layer:
    """Return the layer that reads regions of one feature map in bins × bins.

    Examples
    --------
    >>> roi_pooling("pool", 7).output_size
    7
    """
    if pooling == "pool":
        return FastRCNNRoIPool(bins)
    if pooling == "align":
        return MultiScaleRoIAlign(bins, sampling_ratio=2)
    raise ValueError(f"pooling must be 'pool' or 'align', got {pooling!r}")
