"""SSD's head: on every feature map, what each default box sees and how it should move."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers import Conv2d, Layer, maps_to_rows, rows_to_maps


class SSDScoringHead(Layer):
    """One 3×3 convolution a feature map, which gives every default box its row of numbers.

    Parameters
    ----------
    in_channels : sequence of int
        Channels of each feature map.
    boxes_per_cell : sequence of int
        k, default boxes a cell, of each feature map.
    columns : int
        Numbers a default box.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Examples
    --------
    >>> head = SSDScoringHead([8], [4], columns=3)
    >>> head([np.zeros((2, 8, 5, 5), np.float32)]).shape
    (2, 100, 3)
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        boxes_per_cell: Sequence[int],
        columns: int,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.module_list = [
            Conv2d(channels, k * columns, 3, padding=1, rng=rng)
            for channels, k in zip(in_channels, boxes_per_cell, strict=True)
        ]
        for conv in self.module_list:
            conv.weight.value *= 0.1  # an untrained detector should be unsure, not loudly wrong
        self.columns = columns

    def forward(self, x: list[Array]) -> tuple[Array, list[Any]]:
        """Return rows (N, A, columns) of the A default boxes of all feature maps, one map after another."""
        rows, caches = [], []
        for conv, feature in zip(self.module_list, x, strict=True):
            maps, cache = conv.forward(feature)
            rows.append(maps_to_rows(maps, self.columns))
            caches.append((cache, maps.shape))
        return np.concatenate(rows, axis=1), caches

    def backward(self, dy: Array, cache: list[Any]) -> list[Array]:
        """Return the gradient of each feature map from that of the rows (N, A, columns)."""
        dfeatures, start = [], 0
        for conv, (conv_cache, (N, channels, H, W)) in zip(self.module_list, cache, strict=True):
            stop = start + H * W * (channels // self.columns)
            dmaps = rows_to_maps(dy[:, start:stop], (N, channels, H, W))
            dfeatures.append(conv.backward(dmaps, conv_cache))
            start = stop
        return dfeatures


class SSDHead(Layer):
    """On every feature map, class logits and box deltas of its default boxes: (K + 4)·k filters.

    Parameters
    ----------
    in_channels, boxes_per_cell
        As in `SSDScoringHead`.
    num_classes : int
        K, background included.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    References
    ----------
    Liu et al., "SSD: Single Shot MultiBox Detector", 2016, section 2.1; lecture S4, lines 290-345.

    Examples
    --------
    >>> head = SSDHead([8], [4], num_classes=3)
    >>> logits, deltas = head([np.zeros((2, 8, 5, 5), np.float32)])
    >>> logits.shape, deltas.shape
    ((2, 100, 3), (2, 100, 4))
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        boxes_per_cell: Sequence[int],
        num_classes: int,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.classification_head = SSDScoringHead(in_channels, boxes_per_cell, num_classes, rng=rng)
        self.regression_head = SSDScoringHead(in_channels, boxes_per_cell, 4, rng=rng)

    def forward(self, x: list[Array]) -> tuple[tuple[Array, Array], tuple[Any, Any]]:
        """Return logits (N, A, K) and deltas (N, A, 4) of the A default boxes of all feature maps."""
        logits, classification_cache = self.classification_head.forward(x)
        deltas, regression_cache = self.regression_head.forward(x)
        return (logits, deltas), (classification_cache, regression_cache)

    def backward(self, dy: tuple[Array, Array], cache: tuple[Any, Any]) -> list[Array]:
        """Return the gradient of each feature map: both heads read it, so theirs add."""
        (dlogits, ddeltas), (classification_cache, regression_cache) = dy, cache
        from_classification = self.classification_head.backward(dlogits, classification_cache)
        from_regression = self.regression_head.backward(ddeltas, regression_cache)
        return [a + b for a, b in zip(from_classification, from_regression, strict=True)]
