"""ResNet: every block learns what to add to its input, so that a hundred layers still learn."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.backbones.initialise import initialise_uniform
from scratchcv.backbones.resnet_blocks import BasicBlock, Bottleneck, NormLayer, conv_without_bias
from scratchcv.checks import Array
from scratchcv.layers import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
)


class ResNet(Layer):
    """A residual network that classifies images.

    A 7×7 convolution and a max pooling bring the image to a quarter of its size; the stages layer1 to layer4
    have strides 4, 8, 16 and 32; the mean over all pixels and a linear layer give the logits.

    Parameters
    ----------
    block : type
        `BasicBlock` or `Bottleneck`.
    layers : sequence of 4 int
        Blocks of each stage.
    num_classes : int
        Number of logits.
    norm_layer : callable
        From a number of channels to a normalisation.
    channels : int
        Of the first stage's 3×3 convolutions; each further stage has twice as many.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Attributes
    ----------
    stage_channels : tuple of int
        What comes out of each stage.

    Notes
    -----
    Parameter names are torchvision's, so its weights fit; see `scratchcv.backbones.load_weights`. Images are
    normalised by the caller.

    References
    ----------
    He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2016, table 1;
    torchvision.models.resnet.

    Examples
    --------
    >>> network = ResNet(BasicBlock, (1, 1, 1, 1), num_classes=10, channels=8)
    >>> network(np.zeros((2, 3, 32, 32), np.float32)).shape
    (2, 10)
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        layers: Sequence[int],
        num_classes: int = 1000,
        norm_layer: NormLayer = BatchNorm2d,
        *,
        channels: int = 64,
        rng: np.random.Generator | None = None,
    ) -> None:
        if len(layers) != 4 or min(layers) < 1:
            raise ValueError(f"layers must be four numbers of blocks, got {layers}")
        self.conv1 = conv_without_bias(3, channels, 7, stride=2, rng=rng)
        self.bn1 = norm_layer(channels)
        self.relu = ReLU()
        self.maxpool = MaxPool2d(3, stride=2, padding=1)
        in_channels, stages, stage_channels = channels, [], []
        for stage, depth in enumerate(layers):
            blocks = []
            for position in range(depth):
                stride = 2 if stage and position == 0 else 1
                blocks.append(block(in_channels, channels << stage, stride, norm_layer, rng))
                in_channels = (channels << stage) * block.expansion
            stages.append(Sequential(*blocks))
            stage_channels.append(in_channels)
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.stage_channels = tuple(stage_channels)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.fc = Linear(in_channels, num_classes, rng=rng)
        initialise_uniform(self.fc, rng)

    def stem(self) -> Sequential:
        """Return what comes before the stages."""
        return Sequential(self.conv1, self.bn1, self.relu, self.maxpool)

    def _chain(self) -> Sequential:
        stages = self.layer1, self.layer2, self.layer3, self.layer4
        return Sequential(self.stem(), *stages, self.avgpool, Flatten(), self.fc)

    def forward(self, x: Array) -> tuple[Array, list[Any]]:
        """Return logits (N, num_classes) of images (N, 3, H, W), and every part's cache."""
        return self._chain().forward(x)

    def backward(self, dy: Array, cache: list[Any]) -> Array:
        """Return dx of images from dy of logits."""
        return self._chain().backward(dy, cache)

    def __call__(self, x: Array, /) -> Array:
        """Return the logits, keeping nothing."""
        return self._chain()(x)


def resnet18(
    num_classes: int = 1000,
    norm_layer: NormLayer = BatchNorm2d,
    *,
    rng: np.random.Generator | None = None,
) -> ResNet:
    """Return ResNet-18, of basic blocks; the arguments are `ResNet`'s.

    Examples
    --------
    >>> network = resnet18()
    >>> sum(parameter.value.size for parameter in network.parameters())
    11689512
    """
    return ResNet(BasicBlock, (2, 2, 2, 2), num_classes, norm_layer, rng=rng)


def resnet50(
    num_classes: int = 1000,
    norm_layer: NormLayer = BatchNorm2d,
    *,
    rng: np.random.Generator | None = None,
) -> ResNet:
    """Return ResNet-50, of bottlenecks; the arguments are `ResNet`'s.

    Examples
    --------
    >>> network = resnet50()
    >>> sum(parameter.value.size for parameter in network.parameters())
    25557032
    """
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes, norm_layer, rng=rng)
