"""The layers between a region's features and its scores and boxes, under torchvision's names."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers import (
    Conv2d,
    Flatten,
    Layer,
    Linear,
    ReLU,
    Sequential,
    flatten,
    flatten_backward,
    relu,
    relu_backward,
)


class TwoMLPHead(Layer):
    """Two linear layers with ReLU: what a region's flattened features go through.

    Parameters
    ----------
    in_channels : int
        Numbers a region: channels times bins.
    representation_size : int
        d, the length of the vector that describes a region.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    References
    ----------
    torchvision.models.detection.faster_rcnn.TwoMLPHead.

    Examples
    --------
    >>> TwoMLPHead(8 * 7 * 7, 32)(np.zeros((5, 8, 7, 7), np.float32)).shape
    (5, 32)
    """

    def __init__(
        self, in_channels: int, representation_size: int, *, rng: np.random.Generator | None = None
    ) -> None:
        self.fc6 = Linear(in_channels, representation_size, rng=rng)
        self.fc7 = Linear(representation_size, representation_size, rng=rng)

    def forward(self, x: Array) -> tuple[Array, tuple[Any, ...]]:
        """Return the vectors (K, d) of regions (K, C, H, W)."""
        hidden, cache6 = self.fc6.forward(flatten(x, 1))
        y, cache7 = self.fc7.forward(relu(hidden))
        return relu(y), (x.shape, cache6, hidden, cache7, y)

    def backward(self, dy: Array, cache: tuple[Any, ...]) -> Array:
        """Return the gradient of the regions."""
        shape, cache6, hidden, cache7, y = cache
        dhidden = self.fc7.backward(relu_backward(dy, y), cache7)
        dx = self.fc6.backward(relu_backward(dhidden, hidden), cache6)
        return flatten_backward(dx, shape)


class FastRCNNPredictor(Layer):
    """Two sibling linear layers: logits of every class, and deltas of every class.

    Parameters
    ----------
    in_channels : int
        d, the length of a region's vector.
    num_classes : int
        K + 1, background included.
    rng : numpy.random.Generator, optional
        Draws the initial weights, small ones as in the paper: a deviation of .01 for classes, .001 for boxes.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015, sections 2.1 and 2.3; lecture S1, lines 688-705: n × d → n × q, n × 4q.

    Examples
    --------
    >>> logits, deltas = FastRCNNPredictor(32, num_classes=4)(np.zeros((5, 32), np.float32))
    >>> logits.shape, deltas.shape
    ((5, 4), (5, 16))
    """

    def __init__(self, in_channels: int, num_classes: int, *, rng: np.random.Generator | None = None) -> None:
        rng = np.random.default_rng(rng)
        self.cls_score = Linear(in_channels, num_classes, rng=rng)
        self.bbox_pred = Linear(in_channels, 4 * num_classes, rng=rng)
        for layer, deviation in ((self.cls_score, 0.01), (self.bbox_pred, 0.001)):
            layer.weight.value = rng.normal(0, deviation, layer.weight.value.shape).astype(np.float32)

    def forward(self, x: Array) -> tuple[tuple[Array, Array], tuple[Any, ...]]:
        """Return logits (K, q) and deltas (K, 4q) of vectors (K, d), or of features (K, d, 1, 1)."""
        vectors = x.reshape(x.shape[:2])
        logits, cls_cache = self.cls_score.forward(vectors)
        deltas, bbox_cache = self.bbox_pred.forward(vectors)
        return (logits, deltas), (x.shape, cls_cache, bbox_cache)

    def backward(self, dy: tuple[Array, Array], cache: tuple[Any, ...]) -> Array:
        """Return the gradient of the vectors: both layers read them, so theirs add."""
        (dlogits, ddeltas), (shape, cls_cache, bbox_cache) = dy, cache
        dx = self.cls_score.backward(dlogits, cls_cache) + self.bbox_pred.backward(ddeltas, bbox_cache)
        return dx.reshape(shape)


class FastRCNNConvFCHead(Sequential):
    """Convolutions and then linear layers, each with ReLU: the head of torchvision's second version.

    Parameters
    ----------
    input_size : (int, int, int)
        Channels, height and width of a region's features.
    conv_layers, fc_layers : sequence of int
        Output channels of each 3×3 convolution, outputs of each linear layer.
    norm_layer : callable, optional
        Makes a normalisation of so many channels for after each convolution, which then has no bias.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    References
    ----------
    torchvision.models.detection.faster_rcnn.FastRCNNConvFCHead.

    Examples
    --------
    >>> head = FastRCNNConvFCHead((8, 7, 7), conv_layers=[4, 4], fc_layers=[32])
    >>> head(np.zeros((5, 8, 7, 7), np.float32)).shape
    (5, 32)
    >>> [name for name, _ in head.named_parameters() if name.endswith("weight")]
    ['0.0.weight', '1.0.weight', '3.weight']
    """

    def __init__(
        self,
        input_size: tuple[int, int, int],
        conv_layers: Sequence[int],
        fc_layers: Sequence[int],
        norm_layer: Callable[[int], Layer] | None = None,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        channels, height, width = input_size
        layers: list[Layer] = []
        for outputs in conv_layers:
            conv = Conv2d(channels, outputs, 3, padding=1, bias=norm_layer is None, rng=rng)
            norm = [] if norm_layer is None else [norm_layer(outputs)]
            layers.append(Sequential(conv, *norm, ReLU()))
            channels = outputs
        layers.append(Flatten())
        features = channels * height * width
        for outputs in fc_layers:
            layers += [Linear(features, outputs, rng=rng), ReLU()]
            features = outputs
        super().__init__(*layers)
