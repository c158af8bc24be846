"""Wrong transposed convolutions; dilation and groups, which are not graded, are left out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Bias = Array | None
Size = int | tuple[int, int]


def overlaps_overwritten(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """Where stamps overlap, yours keep the last one. They add up: +=, not =."""
    return _trim(_stamp(x, weight, stride, "set"), bias, padding, output_padding)


def overlaps_averaged(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You take the mean where stamps overlap. They add up."""
    summed, counted = (
        _stamp(x, weight, stride),
        _stamp(np.ones_like(x[:, :1]), np.ones_like(weight[:1]), stride),
    )
    return _trim(summed / np.maximum(counted, 1), bias, padding, output_padding)


def filter_flipped(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You flip the filter. Each pixel stamps it as it is: weight[…, 0, 0] lands at the upper left."""
    return _trim(_stamp(x, weight[:, :, ::-1, ::-1], stride), bias, padding, output_padding)


def without_bias(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """Where a bias is given, your answers lack it: add bias[o] to every position of output channel o."""
    return _trim(_stamp(x, weight, stride), None, padding, output_padding)


def bias_with_each_stamp(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You add the bias with each stamp, so that it is there twice where two of them overlap.

    Add it once to every position of the output, at the end.
    """
    counted = _stamp(np.ones_like(x[:, :1]), np.ones_like(weight[:1]), stride)
    add = 0 if bias is None else counted * bias[:, None, None]
    return _trim(_stamp(x, weight, stride) + add, None, padding, output_padding)


def padding_grows(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """Padding makes your output larger.

    It is that of the convolution whose gradient this is, and trims: 2 · padding rows less.
    """
    (ph, pw), stamped = _pair(padding), _stamp(x, weight, stride)
    return _trim(np.pad(stamped, ((0, 0), (0, 0), (ph, ph), (pw, pw))), bias, 0, output_padding)


def padding_forgotten(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You never use padding: trim so many rows and columns from each side of the output."""
    return _trim(_stamp(x, weight, stride), bias, 0, output_padding)


def trimmed_at_the_end(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You trim everything at the bottom and on the right. Padding trims each of the four sides."""
    (ph, pw), stamped = _pair(padding), _stamp(x, weight, stride)
    height, width = stamped.shape[2] - 2 * ph, stamped.shape[3] - 2 * pw
    return _trim(stamped[:, :, :height, :width], bias, 0, output_padding)


def trimmed_once(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You trim at the top and on the left alone. Padding trims each of the four sides."""
    (ph, pw), stamped = _pair(padding), _stamp(x, weight, stride)
    return _trim(stamped[:, :, ph:, pw:], bias, 0, output_padding)


def output_padding_of_zeros(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You append zeros for output_padding.

    Its rows and columns were trimmed too early: keep what the stamps left there, and add the bias there
    too.
    """
    y, (down, across) = _trim(_stamp(x, weight, stride), bias, padding, 0), _pair(output_padding)
    return np.pad(y, ((0, 0), (0, 0), (0, down), (0, across)))


def output_padding_first(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You keep the rows and columns of output_padding at the top and on the left.

    They belong at the bottom and on the right.
    """
    (ph, pw), (down, across), stamped = _pair(padding), _pair(output_padding), _stamp(x, weight, stride)
    wide = np.pad(stamped, ((0, 0), (0, 0), (down, 0), (across, 0)))
    return _trim(wide, bias, (ph, pw), 0)


def output_padding_ignored(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You never use output_padding.

    So many rows and columns are kept at the bottom and on the right after all.
    """
    return _trim(_stamp(x, weight, stride), bias, padding, 0)


def output_padding_on_both_sides(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You keep output_padding on all sides. It belongs at the bottom and on the right alone."""
    down, across = _pair(output_padding)
    wide = np.pad(_stamp(x, weight, stride), ((0, 0), (0, 0), (down, 0), (across, 0)))
    return _trim(wide, bias, padding, output_padding)


def channels_exchanged(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You exchange the weight's channels: here the first axis is that of the input.

    A convolution has them the other way round.
    """
    C, O = weight.shape[:2]
    exchanged = weight.reshape(O, C, *weight.shape[2:]).swapaxes(0, 1)
    return _trim(_stamp(x, exchanged, stride), bias, padding, output_padding)


def first_channel_alone(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """Only the first input channel stamps. All of them do, each with its own filters, and the sum counts."""
    return _trim(_stamp(x[:, :1], weight[:1], stride), bias, padding, output_padding)


def stride_forgotten(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """Your stamps move by one pixel.

    The filter moves stride pixels in the output for every pixel in the input.
    """
    return _trim(_stamp(x, weight, 1), bias, padding, output_padding)


def stride_between(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """You leave stride pixels between your stamps.

    Their distance is stride, so that stride − 1 lie between two corners.
    """
    down, across = _pair(stride)
    return _trim(_stamp(x, weight, (down + 1, across + 1)), bias, padding, output_padding)


def pairs_swapped(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """A pair is (vertical, horizontal), for stride, padding and output_padding alike."""
    stamped = _stamp(x, weight, _pair(stride)[::-1])
    return _trim(stamped, bias, _pair(padding)[::-1], _pair(output_padding)[::-1])


def stride_times_size(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """Your output is stride times as large as x.

    The last stamp is as long as the filter: (H − 1) · stride + k, before padding.
    """
    (sh, sw), stamped = _pair(stride), _stamp(x, weight, stride)
    more = max(x.shape[2] * sh - stamped.shape[2], 0), max(x.shape[3] * sw - stamped.shape[3], 0)
    grown = np.pad(stamped, ((0, 0), (0, 0), (0, more[0]), (0, more[1])))
    return _trim(grown[:, :, : x.shape[2] * sh, : x.shape[3] * sw], bias, padding, output_padding)


def plain_convolution(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """That is the convolution, which makes images smaller.

    Its transpose goes the other way: each input pixel stamps the filter into the output.
    """
    (sh, sw), (ph, pw), (kh, kw) = _pair(stride), _pair(padding), weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    height, width = max((padded.shape[2] - kh) // sh + 1, 0), max((padded.shape[3] - kw) // sw + 1, 0)
    y = np.zeros((len(x), weight.shape[1], height, width), x.dtype)
    for h, w in np.ndindex(height, width):
        patch = padded[:, :, sh * h : sh * h + kh, sw * w : sw * w + kw]
        y[:, :, h, w] = np.einsum("ncij,coij->no", patch, weight)
    return y if bias is None else y + bias[:, None, None]


def _pair(value: Size) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _stamp(x: Array, weight: Array, stride: Size, how: str = "add") -> Array:
    """Return the output before anything is trimmed."""
    (sh, sw), (kh, kw), (N, _, H, W) = _pair(stride), weight.shape[2:], x.shape
    y = np.zeros((N, weight.shape[1], sh * (H - 1) + kh, sw * (W - 1) + kw), x.dtype)
    for h, w in np.ndindex(H, W):
        stamp, rows, columns = np.einsum("nc,coij->noij", x[:, :, h, w], weight), sh * h, sw * w
        place = y[:, :, rows : rows + kh, columns : columns + kw]
        place[...] = stamp if how == "set" else place + stamp
    return y


def _trim(y: Array, bias: Bias, padding: Size, output_padding: Size) -> Array:
    (ph, pw), (down, across) = _pair(padding), _pair(output_padding)
    height, width = y.shape[2] - 2 * ph + down, y.shape[3] - 2 * pw + across
    grown = np.pad(y, ((0, 0), (0, 0), (0, down), (0, across)))
    cut = grown[:, :, ph : ph + max(height, 0), pw : pw + max(width, 0)]
    return cut if bias is None else cut + bias[:, None, None]
