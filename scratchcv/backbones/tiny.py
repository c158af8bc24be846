"""A small backbone that trains from random weights in minutes."""

from collections.abc import Sequence

import numpy as np

from scratchcv.backbones.blocks import conv_norm_relu
from scratchcv.backbones.stages import StagedBackbone
from scratchcv.layers import Layer, MaxPool2d, Sequential

TINY_WIDTHS = (16, 32, 64, 128, 128, 128, 128)
"""Channels of the stages that the tiny models share, at strides 1, 2, 4, … 64."""

TINY_DEPTHS = (1, 1, 2, 2, 1, 1, 1)
"""Convolutions in each of these stages."""


def tiny_backbone(
    stages: int = 7, first_output: int = 3, *, rng: np.random.Generator | None = None
) -> "TinyBackbone":
    """Return the first stages of the backbone that all tiny models share, so that weights move between them.

    Parameters
    ----------
    stages : int
        How many of the seven; the last has stride 2^(stages - 1).
    first_output : int
        The first stage whose features are handed out; 3 has stride 8.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Examples
    --------
    >>> tiny_backbone(stages=5).out_channels
    (128, 128)
    """
    if not 0 <= first_output < stages <= len(TINY_WIDTHS):
        raise ValueError(
            f"wanted first_output < stages <= {len(TINY_WIDTHS)}, got {first_output} and {stages}"
        )
    return TinyBackbone(TINY_WIDTHS[:stages], TINY_DEPTHS[:stages], first_output, rng=rng)


class TinyBackbone(StagedBackbone):
    """Stages of 3×3 convolutions, each halved by max pooling; the last few are handed out.

    Every stage is (convolution, batch norm, ReLU) times its depth, after a 2×2 max pool except in the first.

    Parameters
    ----------
    widths : sequence of int
        Channels of each stage; stage i has stride 2^i.
    depths : sequence of int
        Convolutions in each stage.
    first_output : int
        The first stage whose features are handed out.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Attributes
    ----------
    out_channels : tuple of int
        Channels of the features that are handed out, fine to coarse.

    Examples
    --------
    >>> backbone = TinyBackbone(widths=(8, 16, 32, 64), depths=(1, 1, 1, 1), first_output=2)
    >>> [feature.shape for feature in backbone(np.zeros((1, 3, 32, 32), np.float32))]
    [(1, 32, 8, 8), (1, 64, 4, 4)]
    """

    def __init__(
        self,
        widths: Sequence[int],
        depths: Sequence[int],
        first_output: int,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        stages: list[Sequential] = []
        channels = 3
        for stage, (width, depth) in enumerate(zip(widths, depths, strict=True)):
            layers: list[Layer] = [MaxPool2d(2)] if stage else []
            for _ in range(depth):
                layers.append(conv_norm_relu(channels, width, rng=rng))
                channels = width
            stages.append(Sequential(*layers))
        super().__init__(stages, widths, first_output)
