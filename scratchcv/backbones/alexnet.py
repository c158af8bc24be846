"""AlexNet: five convolutions and three fully connected layers, which began it all in 2012."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.backbones.initialise import initialise_uniform
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


class AlexNet(Layer):
    """AlexNet in the form of one column.

    Parameters
    ----------
    num_classes : int
        Number of logits.
    dropout : float
        Probability of losing an element before each of the two hidden linear layers, in training.
    channels : sequence of 5 int
        Of the convolutions.
    hidden : int
        Width of the two hidden linear layers.
    rng : numpy.random.Generator, optional
        Draws the initial weights and the dropout's masks.

    Raises
    ------
    ValueError
        In `forward`, for images of less than 63 pixels: a last map must be left.

    Notes
    -----
    Names, paddings and initial weights are torchvision's. That is Krizhevsky's single-column network of 2014:
    without the 2012 paper's split over two GPUs and local response normalisation.

    References
    ----------
    Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012;
    Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014.

    Examples
    --------
    >>> network = AlexNet(10, channels=(8, 16, 24, 16, 16), hidden=32)
    >>> network.eval()(np.zeros((2, 3, 64, 64), np.float32)).shape
    (2, 10)
    """

    def __init__(
        self,
        num_classes: int = 1000,
        dropout: float = 0.5,
        *,
        channels: Sequence[int] = (64, 192, 384, 256, 256),
        hidden: int = 4096,
        rng: np.random.Generator | None = None,
    ) -> None:
        first, second, third, fourth, fifth = channels
        self.features = Sequential(
            Conv2d(3, first, 11, stride=4, padding=2, rng=rng),
            ReLU(),
            MaxPool2d(3, stride=2),
            Conv2d(first, second, 5, padding=2, rng=rng),
            ReLU(),
            MaxPool2d(3, stride=2),
            Conv2d(second, third, 3, padding=1, rng=rng),
            ReLU(),
            Conv2d(third, fourth, 3, padding=1, rng=rng),
            ReLU(),
            Conv2d(fourth, fifth, 3, padding=1, rng=rng),
            ReLU(),
            MaxPool2d(3, stride=2),
        )
        self.avgpool = AdaptiveAvgPool2d(6)
        self.classifier = Sequential(
            Dropout(dropout, rng=rng),
            Linear(fifth * 6 * 6, hidden, rng=rng),
            ReLU(),
            Dropout(dropout, rng=rng),
            Linear(hidden, hidden, rng=rng),
            ReLU(),
            Linear(hidden, num_classes, rng=rng),
        )
        for _, layer in self.named_layers():
            if isinstance(layer, (Conv2d, Linear)):
                initialise_uniform(layer, rng)

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


def alexnet(
    num_classes: int = 1000, dropout: float = 0.5, *, rng: np.random.Generator | None = None
) -> AlexNet:
    """Return AlexNet; the arguments are the class's. It takes half a gigabyte with its gradients.

    Examples
    --------
    >>> small = AlexNet(hidden=8)  # the same convolutions below smaller linear layers
    >>> sum(parameter.value.size for parameter in small.features.parameters())
    2469696
    """
    return AlexNet(num_classes, dropout, rng=rng)
