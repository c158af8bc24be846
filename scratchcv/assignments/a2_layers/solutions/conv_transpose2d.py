"""Right transposed convolutions; dilation and groups, which are not graded, are left out."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[Any]
Bias = Array | None
Size = int | tuple[int, int]


def loops(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """The lecture's stamps, one multiplication at a time, dropping what lies outside."""
    (sh, sw), (ph, pw), (kh, kw) = _pair(stride), _pair(padding), weight.shape[2:]
    y = np.zeros(_shape(x, weight, stride, padding, output_padding), x.dtype)
    if bias is not None:
        y += bias[:, None, None]
    for n, c, h, w in np.ndindex(*x.shape):
        for i, j in np.ndindex(kh, kw):
            row, column = sh * h + i - ph, sw * w + j - pw
            if 0 <= row < y.shape[2] and 0 <= column < y.shape[3]:
                y[n, :, row, column] += x[n, c, h, w] * weight[c, :, i, j]
    return y


def trimmed_canvas(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """Stamps on a canvas that is large enough, then trimmed; the result is a view."""
    (sh, sw), (ph, pw), (kh, kw) = _pair(stride), _pair(padding), weight.shape[2:]
    N, O, height, width = _shape(x, weight, stride, padding, output_padding)
    canvas = np.zeros((N, O, height + 2 * ph, width + 2 * pw), x.dtype)
    for h, w in np.ndindex(*x.shape[2:]):
        stamps = np.tensordot(x[:, :, h, w], weight, axes=1)
        canvas[:, :, sh * h : sh * h + kh, sw * w : sw * w + kw] += stamps
    y = canvas[:, :, ph : ph + height, pw : pw + width]
    return y if bias is None else y + bias.reshape(1, O, 1, 1)


def zeros_between(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """Zeros between the pixels, then a convolution with the flipped filter."""
    (sh, sw), (ph, pw), (kh, kw), (N, C, H, W) = _pair(stride), _pair(padding), weight.shape[2:], x.shape
    _, _, height, width = _shape(x, weight, stride, padding, output_padding)
    spread = np.zeros((N, C, height + 2 * ph + kh - 1, width + 2 * pw + kw - 1), x.dtype)
    spread[:, :, kh - 1 : kh - 1 + sh * H : sh, kw - 1 : kw - 1 + sw * W : sw][:, :, :H, :W] = x
    windows = sliding_window_view(spread, (kh, kw), axis=(2, 3))[:, :, ph : ph + height, pw : pw + width]
    y: Array = np.einsum("nchwij,coij->nohw", windows, weight[:, :, ::-1, ::-1])
    return y if bias is None else y + bias[:, None, None]


def pixel_of_the_filter_at_a_time(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """A loop over the filter's pixels, all images at once."""
    (sh, sw), (ph, pw), (kh, kw), (N, _, H, W) = _pair(stride), _pair(padding), weight.shape[2:], x.shape
    _, O, height, width = _shape(x, weight, stride, padding, output_padding)
    canvas = np.zeros((N, O, max(height + 2 * ph, sh * H + kh), max(width + 2 * pw, sw * W + kw)), x.dtype)
    for i, j in np.ndindex(kh, kw):
        canvas[:, :, i : i + sh * H : sh, j : j + sw * W : sw] += np.einsum(
            "nchw,co->nohw", x, weight[:, :, i, j]
        )
    y = canvas[:, :, ph : ph + height, pw : pw + width].copy()
    return y if bias is None else y + bias[:, None, None]


def asked_by_the_outputs(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """Each output asks which pixels reach it."""
    (sh, sw), (ph, pw), (kh, kw), (_, _, H, W) = _pair(stride), _pair(padding), weight.shape[2:], x.shape
    y = np.zeros(_shape(x, weight, stride, padding, output_padding), x.dtype, order="F")
    for row, column in np.ndindex(*y.shape[2:]):
        for h in range(H):
            for w in range(W):
                i, j = row + ph - sh * h, column + pw - sw * w
                if 0 <= i < kh and 0 <= j < kw:
                    y[:, :, row, column] += x[:, :, h, w] @ weight[:, :, i, j]
    return y if bias is None else y + bias[None, :, None, None]


def matrix_transposed(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """The matrix of a convolution along each axis, transposed."""
    (sh, sw), (ph, pw), (kh, kw), (_, _, H, W) = _pair(stride), _pair(padding), weight.shape[2:], x.shape
    _, _, height, width = _shape(x, weight, stride, padding, output_padding)
    # reaches[i, h, row]: the filter's row i of the stamp of row h lands in this row of the output.
    down = np.arange(height) == sh * np.arange(H)[:, None] + np.arange(kh)[:, None, None] - ph
    across = np.arange(width) == sw * np.arange(W)[:, None] + np.arange(kw)[:, None, None] - pw
    half = np.einsum("nchw,jwq->nchjq", x, across.astype(x.dtype))
    y: Array = np.einsum("nchjq,coij,ihr->norq", half, weight, down.astype(x.dtype))
    return y if bias is None else y + bias[:, None, None]


def single_precision(
    x: Array, weight: Array, bias: Bias = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0
) -> Array:
    """Answers in float32, whatever came."""
    narrow = None if bias is None else bias.astype(np.float32)
    x, weight = x.astype(np.float32), weight.astype(np.float32)
    return trimmed_canvas(x, weight, narrow, stride, padding, output_padding)


def _pair(value: Size) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _shape(x: Array, weight: Array, stride: Size, padding: Size, more: Size) -> tuple[int, int, int, int]:
    """Return the output's shape."""
    settings = zip(x.shape[2:], weight.shape[2:], _pair(stride), _pair(padding), _pair(more), strict=True)
    height, width = ((side - 1) * s - 2 * p + k + extra for side, k, s, p, extra in settings)
    return len(x), weight.shape[1], height, width
