"""Right gradients of a convolution; dilation and groups, which are not graded, are left out."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[Any]
Gradients = tuple[Array, Array, Array]
Size = int | tuple[int, int]


def seven_loops(dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0) -> Gradients:
    """The forward loops, in which each product gives to both of its factors."""
    (sh, sw), (ph, pw), (_, C, H, W), (_, _, kh, kw) = _pair(stride), _pair(padding), x.shape, weight.shape
    dx, dweight, dbias = np.zeros(x.shape), np.zeros(weight.shape), np.zeros(len(weight))
    for n, o, h, w in np.ndindex(*dy.shape):
        dbias[o] += dy[n, o, h, w]
        for i in range(kh):
            for j in range(kw):
                row, column = sh * h + i - ph, sw * w + j - pw
                if 0 <= row < H and 0 <= column < W:
                    for c in range(C):
                        dx[n, c, row, column] += weight[o, c, i, j] * dy[n, o, h, w]
                        dweight[o, c, i, j] += x[n, c, row, column] * dy[n, o, h, w]
    return dx, dweight, dbias


def stamps_and_patches(dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0) -> Gradients:
    """A loop over the outputs: each stamps the filter into dx and adds its patch to the weight's gradient."""
    (sh, sw), (ph, pw), (_, _, H, W), (O, C, kh, kw) = _pair(stride), _pair(padding), x.shape, weight.shape
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    dpadded, dweight = np.zeros_like(padded), np.zeros_like(weight)
    flat = weight.reshape(O, C * kh * kw)
    for h, w in np.ndindex(*dy.shape[2:]):
        window = (slice(None), slice(None), slice(sh * h, sh * h + kh), slice(sw * w, sw * w + kw))
        dpadded[window] += (dy[:, :, h, w] @ flat).reshape(len(x), C, kh, kw)
        dweight += np.tensordot(dy[:, :, h, w], padded[window], axes=(0, 0))
    return dpadded[:, :, ph : ph + H, pw : pw + W], dweight, np.einsum("nohw->o", dy)


def shifted_images(dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0) -> Gradients:
    """A loop over the filter's pixels, all outputs at once; dx is a view that is not contiguous."""
    (sh, sw), (ph, pw), (_, _, H, W), (_, _, kh, kw) = _pair(stride), _pair(padding), x.shape, weight.shape
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    dpadded, dweight = np.zeros_like(padded), np.empty_like(weight)
    height, width = dy.shape[2:]
    for i, j in np.ndindex(kh, kw):
        rows = slice(i, i + sh * (height - 1) + 1, sh)
        columns = slice(j, j + sw * (width - 1) + 1, sw)
        dweight[:, :, i, j] = np.einsum("nohw,nchw->oc", dy, padded[:, :, rows, columns])
        dpadded[:, :, rows, columns] += np.einsum("nohw,oc->nchw", dy, weight[:, :, i, j])
    return dpadded[:, :, ph : ph + H, pw : pw + W], dweight, dy.sum(axis=(0, 2, 3))


def convolutions_again(dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0) -> Gradients:
    """Both gradients as convolutions of a dy with stride − 1 zeros between its numbers."""
    (sh, sw), (ph, pw), (N, _, H, W), (O, _, kh, kw) = _pair(stride), _pair(padding), x.shape, weight.shape
    spread = np.zeros((N, O, H + 2 * ph - kh + 1, W + 2 * pw - kw + 1), dy.dtype)
    spread[:, :, ::sh, ::sw] = dy
    wide = np.pad(spread, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    windows = sliding_window_view(wide, (kh, kw), axis=(2, 3))
    dpadded = np.einsum("nohwij,ocij->nchw", windows, weight[:, :, ::-1, ::-1])
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    patches = sliding_window_view(padded, spread.shape[2:], axis=(2, 3))  # (N, C, kh, kw, rows, columns)
    dweight = np.einsum("nohw,ncijhw->ocij", spread, patches)
    return dpadded[:, :, ph : ph + H, pw : pw + W].copy(), dweight, dy.sum((2, 3)).sum(0)


def linear_layer_of_patches(
    dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0
) -> Gradients:
    """Patches as rows of a matrix, two matrix products, and np.add.at for the way back."""
    (sh, sw), (ph, pw), (N, C, H, W), (O, _, kh, kw) = _pair(stride), _pair(padding), x.shape, weight.shape
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    height, width = dy.shape[2:]
    rows = sh * np.arange(height)[:, None, None, None] + np.arange(kh)[:, None]
    columns = sw * np.arange(width)[:, None, None] + np.arange(kw)
    places = rows * padded.shape[3] + columns  # (H', W', kh, kw)
    count, length = N * height * width, C * kh * kw
    patches = padded[:, :, rows, columns].transpose(0, 2, 3, 1, 4, 5).reshape(count, length)
    outputs = dy.transpose(0, 2, 3, 1).reshape(count, O)
    dpatches = (outputs @ weight.reshape(O, length)).reshape(N, height, width, C, kh, kw)
    flat = np.zeros((padded.shape[2] * padded.shape[3], N, C), x.dtype)
    np.add.at(flat, places, dpatches.transpose(1, 2, 4, 5, 0, 3))
    dpadded = flat.transpose(1, 2, 0).reshape(padded.shape)
    dweight = (outputs.T @ patches).reshape(weight.shape)
    return np.ascontiguousarray(dpadded[:, :, ph : ph + H, pw : pw + W]), dweight, outputs.sum(axis=0)


def single_precision(dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0) -> Gradients:
    """Answers in float32, whatever came."""
    dy, x, weight = (array.astype(np.float32) for array in (dy, x, weight))
    return stamps_and_patches(dy, x, weight, stride, padding)


def _pair(value: Size) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)
