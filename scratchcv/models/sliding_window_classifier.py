"""A small classifier of windows, and the same classifier as convolutions that slide over whole images."""

from typing import Any

import numpy as np

from scratchcv.backbones import conv_norm_relu
from scratchcv.checks import Array
from scratchcv.layers import Flatten, Layer, Linear, MaxPool2d, ReLU, Sequential, linear_to_conv2d

WINDOW_STRIDE = 4
"""Pixels from one window to the next, that of the two poolings together."""


class WindowClassifier(Layer):
    r"""From windows of one size to the logits of their classes: convolutions, then two linear layers.

    No convolution is padded. So an output knows nothing but its own window, and the same layers, applied to a
    larger image, compute what they would for every window in it, one every 4 pixels:

    .. math:: n = \lfloor (N - W) / 4 \rfloor + 1 \qquad \text{windows of side W along a side of N}

    Parameters
    ----------
    num_classes : int
        K, background included.
    window : int
        W, side of the windows in pixels: a multiple of 4, at least 16.
    width : int
        Channels of the first two convolutions; the other two have twice as many.
    hidden : int
        Outputs of the first linear layer.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    References
    ----------
    Lecture S2, lines 163-226: 14 → 10 → 5 → 1 pixels; Sermanet et al., "OverFeat", 2014, section 3.5.

    Examples
    --------
    >>> classifier = WindowClassifier(num_classes=3, window=32)
    >>> classifier(np.zeros((2, 3, 32, 32), np.float32)).shape
    (2, 3)
    >>> classifier.to_convolutions()(np.zeros((1, 3, 128, 96), np.float32)).shape  # 25 × 17 windows
    (1, 3, 25, 17)
    """

    def __init__(
        self,
        num_classes: int,
        window: int = 32,
        width: int = 16,
        hidden: int = 128,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        if window < 16 or window % WINDOW_STRIDE:
            raise ValueError(f"window must be a multiple of {WINDOW_STRIDE}, at least 16, got {window}")
        self.window = window
        channels, pixels = 2 * width, window // WINDOW_STRIDE - 3
        self.features = Sequential(
            conv_norm_relu(3, width, padding=0, rng=rng),
            conv_norm_relu(width, width, padding=0, rng=rng),
            MaxPool2d(2),
            conv_norm_relu(width, channels, padding=0, rng=rng),
            conv_norm_relu(channels, channels, padding=0, rng=rng),
            MaxPool2d(2),
        )
        self.classifier = Sequential(
            Flatten(),
            Linear(channels * pixels * pixels, hidden, rng=rng),
            ReLU(),
            Linear(hidden, num_classes, rng=rng),
        )
        self.feature_shape = (channels, pixels, pixels)
        self.num_classes = num_classes

    def forward(self, x: Array) -> tuple[Array, tuple[Any, Any]]:
        """Return the logits (M, K) of windows (M, 3, W, W)."""
        features, features_cache = self.features.forward(x)
        logits, classifier_cache = self.classifier.forward(features)
        return logits, (features_cache, classifier_cache)

    def backward(self, dy: Array, cache: tuple[Any, Any]) -> Array:
        """Return the gradient of the windows from that of the logits."""
        features_cache, classifier_cache = cache
        dfeatures = self.classifier.backward(dy, classifier_cache)
        return self.features.backward(dfeatures, features_cache)

    def classifier_convolutions(self) -> Sequential:
        """Return the linear layers as convolutions: from a map of features to logits of all windows in it.

        The weights are copies: after a training step ask again.
        """
        _, hidden, relu, last = self.classifier.layers
        assert isinstance(hidden, Linear)
        assert isinstance(last, Linear)
        units = len(hidden.weight.value)
        return Sequential(
            linear_to_conv2d(hidden, self.feature_shape), relu, linear_to_conv2d(last, (units, 1, 1))
        )

    def to_convolutions(self) -> Sequential:
        """Return the classifier as convolutions: from images (N, 3, H, W) to logits (N, K, rows, columns)."""
        return Sequential(self.features, self.classifier_convolutions())
