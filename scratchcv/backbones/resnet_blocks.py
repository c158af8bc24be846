"""ResNet's blocks: each learns what to add to its input."""

from collections.abc import Callable
from typing import Any

import numpy as np

from scratchcv.backbones.initialise import initialise_fan_out
from scratchcv.checks import Array
from scratchcv.layers import BatchNorm2d, Conv2d, Layer, ReLU, Residual, Sequential

NormLayer = Callable[[int], Layer]
"""From a number of channels to a normalisation: `BatchNorm2d`, or `FrozenBatchNorm2d` in detectors."""


def conv_without_bias(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, *, rng: np.random.Generator | None
) -> Conv2d:
    """Return a convolution that keeps the image's size, but for its stride; the bias is the normalisation's.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride : int
        As in `Conv2d`.
    rng : numpy.random.Generator, optional
        Draws the initial weights; see `initialise_fan_out`.

    Examples
    --------
    >>> conv_without_bias(3, 8, 7, stride=2, rng=None)(np.zeros((1, 3, 32, 32), np.float32)).shape
    (1, 8, 16, 16)
    """
    conv = Conv2d(in_channels, out_channels, kernel_size, stride, kernel_size // 2, bias=False, rng=rng)
    initialise_fan_out(conv, rng)
    return conv


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
            conv = conv_without_bias(in_channels, out_channels, 1, stride, rng=rng)
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
        self.conv1 = conv_without_bias(in_channels, channels, 3, stride, rng=rng)
        self.bn1 = norm_layer(channels)
        self.conv2 = conv_without_bias(channels, channels, 3, rng=rng)
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
        self.conv1 = conv_without_bias(in_channels, channels, 1, rng=rng)
        self.bn1 = norm_layer(channels)
        self.conv2 = conv_without_bias(channels, channels, 3, stride, rng=rng)
        self.bn2 = norm_layer(channels)
        self.conv3 = conv_without_bias(channels, out_channels, 1, rng=rng)
        self.bn3 = norm_layer(out_channels)
        super().__init__(in_channels, channels, stride, norm_layer, rng)

    def path(self) -> Sequential:
        """Return what is added to the input."""
        return Sequential(
            self.conv1, self.bn1, self.relu, self.conv2, self.bn2, self.relu, self.conv3, self.bn3
        )
