"""YOLO's head: on every map, what each anchor of each cell sees, and how it moves and stretches."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers import Conv2d, Layer


class YOLOHead(Layer):
    """One 1×1 convolution a feature map: A·(5 + C) filters, the numbers of anchor after anchor.

    Parameters
    ----------
    in_channels : sequence of int
        Channels of each feature map.
    anchors_per_cell : sequence of int
        A, of each feature map.
    num_classes : int
        C, without a background.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Notes
    -----
    It begins nearly empty: small weights, and a bias that makes the confidence of every box .01, so that the
    many places without an object do not drown the first steps.

    References
    ----------
    Lecture S0, lines 452-457: 19 x 19 x 5 x 85; lecture S4, lines 687 and 704: 19 x 19 x 125.

    Examples
    --------
    >>> head = YOLOHead([8], [5], num_classes=80)
    >>> [prediction.shape for prediction in head([np.zeros((1, 8, 19, 19), np.float32)])]
    [(1, 19, 19, 5, 85)]
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        anchors_per_cell: Sequence[int],
        num_classes: int,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        columns = 5 + num_classes
        self.convs = [
            Conv2d(channels, A * columns, 1, rng=rng)
            for channels, A in zip(in_channels, anchors_per_cell, strict=True)
        ]
        for conv in self.convs:
            conv.weight.value *= 0.1
            assert conv.bias is not None
            conv.bias.value.reshape(-1, columns)[:, 4] = np.log(0.01 / 0.99)
        self.columns = columns

    def forward(self, x: list[Array]) -> tuple[list[Array], list[Any]]:
        """Return (t_x, t_y, t_w, t_h, t_o, classes) of each map's cells and anchors: (N, S, S, A, 5 + C)."""
        predictions, caches = [], []
        for conv, feature in zip(self.convs, x, strict=True):
            y, cache = conv.forward(feature)
            predictions.append(self._to_places(y))
            caches.append(cache)
        return predictions, caches

    def backward(self, dy: list[Array], cache: list[Any]) -> list[Array]:
        """Return the gradient of each feature map."""
        dfeatures = []
        for conv, dprediction, conv_cache in zip(self.convs, dy, cache, strict=True):
            N, H, W, A, columns = dprediction.shape
            dmaps = dprediction.reshape(N, H, W, A * columns).transpose(0, 3, 1, 2)
            dfeatures.append(conv.backward(np.ascontiguousarray(dmaps), conv_cache))
        return dfeatures

    def _to_places(self, maps: Array) -> Array:
        """Return maps (N, A·(5 + C), H, W) as (N, H, W, A, 5 + C)."""
        N, channels, H, W = maps.shape
        rows = maps.transpose(0, 2, 3, 1)
        return np.ascontiguousarray(rows).reshape(N, H, W, channels // self.columns, self.columns)
