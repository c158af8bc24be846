"""Right convolutions; dilation and groups, which are not graded, are left out."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[Any]
Size = int | tuple[int, int]


def seven_loops(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """Seven nested loops that ask of each pixel whether it lies in the image."""
    (sh, sw), (ph, pw), (N, C, H, W), (O, _, kh, kw) = _pair(stride), _pair(padding), x.shape, weight.shape
    y = np.zeros((N, O, (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1), x.dtype)
    for n, o, h, w in np.ndindex(*y.shape):
        total = 0.0 if bias is None else bias[o]
        for c in range(C):
            for i in range(kh):
                for j in range(kw):
                    row, column = sh * h + i - ph, sw * w + j - pw
                    if 0 <= row < H and 0 <= column < W:
                        total += weight[o, c, i, j] * x[n, c, row, column]
        y[n, o, h, w] = total
    return y


def one_patch_at_a_time(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """A loop over positions, a sum over the product of patch and filter."""
    (sh, sw), padded, (O, _, kh, kw) = _pair(stride), _pad(x, padding), weight.shape
    height, width = (padded.shape[2] - kh) // sh + 1, (padded.shape[3] - kw) // sw + 1
    y = np.zeros((len(x), O, height, width), x.dtype)
    for o, h, w in np.ndindex(*y.shape[1:]):
        patch = padded[:, :, sh * h : sh * h + kh, sw * w : sw * w + kw]
        y[:, o, h, w] = (patch * weight[o]).sum(axis=(1, 2, 3))
        if bias is not None:
            y[:, o, h, w] += bias[o]
    return y


def shifted_images(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """A loop over the filter's pixels, each of which weights a shifted image."""
    (sh, sw), padded, (O, _, kh, kw) = _pair(stride), _pad(x, padding), weight.shape
    height, width = (padded.shape[2] - kh) // sh + 1, (padded.shape[3] - kw) // sw + 1
    y = np.zeros((len(x), O, height, width), x.dtype)
    if bias is not None:
        y += bias.reshape(1, -1, 1, 1)
    for i, j in np.ndindex(kh, kw):
        seen = padded[:, :, i : i + sh * height : sh, j : j + sw * width : sw][:, :, :height, :width]
        y += np.einsum("nchw,oc->nohw", seen, weight[:, :, i, j])
    return y


def windows_and_einsum(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """All windows as a view, one einsum; the result is not contiguous."""
    (sh, sw), padded = _pair(stride), _pad(x, padding)
    windows = sliding_window_view(padded, weight.shape[2:], axis=(2, 3))[:, :, ::sh, ::sw]
    y = np.tensordot(windows, weight, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
    return y if bias is None else y + bias[None, :, None, None]


def patches_as_a_matrix(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """Patches as the columns of a matrix, found by index arithmetic (im2col)."""
    (sh, sw), padded, (O, C, kh, kw) = _pair(stride), _pad(x, padding), weight.shape
    height, width = (padded.shape[2] - kh) // sh + 1, (padded.shape[3] - kw) // sw + 1
    rows = sh * np.arange(height)[:, None, None, None] + np.arange(kh)[:, None]
    columns = sw * np.arange(width)[:, None, None] + np.arange(kw)
    patches = padded[:, :, rows, columns]  # (N, C, H', W', kh, kw)
    matrix = patches.transpose(0, 2, 3, 1, 4, 5).reshape(len(x) * height * width, C * kh * kw)
    y = matrix @ weight.reshape(O, -1).T
    if bias is not None:
        y = y + bias
    return np.ascontiguousarray(y.reshape(len(x), height, width, O).transpose(0, 3, 1, 2))


def single_precision(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """Answers in float32, whatever came."""
    narrow = None if bias is None else bias.astype(np.float32)
    y = one_patch_at_a_time(x.astype(np.float32), weight.astype(np.float32), narrow, stride, padding)
    return y.astype(np.float32)


def fortran_order(
    x: Array, weight: Array, bias: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """Written into an array whose first axis runs fastest, backwards through the image."""
    (sh, sw), padded, (O, _, kh, kw) = _pair(stride), _pad(x, padding), weight.shape
    height, width = (padded.shape[2] - kh) // sh + 1, (padded.shape[3] - kw) // sw + 1
    y = np.empty((len(x), O, height, width), x.dtype, order="F")
    flat = weight.reshape(O, -1)
    for h in reversed(range(height)):
        for w in reversed(range(width)):
            patch = padded[:, :, sh * h : sh * h + kh, sw * w : sw * w + kw]
            y[:, :, h, w] = patch.reshape(len(x), flat.shape[1]) @ flat.T + (0 if bias is None else bias)
    return y


def _pair(value: Size) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _pad(x: Array, padding: Size) -> Array:
    (ph, pw), (N, C, H, W) = _pair(padding), x.shape
    padded = np.zeros((N, C, H + 2 * ph, W + 2 * pw), x.dtype)
    padded[:, :, ph : ph + H, pw : pw + W] = x
    return padded
