"""A YOLO v1 that trains from random weights in minutes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.backbones import TinyBackbone, conv_norm_relu
from scratchcv.backbones.tiny import TINY_DEPTHS, TINY_WIDTHS
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import Conv2d, Flatten, Layer, Linear, ReLU, Sequential
from scratchcv.models.detector import check_class_names
from scratchcv.models.yolo_v1 import YOLOv1

STRIDE = 16
"""Pixels a side of a cell."""

HEADS = ("conv", "linear")

HIDDEN = 512
"""Width of the hidden linear layer."""


class GridNetwork(Layer):
    """A backbone's last map, and a head that turns it into the numbers of the cells.

    Parameters
    ----------
    backbone : Layer
        From images to a list of maps, of which the last is read.
    head : Sequential
        From that map (N, K, S, S) to (N, 5 B + C, S, S), or to a vector of as many numbers.
    out_shape : (int, int, int)
        5 B + C, S, S.

    Examples
    --------
    >>> backbone = TinyBackbone((4, 8), (1, 1), 1)
    >>> network = GridNetwork(backbone, Sequential(Conv2d(8, 30, 1)), (30, 7, 7))
    >>> network(np.zeros((1, 3, 14, 14), np.float32)).shape
    (1, 30, 7, 7)
    """

    def __init__(self, backbone: Layer, head: Sequential, out_shape: tuple[int, int, int]) -> None:
        self.backbone = backbone
        self.head = head
        self.out_shape = out_shape

    def forward(self, x: Array) -> tuple[Array, Any]:
        """Return the numbers of the cells (N, 5 B + C, S, S), and the cache for `backward`."""
        features, backbone_cache = self.backbone.forward(x)
        y, head_cache = self.head.forward(features[-1])
        return y.reshape(len(x), *self.out_shape), (backbone_cache, head_cache, y.shape)

    def backward(self, dy: Array, cache: Any) -> Array:
        """Return dx of the images."""
        backbone_cache, head_cache, shape = cache
        dfeature = self.head.backward(dy.reshape(shape), head_cache)
        dx: Array = self.backbone.backward([dfeature], backbone_cache)
        return dx


def yolo_v1_tiny(
    class_names: Sequence[str],
    size: int = 128,
    seed: int = 0,
    head: str = "conv",
    boxes_per_cell: int = 2,
) -> YOLOv1:
    """Return a YOLO v1 small enough to train on a laptop from random weights.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        Side of the resized images in pixels, a multiple of 16: a cell has 16 x 16.
    seed : int
        Of the initial weights.
    head : {"linear", "conv"}
        Two linear layers, as in the paper, where each cell sees the whole image, or one 1x1 convolution.
    boxes_per_cell : int
        B.

    Raises
    ------
    ValueError
        For another size or head, and names without a background.

    Examples
    --------
    >>> model = yolo_v1_tiny(["background", "cat", "dog"])
    >>> model.boxes_an_image  # 8 x 8 cells with two boxes
    128
    """
    class_names = check_class_names(class_names)
    if size < STRIDE or size % STRIDE:
        raise ValueError(f"size must be a multiple of {STRIDE}, got {size}")
    if head not in HEADS:
        raise ValueError(f"head must be one of {', '.join(HEADS)}, got {head!r}")
    if boxes_per_cell < 1:
        raise ValueError(f"boxes_per_cell must be at least 1, got {boxes_per_cell}")
    rng = np.random.default_rng(seed)
    S, columns = size // STRIDE, 5 * boxes_per_cell + len(class_names) - 1
    backbone = TinyBackbone(TINY_WIDTHS[:5], (*TINY_DEPTHS[:4], 2), 4, rng=rng)
    last: Conv2d | Linear
    if head == "conv":
        last = Conv2d(TINY_WIDTHS[4], columns, 1, rng=rng)
        layers = Sequential(last)
    else:
        squeeze = conv_norm_relu(TINY_WIDTHS[4], 32, 1, rng=rng)  # or the linear layers would have millions
        last = Linear(HIDDEN, columns * S * S, rng=rng)
        layers = Sequential(squeeze, Flatten(), Linear(32 * S * S, HIDDEN, rng=rng), ReLU(), last)
    last.weight.value *= 0.1
    assert last.bias is not None
    start = np.zeros(columns)
    start[: 5 * boxes_per_cell] = [0.5, 0.5, 0.5, 0.5, 0.1] * boxes_per_cell  # a box in the cell's middle
    last.bias.value[:] = np.repeat(start, len(last.bias.value) // columns)
    return YOLOv1(
        GridNetwork(backbone, layers, (columns, S, S)),
        GeneralizedRCNNTransform(fixed_size=(size, size), size_divisible=STRIDE, antialias=True),
        num_classes=len(class_names),
        config={
            "model": "yolo_v1_tiny",
            "class_names": class_names,
            "size": size,
            "seed": seed,
            "head": head,
            "boxes_per_cell": boxes_per_cell,
        },
        boxes_per_cell=boxes_per_cell,
        grid_size=S,
    )
