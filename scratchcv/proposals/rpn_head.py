"""The head of a region proposal network: a small window slides over the features and asks about K anchors."""

from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers import Conv2d, Layer, ReLU, Sequential, maps_to_rows, rows_to_maps


class RPNHead(Layer):
    r"""A 3×3 convolution, and two 1×1 convolutions that say of each anchor whether, and where, an object is.

    On features of C × H × W with K anchors a cell they give maps of K × H × W and 4K × H × W. The same
    weights look at every level of a pyramid.

    Parameters
    ----------
    in_channels : int
        C, of each feature map.
    num_anchors : int
        K, anchors a cell.
    conv_depth : int
        How many 3×3 convolutions come first, each with a ReLU.
    num_logits : int
        Numbers that classify an anchor: 1 for "is there an object"; more for a network without a second
        stage, which names the class at once, (C + 1)·K maps.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Notes
    -----
    Names and initial weights are torchvision's: normal with a deviation of .01, zero biases.

    References
    ----------
    S. Ren et al., "Faster R-CNN", 2015, section 3.1; lectures S1, lines 741-856, and S2, lines 525-609.

    Examples
    --------
    An image of 640 × 480 at stride 32, K = 9:

    >>> head = RPNHead(16, num_anchors=9)
    >>> objectness, deltas = head([np.zeros((1, 16, 20, 15), np.float32)])
    >>> objectness.shape, deltas.shape  # 9 · 20 · 15 anchors
    ((1, 2700, 1), (1, 2700, 4))
    """

    def __init__(
        self,
        in_channels: int,
        num_anchors: int,
        conv_depth: int = 1,
        *,
        num_logits: int = 1,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.conv = Sequential(
            *(
                Sequential(Conv2d(in_channels, in_channels, 3, padding=1, rng=rng), ReLU())
                for _ in range(conv_depth)
            )
        )
        self.cls_logits = Conv2d(in_channels, num_anchors * num_logits, 1, rng=rng)
        self.bbox_pred = Conv2d(in_channels, num_anchors * 4, 1, rng=rng)
        for _, layer in self.named_layers():
            if isinstance(layer, Conv2d):
                layer.weight.value[...] = 0.01 * rng.standard_normal(layer.weight.value.shape)
        self.num_anchors = num_anchors
        self.num_logits = num_logits

    def forward(self, x: list[Array]) -> tuple[tuple[Array, Array], list[Any]]:
        """Return logits (N, A, num_logits) and deltas (N, A, 4) of the A anchors of all levels, in order.

        Parameters
        ----------
        x : list of ndarray (N, in_channels, H, W)
            The features of each level.
        """
        logits, deltas, caches = [], [], []
        for feature in x:
            hidden, conv_cache = self.conv.forward(feature)
            level_logits, logits_cache = self.cls_logits.forward(hidden)
            level_deltas, deltas_cache = self.bbox_pred.forward(hidden)
            logits.append(maps_to_rows(level_logits, self.num_logits))
            deltas.append(maps_to_rows(level_deltas, 4))
            caches.append((level_logits.shape, conv_cache, logits_cache, deltas_cache))
        return (np.concatenate(logits, axis=1), np.concatenate(deltas, axis=1)), caches

    def backward(self, dy: tuple[Array, Array], cache: list[Any]) -> list[Array]:
        """Return the gradient of each level's features; those of the shared weights add up by themselves."""
        dlogits, ddeltas = dy
        dfeatures, start = [], 0
        for (N, channels, H, W), conv_cache, logits_cache, deltas_cache in cache:
            stop = start + H * W * self.num_anchors
            dlevel_logits = rows_to_maps(dlogits[:, start:stop], (N, channels, H, W))
            dlevel_deltas = rows_to_maps(ddeltas[:, start:stop], (N, 4 * self.num_anchors, H, W))
            dhidden = self.bbox_pred.backward(dlevel_deltas, deltas_cache)
            dhidden = dhidden + self.cls_logits.backward(dlevel_logits, logits_cache)
            dfeatures.append(self.conv.backward(dhidden, conv_cache))
            start = stop
        return dfeatures

    def __call__(self, x: list[Array], /) -> tuple[Array, Array]:
        """Return logits and deltas, keeping no cache."""
        hidden = [self.conv(feature) for feature in x]
        logits = [maps_to_rows(self.cls_logits(features), self.num_logits) for features in hidden]
        deltas = [maps_to_rows(self.bbox_pred(features), 4) for features in hidden]
        return np.concatenate(logits, axis=1), np.concatenate(deltas, axis=1)
