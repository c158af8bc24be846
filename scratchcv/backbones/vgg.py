"""VGG: only 3×3 convolutions, two or three before each halving."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.backbones.initialise import initialise_fan_out
from scratchcv.checks import Array
from scratchcv.layers import (
    AdaptiveAvgPool2d,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
)

CHANNELS = (64, 128, 256, 512, 512)
"""Of VGG's five stages."""

HIDDEN_DEVIATION = 0.01
"""Standard deviation of the linear layers' first weights."""


class VGG(Layer):
    """A network of the Visual Geometry Group.

    Parameters
    ----------
    depths : sequence of int
        Convolutions of each stage, each with a ReLU; a 2×2 max pooling ends the stage.
    num_classes : int
        Number of logits.
    dropout : float
        Probability of losing an element behind each of the two hidden linear layers, in training.
    channels : sequence of int
        Of each stage's convolutions.
    hidden : int
        Width of the two hidden linear layers.
    rng : numpy.random.Generator, optional
        Draws the initial weights and the dropout's masks.

    Notes
    -----
    Names and initial weights are torchvision's. Two 3×3 convolutions see as far as one 5×5, with 18 weights
    instead of 25 and one ReLU more.

    References
    ----------
    Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2015,
    table 1.

    Examples
    --------
    >>> network = VGG((1, 2), num_classes=10, channels=(4, 8), hidden=16)
    >>> network.eval()(np.zeros((2, 3, 32, 32), np.float32)).shape
    (2, 10)
    """

    def __init__(
        self,
        depths: Sequence[int],
        num_classes: int = 1000,
        dropout: float = 0.5,
        *,
        channels: Sequence[int] = CHANNELS,
        hidden: int = 4096,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.features = vgg_features(depths, channels, rng=rng)
        self.avgpool = AdaptiveAvgPool2d(7)
        self.classifier = Sequential(
            _linear(channels[-1] * 7 * 7, hidden, rng),
            ReLU(),
            Dropout(dropout, rng=rng),
            _linear(hidden, hidden, rng),
            ReLU(),
            Dropout(dropout, rng=rng),
            _linear(hidden, num_classes, rng),
        )

    def _chain(self) -> Sequential:
        return Sequential(self.features, self.avgpool, Flatten(), self.classifier)

    def forward(self, x: Array) -> tuple[Array, list[Any]]:
        """Return logits (N, num_classes) of images (N, 3, H, W), and every part's cache."""
        return self._chain().forward(x)

    def backward(self, dy: Array, cache: list[Any]) -> Array:
        """Return dx of images from dy of logits."""
        return self._chain().backward(dy, cache)

    def __call__(self, x: Array, /) -> Array:
        """Return the logits, keeping nothing."""
        return self._chain()(x)


def vgg_features(
    depths: Sequence[int], channels: Sequence[int] = CHANNELS, *, rng: np.random.Generator | None = None
) -> Sequential:
    """Return the convolutions of a VGG, with the pooling that ends each stage; the arguments are `VGG`'s.

    Examples
    --------
    >>> vgg_features((1, 2), (4, 8))(np.zeros((1, 3, 32, 32), np.float32)).shape
    (1, 8, 8, 8)
    """
    layers: list[Layer] = []
    in_channels = 3
    for depth, out_channels in zip(depths, channels, strict=True):
        for _ in range(depth):
            conv = Conv2d(in_channels, out_channels, 3, padding=1, rng=rng)
            initialise_fan_out(conv, rng)
            layers += [conv, ReLU()]
            in_channels = out_channels
        layers.append(MaxPool2d(2))
    return Sequential(*layers)


def _linear(in_features: int, out_features: int, rng: np.random.Generator | None) -> Linear:
    """Return a linear layer with small first weights."""
    linear = Linear(in_features, out_features, rng=rng)
    linear.weight.value *= HIDDEN_DEVIATION * np.sqrt(in_features / 2)  # they were drawn from N(0, 2 / I)
    return linear


def vgg16(num_classes: int = 1000, dropout: float = 0.5, *, rng: np.random.Generator | None = None) -> VGG:
    """Return VGG-16, the paper's configuration D; the arguments are `VGG`'s.

    Its 138 million parameters take 1.1 gigabytes with their gradients, nine tenths of them in the two hidden
    linear layers.

    Examples
    --------
    >>> small = VGG((2, 2, 3, 3, 3), hidden=8)  # the same convolutions below smaller linear layers
    >>> sum(parameter.value.size for parameter in small.features.parameters())
    14714688
    """
    return VGG((2, 2, 3, 3, 3), num_classes, dropout, rng=rng)
