"""The feature pyramid network: what the coarse maps know, at the resolution of the fine ones."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers import (
    Conv2d,
    Layer,
    MaxPool2d,
    Sequential,
    add,
    interpolate,
    interpolate_backward,
    kaiming_uniform,
)

OLD_FPN_NAMES = [
    (re.compile(r"^(backbone\.fpn\.(?:inner|layer)_blocks\.\d+)\.(weight|bias)$"), r"\1.0.\2"),
]
"""What a pyramid's parameters were called in torchvision's older weights, ``COCO_V1`` among them, and now."""


class LastLevelMaxPool(Layer):
    """One more, coarser map on top of a pyramid: every second pixel of the last one.

    References
    ----------
    Lin et al., "Feature Pyramid Networks for Object Detection", 2017, section 4.1 (P6);
    torchvision.ops.feature_pyramid_network.LastLevelMaxPool.

    Examples
    --------
    >>> pyramid = LastLevelMaxPool()([np.zeros((1, 8, 6, 6)), np.zeros((1, 8, 3, 3))])
    >>> [level.shape[2:] for level in pyramid]
    [(6, 6), (3, 3), (2, 2)]
    """

    def __init__(self) -> None:
        self.pool = MaxPool2d(kernel_size=1, stride=2)

    def forward(self, x: list[Array]) -> tuple[list[Array], Any]:
        """Return the pyramid with one more map; the cache is the pooling's."""
        coarser, cache = self.pool.forward(x[-1])
        return [*x, coarser], cache

    def backward(self, dy: list[Array], cache: Any) -> list[Array]:
        """Return the gradients of the maps that came in: the last one was read twice."""
        *dx, dlast, dcoarser = dy
        return [*dx, dlast + self.pool.backward(dcoarser, cache)]


class FeaturePyramidNetwork(Layer):
    r"""Carry a backbone's coarse features down to its fine ones, so that every map knows what it shows.

    From the coarsest map to the finest, with a 1×1 convolution "inner" and a 3×3 convolution "layer" a level:

    .. math::
        M_l = \mathrm{inner}_l(C_l) + \mathrm{up}(M_{l+1}) \qquad P_l = \mathrm{layer}_l(M_l)

    where up repeats the nearest pixel until the map has C_l's size, and nothing is added to the top M.

    Parameters
    ----------
    in_channels_list : sequence of int
        Channels of the backbone's maps C, fine to coarse.
    out_channels : int
        Channels of all maps P.
    extra_blocks : Layer, optional
        Makes further maps from the pyramid; see `LastLevelMaxPool` and `LastLevelP6P7`.
    norm_layer : callable, optional
        From a number of channels to a normalisation behind each convolution, which then has no bias.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Raises
    ------
    ValueError
        When there is no map, or not the announced number of maps comes.

    Notes
    -----
    Names and semantics are torchvision's, but for lists of maps where it has dicts. The lecture upsamples
    "by max pooling at ½ × ½", which is the nearest pixel; its text lets C1 in, but M5 to M2 is all there is,
    and P5 has its 3×3 convolution too. Maps whose sides are odd are met exactly.

    References
    ----------
    Lin et al., "Feature Pyramid Networks for Object Detection", 2017, section 3; lecture S4, lines 479-535.

    Examples
    --------
    >>> fpn = FeaturePyramidNetwork([16, 32], 8)
    >>> [level.shape for level in fpn([np.zeros((1, 16, 7, 5)), np.zeros((1, 32, 4, 3))])]
    [(1, 8, 7, 5), (1, 8, 4, 3)]
    """

    def __init__(
        self,
        in_channels_list: Sequence[int],
        out_channels: int,
        extra_blocks: Layer | None = None,
        norm_layer: Callable[[int], Layer] | None = None,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        if len(in_channels_list) == 0:
            raise ValueError("in_channels_list must name at least one map, got none")
        self.inner_blocks = [
            _conv_norm(channels, out_channels, 1, norm_layer, rng) for channels in in_channels_list
        ]
        self.layer_blocks = [
            _conv_norm(out_channels, out_channels, 3, norm_layer, rng) for _ in in_channels_list
        ]
        self.extra_blocks = extra_blocks
        self.out_channels = out_channels

    def merged(self, x: list[Array]) -> list[Array]:
        """Return the maps M of features x, fine to coarse, both: what the 3×3 convolutions read."""
        self._check(x)
        maps: list[Array] = []
        for inner, feature in zip(reversed(self.inner_blocks), reversed(x), strict=True):
            lateral = inner(feature)
            coarser = [interpolate(maps[0], size=feature.shape[2:])] if maps else []
            maps.insert(0, add([lateral, *coarser]))
        return maps

    def _check(self, x: list[Array]) -> None:
        if len(x) != len(self.inner_blocks):
            raise ValueError(f"features must be {len(self.inner_blocks)} maps, got {len(x)}")

    def forward(self, x: list[Array]) -> tuple[list[Array], tuple[list[Any], Any]]:
        """Return the pyramid of features x, fine to coarse, both; the cache is that of every convolution."""
        self._check(x)
        pyramid: list[Array] = []
        caches: list[Any] = []
        merged: Array | None = None
        for inner, layer, feature in zip(
            reversed(self.inner_blocks), reversed(self.layer_blocks), reversed(x), strict=True
        ):
            lateral, inner_cache = inner.forward(feature)
            merged = (
                lateral if merged is None else add([lateral, interpolate(merged, size=feature.shape[2:])])
            )
            level, layer_cache = layer.forward(merged)
            pyramid.insert(0, level)
            caches.insert(0, (inner_cache, layer_cache, feature.shape[2:]))
        if self.extra_blocks is None:
            return pyramid, (caches, None)
        read = [*pyramid, x[-1]] if self._extra_reads_features else pyramid
        pyramid, extra_cache = self.extra_blocks.forward(read)
        return pyramid, (caches, extra_cache)

    def backward(self, dy: list[Array], cache: tuple[list[Any], Any]) -> list[Array]:
        """Return the gradient of every feature map: fine to coarse, as the sums passed on coarse to fine."""
        caches, extra_cache = cache
        if self.extra_blocks is not None:
            dy = self.extra_blocks.backward(dy, extra_cache)
        if self._extra_reads_features:
            *dy, dcoarsest = dy
        dx: list[Array] = []
        dmerged: Array | None = None
        for inner, layer, dlevel, (inner_cache, layer_cache, size) in zip(
            self.inner_blocks, self.layer_blocks, dy, caches, strict=True
        ):
            finer, finer_size = dmerged, size if dmerged is None else dmerged.shape[2:]
            dmerged = layer.backward(dlevel, layer_cache)
            if finer is not None:
                dmerged = add([dmerged, interpolate_backward(finer, size, size=finer_size)])
            dx.append(inner.backward(dmerged, inner_cache))
        if self._extra_reads_features:
            dx[-1] = dx[-1] + dcoarsest
        return dx

    @property
    def _extra_reads_features(self) -> bool:
        return getattr(self.extra_blocks, "reads_features", False)


def _conv_norm(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    norm_layer: Callable[[int], Layer] | None,
    rng: np.random.Generator | None,
) -> Sequential:
    """Return a convolution that keeps the map's size, and its normalisation."""
    padding = kernel_size // 2
    conv = Conv2d(in_channels, out_channels, kernel_size, padding=padding, bias=norm_layer is None, rng=rng)
    conv.weight.value[...] = kaiming_uniform(conv.weight.value.shape, rng, a=1)  # no ReLU follows
    return Sequential(conv) if norm_layer is None else Sequential(conv, norm_layer(out_channels))
