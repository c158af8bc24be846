"""RetinaNet's head: a sub-network that names objects and one that moves boxes, the same on every level."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers import Conv2d, Layer, ReLU, Sequential, maps_to_rows, rows_to_maps

PRIOR_PROBABILITY = 0.01
"""What an untrained network believes of every class of every anchor."""


class RetinaNetSubnet(Layer):
    """Some 3×3 convolutions with ReLU, and one that gives each anchor of a cell its row of numbers.

    Parameters
    ----------
    in_channels : int
        C, of each feature map.
    num_anchors : int
        A, anchors a cell.
    columns : int
        Numbers an anchor.
    conv_depth : int
        How many convolutions come first, C → C.
    norm_layer : callable, optional
        From a number of channels to a normalisation behind each of these, which then have no bias.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Notes
    -----
    Initial weights are torchvision's: normal with a deviation of .01, zero biases. No normalisation may learn
    statistics of a batch: all levels share it.

    Examples
    --------
    >>> subnet = RetinaNetRegressionHead(8, num_anchors=9, columns=4)
    >>> subnet([np.zeros((2, 8, 5, 5), np.float32), np.zeros((2, 8, 3, 3), np.float32)]).shape
    (2, 306, 4)
    """

    output_name: str

    def __init__(
        self,
        in_channels: int,
        num_anchors: int,
        columns: int,
        *,
        conv_depth: int = 4,
        norm_layer: Callable[[int], Layer] | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = np.random.default_rng(rng)
        conv = partial(Conv2d, in_channels, kernel_size=3, padding=1, rng=rng)
        blocks = []
        for _ in range(conv_depth):
            norm = [] if norm_layer is None else [norm_layer(in_channels)]
            blocks.append(Sequential(conv(in_channels, bias=norm_layer is None), *norm, ReLU()))
        self.conv = Sequential(*blocks)
        setattr(self, self.output_name, conv(num_anchors * columns))
        for _, layer in self.named_layers():
            if isinstance(layer, Conv2d):
                layer.weight.value[...] = 0.01 * rng.standard_normal(layer.weight.value.shape)
        self.columns = columns

    def forward(self, x: list[Array]) -> tuple[Array, list[Any]]:
        """Return rows (N, A, columns) of the A anchors of all levels, one level after another."""
        rows, caches = [], []
        for feature in x:
            hidden, conv_cache = self.conv.forward(feature)
            maps, output_cache = self.output.forward(hidden)
            rows.append(maps_to_rows(maps, self.columns))
            caches.append((maps.shape, conv_cache, output_cache))
        return np.concatenate(rows, axis=1), caches

    def backward(self, dy: Array, cache: list[Any]) -> list[Array]:
        """Return the gradient of each level's features; those of the shared weights add up by themselves."""
        dfeatures, start = [], 0
        for (N, channels, H, W), conv_cache, output_cache in cache:
            stop = start + H * W * (channels // self.columns)
            dhidden = self.output.backward(rows_to_maps(dy[:, start:stop], (N, channels, H, W)), output_cache)
            dfeatures.append(self.conv.backward(dhidden, conv_cache))
            start = stop
        return dfeatures

    def __call__(self, x: list[Array], /) -> Array:
        """Return the rows, keeping no cache."""
        rows = [maps_to_rows(self.output(self.conv(feature)), self.columns) for feature in x]
        return np.concatenate(rows, axis=1)

    @property
    def output(self) -> Conv2d:
        """The last convolution, under the name that torchvision gives it."""
        layer: Conv2d = getattr(self, self.output_name)
        return layer


class RetinaNetClassificationHead(RetinaNetSubnet):
    r"""The sub-network that says what is in each anchor; see `RetinaNetSubnet`.

    Its last bias begins with :math:`b = -\log((1 - \pi) / \pi)`, so that every score is π = .01: or else the
    first step's loss would be that of a hundred thousand negatives at p = .5.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017, sections 3.3 and 4.1.

    Examples
    --------
    >>> from scratchcv.layers import sigmoid
    >>> scores = sigmoid(RetinaNetClassificationHead(8, 9, columns=20)([np.zeros((1, 8, 1, 1), np.float32)]))
    >>> scores.shape, round(float(scores.max()), 4)
    ((1, 9, 20), 0.01)
    """

    output_name = "cls_logits"

    def __init__(self, in_channels: int, num_anchors: int, columns: int, **options: Any) -> None:
        super().__init__(in_channels, num_anchors, columns, **options)
        bias = self.output.bias
        assert bias is not None
        bias.value[...] = -math.log((1 - PRIOR_PROBABILITY) / PRIOR_PROBABILITY)


class RetinaNetRegressionHead(RetinaNetSubnet):
    """The sub-network that moves each anchor, whatever its class; see `RetinaNetSubnet`.

    Examples
    --------
    >>> RetinaNetRegressionHead(8, 9, columns=4).bbox_reg.weight.value.shape
    (36, 8, 3, 3)
    """

    output_name = "bbox_reg"


class RetinaNetHead(Layer):
    """On every level, class logits and box deltas of its anchors, by two sub-networks that share nothing.

    Parameters
    ----------
    in_channels, num_anchors, conv_depth, norm_layer, rng
        As in `RetinaNetSubnet`.
    columns : int
        Logits an anchor.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017, section 4; lecture S4, line 636.

    Examples
    --------
    >>> head = RetinaNetHead(8, num_anchors=9, columns=3)
    >>> logits, deltas = head([np.zeros((2, 8, 4, 4), np.float32), np.zeros((2, 8, 2, 2), np.float32)])
    >>> logits.shape, deltas.shape
    ((2, 180, 3), (2, 180, 4))
    """

    def __init__(
        self,
        in_channels: int,
        num_anchors: int,
        columns: int,
        *,
        conv_depth: int = 4,
        norm_layer: Callable[[int], Layer] | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = np.random.default_rng(rng)
        options: dict[str, Any] = {"conv_depth": conv_depth, "norm_layer": norm_layer, "rng": rng}
        self.classification_head = RetinaNetClassificationHead(in_channels, num_anchors, columns, **options)
        self.regression_head = RetinaNetRegressionHead(in_channels, num_anchors, 4, **options)
        self.num_anchors = num_anchors
        self.columns = columns

    def forward(self, x: list[Array]) -> tuple[tuple[Array, Array], tuple[Any, Any]]:
        """Return logits (N, A, columns) and deltas (N, A, 4) of the A anchors of all levels, in order."""
        logits, classification_cache = self.classification_head.forward(x)
        deltas, regression_cache = self.regression_head.forward(x)
        return (logits, deltas), (classification_cache, regression_cache)

    def backward(self, dy: tuple[Array, Array], cache: tuple[Any, Any]) -> list[Array]:
        """Return the gradient of each level's features: both sub-networks read them, so theirs add."""
        (dlogits, ddeltas), (classification_cache, regression_cache) = dy, cache
        from_classification = self.classification_head.backward(dlogits, classification_cache)
        from_regression = self.regression_head.backward(ddeltas, regression_cache)
        return [a + b for a, b in zip(from_classification, from_regression, strict=True)]

    def __call__(self, x: list[Array], /) -> tuple[Array, Array]:
        """Return logits and deltas, keeping no cache."""
        return self.classification_head(x), self.regression_head(x)
