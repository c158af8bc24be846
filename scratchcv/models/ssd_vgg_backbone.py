"""SSD's backbone: VGG-16, its two hidden layers as convolutions, and ever smaller maps behind it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.backbones import initialise_xavier, vgg_features
from scratchcv.checks import Array
from scratchcv.layers import Conv2d, Layer, MaxPool2d, Parameter, ReLU, Sequential, l2_norm, l2_norm_backward

DEPTHS, CHANNELS = (2, 2, 3, 3, 3), (1, 2, 4, 8, 8)
"""VGG-16's stages: convolutions, and their channels as multiples of the first stage's."""

STAGE_STARTS = (0, 4, 9, 16, 23, 30)
"""Where VGG-16's stages begin in its list of layers, each with the pooling before it, and where it ends."""

CONV4_3 = 23
"""How many of these layers lead to the first map."""

EXTRA_300 = ((4, 8, 3, 2, 1), (2, 4, 3, 2, 1), (2, 4, 3, 1, 0), (2, 4, 3, 1, 0))
EXTRA_512 = (*EXTRA_300[:2], (2, 4, 3, 2, 1), (2, 4, 3, 2, 1), (2, 4, 4, 1, 1))
"""conv8 and so on: channels of a 1×1 convolution and of the next, whose kernel, stride and padding follow."""


class SSDFeatureExtractorVGG(Layer):
    """The six maps of SSD300, or the seven of SSD512.

    A map of conv4_3, every pixel's features brought to one length; fc7; and the last of each further block.
    Three things differ from VGG-16: pooling 3 rounds up, 75 to 38; pooling 5 does not shrink; and fc6, which
    would see 7×7 cells of it, is a 3×3 convolution of pixels that lie 6 apart.

    Parameters
    ----------
    highres : bool
        Whether there is a seventh map, and images of 512 pixels end in one cell.
    width : int
        Channels of the first convolution, 64 in the paper; all others are multiples.
    trainable_layers : int
        How many of VGG's five stages learn, from the last on; what is new always does. `backward` ends before
        the frozen ones. Name `frozen_layers` to the optimizer, or its weight decay moves them.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Attributes
    ----------
    out_channels : tuple of int
        Channels of the maps, fine to coarse.
    frozen_layers : tuple of str
        Those that do not learn.

    Raises
    ------
    ValueError
        When so many stages are not there.

    Notes
    -----
    Names are torchvision's. Its ``highres=True`` has conv10_2 and conv11_2 as they are in SSD300: 512 pixels
    then give maps of 64, 32, 16, 8, 6, 4 and 1 cells. Here they are the authors', with a stride of 2: 64, 32,
    16, 8, 4, 2 and 1, to which the 24,564 boxes belong.

    References
    ----------
    W. Liu et al., "SSD: Single Shot MultiBox Detector", 2016, section 3 and figure 2; the authors' program
    ssd_pascal_512.py for SSD512.

    Examples
    --------
    >>> backbone = SSDFeatureExtractorVGG(width=1)
    >>> [feature.shape[1:] for feature in backbone(np.zeros((1, 3, 300, 300), np.float32))]
    [(8, 38, 38), (16, 19, 19), (8, 10, 10), (4, 5, 5), (4, 3, 3), (4, 1, 1)]
    """

    def __init__(
        self,
        highres: bool = False,
        *,
        width: int = 64,
        trainable_layers: int = 5,
        rng: np.random.Generator | None = None,
    ) -> None:
        if trainable_layers not in range(6):
            raise ValueError(f"trainable_layers must lie in 0…5, got {trainable_layers}")
        vgg = list(vgg_features(DEPTHS, [width * multiple for multiple in CHANNELS], rng=rng).layers[:-1])
        vgg[STAGE_STARTS[3]] = MaxPool2d(2, ceil_mode=True)
        self.scale_weight = Parameter(np.full(8 * width, 20.0))
        self.features = Sequential(*vgg[:CONV4_3])
        self.extra = [Sequential(*vgg[CONV4_3:], _fully_connected(width, rng))]
        self.out_channels: tuple[int, ...] = (8 * width, 16 * width)
        for inner, outer, *window in EXTRA_512 if highres else EXTRA_300:
            block = _extra_block(self.out_channels[-1], inner * width, outer * width, window, rng)
            self.extra.append(block)
            self.out_channels += (outer * width,)
        frozen = STAGE_STARTS[5 - trainable_layers]
        self._frozen = [min(frozen, CONV4_3), max(frozen - CONV4_3, 0), *[0] * (len(self.extra) - 1)]
        self.frozen_layers = (
            *(f"features.{n}" for n in range(self._frozen[0])),
            *(f"extra.0.{n}" for n in range(self._frozen[1])),
        )

    def forward(self, x: Array) -> tuple[list[Array], tuple[Array, list[Any]]]:
        """Return the maps, fine to coarse; the cache holds conv4_3 as it was, and those of what learns."""
        features, caches = [], []
        for chain, frozen in zip([self.features, *self.extra], self._frozen, strict=True):
            x = Sequential(*chain.layers[:frozen])(x)
            x, cache = Sequential(*chain.layers[frozen:]).forward(x)
            features.append(x)
            caches.append(cache)
        conv4_3 = features[0]
        return [l2_norm(conv4_3, self.scale_weight.value), *features[1:]], (conv4_3, caches)

    def backward(self, dy: list[Array], cache: tuple[Array, list[Any]]) -> Array | None:
        """Return dx of the images, or None if anything is frozen; maps are read twice, so gradients add."""
        conv4_3, caches = cache
        dconv4_3, dscale = l2_norm_backward(dy[0], conv4_3, self.scale_weight.value)
        self.scale_weight.grad += dscale
        outside = [dconv4_3, *dy[1:]]
        dx = outside.pop()
        for n in reversed(range(1, len(caches))):
            learning = Sequential(*self.extra[n - 1].layers[self._frozen[n] :])
            dx = learning.backward(dx, caches[n])
            if self._frozen[n]:
                return None
            dx = dx + outside.pop()
        dx = Sequential(*self.features.layers[self._frozen[0] :]).backward(dx, caches[0])
        return None if self.frozen_layers else dx

    def __call__(self, x: Array, /) -> list[Array]:
        """Return the maps, keeping no cache."""
        conv4_3 = self.features(x)
        features, x = [l2_norm(conv4_3, self.scale_weight.value)], conv4_3
        for block in self.extra:
            x = block(x)
            features.append(x)
        return features


def _fully_connected(width: int, rng: np.random.Generator | None) -> Sequential:
    """Return pooling 5, which keeps the size, and VGG's two hidden layers as convolutions."""
    fc6 = Conv2d(8 * width, 16 * width, 3, padding=6, dilation=6, rng=rng)
    fc7 = Conv2d(16 * width, 16 * width, 1, rng=rng)
    for conv in (fc6, fc7):
        initialise_xavier(conv, rng)
    return Sequential(MaxPool2d(3, stride=1, padding=1), fc6, ReLU(), fc7, ReLU())


def _extra_block(
    channels: int, inner: int, outer: int, window: Sequence[int], rng: np.random.Generator | None
) -> Sequential:
    """Return two convolutions: a 1×1 that narrows, and one that gives the next, smaller map."""
    kernel, stride, padding = window
    narrow = Conv2d(channels, inner, 1, rng=rng)
    shrink = Conv2d(inner, outer, kernel, stride=stride, padding=padding, rng=rng)
    for conv in (narrow, shrink):
        initialise_xavier(conv, rng)
    return Sequential(narrow, ReLU(), shrink, ReLU())
