"""The blocks of EE 628's TinySSD: each halves the maps, and the last leaves one cell."""

from typing import Any

import numpy as np

from scratchcv.backbones import conv_norm_relu
from scratchcv.checks import Array
from scratchcv.layers import Layer, MaxPool2d, Sequential

BASE_CHANNELS, CHANNELS = (16, 32, 64), 128
"""Of the base network's three blocks, the last of which is read, and of the blocks behind them."""


class TinySSDBackbone(Layer):
    """A base network and four more blocks, whose five maps are read.

    Each block is two 3×3 convolutions, with batch norm and ReLU, before a 2×2 max pool; the last is a max
    pool over all of the map.

    Parameters
    ----------
    size : int
        Side of the images in pixels, a multiple of 64.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Attributes
    ----------
    out_channels : tuple of int
        Channels of the maps, fine to coarse.

    Notes
    -----
    The convolutions have no bias, which the batch norm would take away again; d2l's have one.

    References
    ----------
    S. Aydore, EE 628, lecture 12, lines 807-845; A. Zhang et al., "Dive into deep learning", section "Single
    shot multibox detection".

    Examples
    --------
    >>> backbone = TinySSDBackbone(256)
    >>> [feature.shape[1:] for feature in backbone(np.zeros((1, 3, 256, 256), np.float32))]
    [(64, 32, 32), (128, 16, 16), (128, 8, 8), (128, 4, 4), (128, 1, 1)]
    """

    def __init__(self, size: int, *, rng: np.random.Generator | None = None) -> None:
        base: list[Layer] = []
        channels = 3
        for out_channels in BASE_CHANNELS:
            base += _down_sample_block(channels, out_channels, rng)
            channels = out_channels
        self.blocks: list[Layer] = [Sequential(*base)]
        for _ in range(3):
            self.blocks.append(Sequential(*_down_sample_block(channels, CHANNELS, rng)))
            channels = CHANNELS
        self.blocks.append(MaxPool2d(size // 64))
        self.out_channels = (BASE_CHANNELS[-1], *[CHANNELS] * 4)

    def forward(self, x: Array) -> tuple[list[Array], list[Any]]:
        """Return the five maps, fine to coarse, and every block's cache."""
        features, caches = [], []
        for block in self.blocks:
            x, cache = block.forward(x)
            features.append(x)
            caches.append(cache)
        return features, caches

    def backward(self, dy: list[Array], cache: list[Any]) -> Array:
        """Return dx; a map is read by the next block and from outside, so its gradients add."""
        outside = list(dy)
        dx = self.blocks[-1].backward(outside.pop(), cache[-1])
        for block, block_cache in zip(reversed(self.blocks[:-1]), reversed(cache[:-1]), strict=True):
            dx = block.backward(dx + outside.pop(), block_cache)
        result: Array = dx
        return result


def _down_sample_block(in_channels: int, out_channels: int, rng: np.random.Generator | None) -> list[Layer]:
    first, second = (
        conv_norm_relu(channels, out_channels, rng=rng) for channels in (in_channels, out_channels)
    )
    return [first, second, MaxPool2d(2)]
