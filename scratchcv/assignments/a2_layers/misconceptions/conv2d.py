"""Wrong convolutions; dilation and groups, which are not graded, are left out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Size = int | tuple[int, int]


def flipped(x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0) -> Array:
    """You flip the filter, as mathematicians do.

    The field's convolution does not: weight[0, 0] meets the upper left pixel of the window.
    """
    return _convolve(_pad(x, padding), weight[:, :, ::-1, ::-1], bias, stride)


def without_bias(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """Where a bias is given, your answers lack it: add bias[o] to every position of output channel o."""
    return _convolve(_pad(x, padding), weight, None, stride)


def bias_for_each_channel(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """You add the bias once for each input channel. It belongs behind the sum over channels: add it once."""
    return _convolve(_pad(x, padding), weight, None if bias is None else bias * x.shape[1], stride)


def padding_on_one_side(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """You pad the top and the left alone. Zeros belong on all four sides, so that H grows by 2 · padding."""
    down, across = _pair(padding)
    return _convolve(np.pad(x, ((0, 0), (0, 0), (down, 0), (across, 0))), weight, bias, stride)


def padding_at_the_end(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """All your zeros lie at the bottom and on the right.

    Half of them belong above and on the left: the window of output 0 begins at pixel −padding.
    """
    down, across = _pair(padding)
    return _convolve(np.pad(x, ((0, 0), (0, 0), (0, 2 * down), (0, 2 * across))), weight, bias, stride)


def border_repeated(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """You repeat the border's pixels outside the image. Padding here means zeros."""
    return _convolve(_pad(x, padding, "edge") if x.size else _pad(x, padding), weight, bias, stride)


def padding_forgotten(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """You never use padding: put so many rows and columns of zeros around the image first."""
    return _convolve(x, weight, bias, stride)


def stride_swapped(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """A pair of strides is (vertical, horizontal): the first one moves the window down, not to the right."""
    return _convolve(_pad(x, padding), weight, bias, _pair(stride)[::-1])


def padding_swapped(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """A pair of paddings is (vertical, horizontal): the first one adds rows, not columns."""
    return _convolve(_pad(x, _pair(padding)[::-1]), weight, bias, stride)


def windows_side_by_side(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """You have as many outputs as you should, but their windows move by one pixel each.

    The window of output h begins at row stride · h of the padded image, not at row h.
    """
    padded = _pad(x, padding)
    height, width = _outputs(padded, weight, stride)
    return _convolve(padded, weight, bias, 1)[:, :, :height, :width]


def last_window_missing(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """Your output lacks its last row and column.

    A window of k pixels that can move by H − k pixels has H − k + 1 places to stand.
    """
    return _convolve(_pad(x, padding), weight, bias, stride)[:, :, :-1, :-1]


def rounded_up(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """Your last window hangs over the border. Windows that do not fit are left out: the size rounds down."""
    padded, (sh, sw), (kh, kw) = _pad(x, padding), _pair(stride), weight.shape[2:]
    rest = -(padded.shape[2] - kh) % sh, -(padded.shape[3] - kw) % sw
    return _convolve(np.pad(padded, ((0, 0), (0, 0), (0, rest[0]), (0, rest[1]))), weight, bias, stride)


def filter_transposed(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """Rows and columns of your filter are exchanged.

    Its last axis but one runs down the image, its last one to the right, as those of x do.
    """
    return _convolve(_pad(x, padding), weight.swapaxes(2, 3), bias, stride)


def mean_of_channels(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """You take the mean over the input channels. A filter is one long dot product: channels are summed."""
    return _convolve(_pad(x, padding), weight / x.shape[1], bias, stride)


def first_channel_alone(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """You look at the first input channel alone.

    Each filter has a slice for every channel, and all of them are summed.
    """
    return _convolve(_pad(x, padding)[:, :1], weight[:, :1], bias, stride)


def first_image_alone(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """All images of your batch have the result of the first one: let n run over the images."""
    return _convolve(_pad(np.broadcast_to(x[:1], x.shape) if len(x) else x, padding), weight, bias, stride)


def _pair(value: Size) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _pad(x: Array, padding: Size, mode: Any = "constant") -> Array:
    down, across = _pair(padding)
    return np.pad(x, ((0, 0), (0, 0), (down, down), (across, across)), mode)


def _outputs(padded: Array, weight: Array, stride: Size) -> tuple[int, int]:
    (sh, sw), (kh, kw) = _pair(stride), weight.shape[2:]
    return (padded.shape[2] - kh) // sh + 1, (padded.shape[3] - kw) // sw + 1


def _convolve(padded: Array, weight: Array, bias: Array | None, stride: Size) -> Array:
    (sh, sw), (kh, kw) = _pair(stride), weight.shape[2:]
    height, width = _outputs(padded, weight, stride)
    y = np.zeros((len(padded), len(weight), max(height, 0), max(width, 0)), padded.dtype)
    for h, w in np.ndindex(*y.shape[2:]):
        patch = padded[:, :, sh * h : sh * h + kh, sw * w : sw * w + kw]
        y[:, :, h, w] = np.einsum("ncij,ocij->no", patch, weight)
    return y if bias is None else y + bias[:, None, None]
