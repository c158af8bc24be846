"""What the kernels for regions of interest share: pixels as vectors, and when not to turn them."""

import math

from scratchcv.checks import Array
from scratchcv.kernels._channels_last import channels_last


def pixels_of(x: Array) -> Array:
    """Return the pixels of maps (N, C, H, W) as (N · H · W + 1, C), the last of them of zeros.

    Regions read a few pixels here and there, in all channels: with channels last each is one run of memory,
    with channels first as many cache lines as there are channels.
    """
    N, C, H, W = x.shape
    return channels_last(x, spare=C).pixels.reshape(N * H * W + 1, C)


def is_little(y: Array, x_shape: tuple[int, ...]) -> bool:
    """Say whether regions have so few outputs that turning the maps would take longer than they do."""
    return 4 * y.size < math.prod(x_shape)
