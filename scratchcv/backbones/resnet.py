"""ResNet: every block learns what to add to its input, so that a hundred layers still learn."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scratchcv.backbones.initialise import initialise_fan_out, initialise_uniform
from scratchcv.checks import Array
from scratchcv.layers import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Sequential,
)

NormLayer = Callable[[int], Layer]
"""From a number of channels to a normalisation: `BatchNorm2d`, or `FrozenBatchNorm2d` in detectors."""


class ResidualBlock(Layer):
    r"""Base of ResNet's two kinds of block.

    .. math:: y = \mathrm{ReLU}(F(x) + S(x))

    S is the identity where shapes allow, else "downsample": a 1×1 convolution with the block's stride and a
    normalisation. F are the subclass's `path`.

    References
    ----------
    He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2016, equations 1 and 2, figure 5.
    """

    expansion: int
    """Output channels a channel of the 3×3 convolution."""

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int,
        norm_layer: NormLayer,
        rng: np.random.Generator | None,
    ) -> None:
        out_channels = channels * self.expansion
        self.relu = ReLU()
        self.downsample: Sequential | None = None
        if stride != 1 or in_channels != out_channels:
            conv = _conv(in_channels, out_channels, 1, stride, rng=rng)
            self.downsample = Sequential(conv, norm_layer(out_channels))

    def path(self) -> Sequential:
        """Return F, from this block's own layers."""
        raise NotImplementedError(f"{type(self).__name__} has no path")

    def forward(self, x: Array) -> tuple[Array, tuple[Any, Any]]:
        """Return the block's output; the cache is that of the sum and of the ReLU behind it."""
        y, sum_cache = Residual(self.path(), self.downsample).forward(x)
        y, relu_cache = self.relu.forward(y)
        return y, (sum_cache, relu_cache)

    def backward(self, dy: Array, cache: tuple[Any, Any]) -> Array:
        """Return dx, the sum of what comes back along both ways."""
        sum_cache, relu_cache = cache
        dy = self.relu.backward(dy, relu_cache)
        return Residual(self.path(), self.downsample).backward(dy, sum_cache)

    def __call__(self, x: Array, /) -> Array:
        """Return the block's output, keeping nothing."""
        y: Array = self.relu(Residual(self.path(), self.downsample)(x))
        return y


class BasicBlock(ResidualBlock):
    """Two 3×3 convolutions, as in ResNet-18 and 34.

    Parameters
    ----------
    in_channels, channels : int
        Of the input, and of both convolutions.
    stride : int
        Of the first convolution.
    norm_layer : callable
        From a number of channels to a normalisation.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Examples
    --------
    >>> BasicBlock(8, 16, stride=2)(np.zeros((1, 8, 6, 6), np.float32)).shape
    (1, 16, 3, 3)
    """

    expansion = 1

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int = 1,
        norm_layer: NormLayer = BatchNorm2d,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.conv1 = _conv(in_channels, channels, 3, stride, rng=rng)
        self.bn1 = norm_layer(channels)
        self.conv2 = _conv(channels, channels, 3, rng=rng)
        self.bn2 = norm_layer(channels)
        super().__init__(in_channels, channels, stride, norm_layer, rng)

    def path(self) -> Sequential:
        """Return what is added to the input."""
        return Sequential(self.conv1, self.bn1, self.relu, self.conv2, self.bn2)


class Bottleneck(ResidualBlock):
    """1×1 down to fewer channels, 3×3, and 1×1 up again, as in ResNet-50, 101 and 152.

    Parameters
    ----------
    in_channels, channels : int
        Of the input, and of the 3×3 convolution; 4 · channels come out.
    stride : int
        Of the 3×3 convolution.
    norm_layer, rng
        As in `BasicBlock`.

    Notes
    -----
    The paper has the stride in the first convolution, which skips three of four pixels unseen. In the 3×3 it
    is known as version 1.5, half a per cent better on ImageNet; torchvision's is that.

    Examples
    --------
    >>> Bottleneck(8, 16, stride=2)(np.zeros((1, 8, 6, 6), np.float32)).shape
    (1, 64, 3, 3)
    """

    expansion = 4

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int = 1,
        norm_layer: NormLayer = BatchNorm2d,
        rng: np.random.Generator | None = None,
    ) -> None:
        out_channels = channels * self.expansion
        self.conv1 = _conv(in_channels, channels, 1, rng=rng)
        self.bn1 = norm_layer(channels)
        self.conv2 = _conv(channels, channels, 3, stride, rng=rng)
        self.bn2 = norm_layer(channels)
        self.conv3 = _conv(channels, out_channels, 1, rng=rng)
        self.bn3 = norm_layer(out_channels)
        super().__init__(in_channels, channels, stride, norm_layer, rng)

    def path(self) -> Sequential:
        """Return what is added to the input."""
        return Sequential(
            self.conv1, self.bn1, self.relu, self.conv2, self.bn2, self.relu, self.conv3, self.bn3
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
        self.conv1 = _conv(3, channels, 7, stride=2, rng=rng)
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


def _conv(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, *, rng: np.random.Generator | None
) -> Conv2d:
    """Return a convolution that keeps the image's size, but for its stride; a normalisation follows."""
    conv = Conv2d(in_channels, out_channels, kernel_size, stride, kernel_size // 2, bias=False, rng=rng)
    initialise_fan_out(conv, rng)
    return conv


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
