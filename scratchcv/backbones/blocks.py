"""Groups of layers that backbones repeat."""

import numpy as np

from scratchcv.layers import BatchNorm2d, Conv2d, ReLU, Sequential


def conv_norm_relu(
    in_channels: int,
    out_channels: int,
    kernel_size: int = 3,
    *,
    padding: int | None = None,
    rng: np.random.Generator | None = None,
) -> Sequential:
    """Return a convolution, a batch norm and a ReLU.

    Parameters
    ----------
    in_channels, out_channels, kernel_size : int
        Of the convolution, which has no bias: the batch norm would take it away again.
    padding : int, optional
        Of the convolution; by default as much as keeps the image's size.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Examples
    --------
    >>> conv_norm_relu(3, 16)(np.zeros((1, 3, 8, 8), np.float32)).shape
    (1, 16, 8, 8)
    """
    padding = kernel_size // 2 if padding is None else padding
    conv = Conv2d(in_channels, out_channels, kernel_size, padding=padding, bias=False, rng=rng)
    return Sequential(conv, BatchNorm2d(out_channels), ReLU())
