"""Darknet: YOLO's own classifiers, 3×3 convolutions with 1×1 bottlenecks between them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.backbones.stages import StagedBackbone
from scratchcv.checks import Array
from scratchcv.layers import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Layer,
    LeakyReLU,
    MaxPool2d,
    Sequential,
)

Stage = tuple[tuple[int, int], ...]
"""Channels and kernel size of each convolution of a stage."""

DARKNET19: tuple[Stage, ...] = (
    ((32, 3),),
    ((64, 3),),
    ((128, 3), (64, 1), (128, 3)),
    ((256, 3), (128, 1), (256, 3)),
    ((512, 3), (256, 1), (512, 3), (256, 1), (512, 3)),
    ((1024, 3), (512, 1), (1024, 3), (512, 1), (1024, 3)),
)
"""Darknet-19: the 18 convolutions before its classifier, at strides 1, 2, 4, … 32."""

DARKNET_REFERENCE: tuple[Stage, ...] = tuple(((16 * 2**stage, 3),) for stage in range(7))
"""The Darknet reference network, which became Tiny YOLO: one convolution a stage, strides 1 to 64."""

TINY_DARKNET: tuple[Stage, ...] = (
    ((16, 3),),
    ((32, 3),),
    ((16, 1), (128, 3), (16, 1), (128, 3)),
    ((32, 1), (256, 3), (32, 1), (256, 3)),
    ((64, 1), (512, 3), (64, 1), (512, 3), (128, 1)),
)
"""Tiny Darknet: under a million parameters before its classifier, strides 1 to 16."""


def conv_norm_leaky(
    in_channels: int, out_channels: int, kernel_size: int = 3, *, rng: np.random.Generator | None = None
) -> Sequential:
    r"""Return a convolution without bias that keeps the size, a batch norm and a leaky ReLU of slope .1.

    Parameters
    ----------
    in_channels, out_channels, kernel_size : int
        Of the convolution.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Notes
    -----
    Batch norm divides by :math:`\sqrt{\sigma^2 + 10^{-5}}`, as darknet does on graphics cards, where the
    published weights were trained; its code for processors divides by :math:`\sqrt{\sigma^2} + 10^{-6}`.
    Unless a channel's variance is below .001 the two differ by less than a percent.

    Examples
    --------
    >>> conv_norm_leaky(3, 16)(np.zeros((1, 3, 8, 8), np.float32)).shape
    (1, 16, 8, 8)
    """
    conv = Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2, bias=False, rng=rng)
    return Sequential(conv, BatchNorm2d(out_channels), LeakyReLU(0.1))


class DarknetBody(StagedBackbone):
    """The stages of a darknet before its classifier, each halved by max pooling; the last are handed out.

    Parameters
    ----------
    stages : sequence of stages
        For each stage the channels and kernel sizes of its convolutions: `DARKNET19`, for example.
    first_output : int
        The first stage whose features are handed out; stage i has stride 2^i.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Attributes
    ----------
    out_channels : tuple of int
        Channels of the features that are handed out, fine to coarse.

    Notes
    -----
    Pooling rounds odd sides up, as darknet's does.

    References
    ----------
    Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, table 6.

    Examples
    --------
    >>> body = DarknetBody(DARKNET_REFERENCE[:4], first_output=2)
    >>> [feature.shape for feature in body(np.zeros((1, 3, 32, 32), np.float32))]
    [(1, 64, 8, 8), (1, 128, 4, 4)]
    """

    def __init__(
        self,
        stages: Sequence[Stage] = DARKNET19,
        first_output: int = 4,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        built: list[Sequential] = []
        channels = 3
        for number, stage in enumerate(stages):
            layers: list[Layer] = [MaxPool2d(2, ceil_mode=True)] if number else []
            for width, kernel_size in stage:
                layers.append(conv_norm_leaky(channels, width, kernel_size, rng=rng))
                channels = width
            built.append(Sequential(*layers))
        super().__init__(built, [stage[-1][0] for stage in stages], first_output)


class Darknet(Layer):
    """A darknet as a classifier: its stages, a 1×1 convolution to the classes, the mean over all pixels.

    Parameters
    ----------
    stages : sequence of stages
        As in `DarknetBody`.
    num_classes : int
        Number of logits.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Notes
    -----
    The mean of each class's map is its logit, so that images may have any size: YOLO v2 trains at 224 and
    fine-tunes at 448. The convolution to the classes has a bias and no batch norm.

    References
    ----------
    Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 3 and table 6; Lin, Chen, Yan,
    "Network in Network", 2014, section 3.2 (mean instead of linear layers).

    Examples
    --------
    >>> Darknet(DARKNET_REFERENCE[:3], num_classes=10)(np.zeros((2, 3, 32, 32), np.float32)).shape
    (2, 10)
    """

    def __init__(
        self,
        stages: Sequence[Stage] = DARKNET19,
        num_classes: int = 1000,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.body = DarknetBody(stages, len(stages) - 1, rng=rng)
        self.classifier = Conv2d(self.body.out_channels[-1], num_classes, 1, rng=rng)
        self.avgpool = AdaptiveAvgPool2d(1)

    def _top(self) -> Sequential:
        return Sequential(self.classifier, self.avgpool, Flatten())

    def forward(self, x: Array) -> tuple[Array, tuple[Any, Any]]:
        """Return logits (N, num_classes) of images (N, 3, H, W), and every part's cache."""
        (feature,), body_cache = self.body.forward(x)
        logits, top_cache = self._top().forward(feature)
        return logits, (body_cache, top_cache)

    def backward(self, dy: Array, cache: tuple[Any, Any]) -> Array:
        """Return dx of images from dy of logits."""
        body_cache, top_cache = cache
        return self.body.backward([self._top().backward(dy, top_cache)], body_cache)

    def __call__(self, x: Array, /) -> Array:
        """Return the logits, keeping nothing."""
        (feature,) = self.body(x)
        logits: Array = self._top()(feature)
        return logits


def darknet19(num_classes: int = 1000, *, rng: np.random.Generator | None = None) -> Darknet:
    """Return Darknet-19: 19 convolutions, 5 max poolings, 5.58 billion operations at 224 pixels.

    Its layers stand in the order of darknet's ``darknet19.cfg``, so that `load_darknet_weights` fills it.

    Examples
    --------
    >>> sum(parameter.value.size for parameter in darknet19().parameters())
    20842376
    """
    return Darknet(DARKNET19, num_classes, rng=rng)


def darknet_reference(num_classes: int = 1000, *, rng: np.random.Generator | None = None) -> Darknet:
    """Return the Darknet reference network of ``darknet.cfg``: seven 3×3 convolutions, 16 to 1024 channels.

    Its last layer is linear here; darknet puts a leaky ReLU between its classes and the mean.

    Examples
    --------
    >>> darknet_reference(10).body.out_channels
    (1024,)
    """
    return Darknet(DARKNET_REFERENCE, num_classes, rng=rng)


def tiny_darknet(num_classes: int = 1000, *, rng: np.random.Generator | None = None) -> Darknet:
    """Return Tiny Darknet of ``tiny.cfg``: bottlenecks of 16 to 128 channels.

    Examples
    --------
    >>> tiny_darknet(10).body.out_channels
    (128,)
    """
    return Darknet(TINY_DARKNET, num_classes, rng=rng)
