"""Right max poolings; dilation and ceil_mode, which are not graded, are left out."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[Any]
Both = tuple[Array, Array]
Size = int | tuple[int, int]


def loops(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """Nested loops that skip what lies outside; of equals the last one is reported."""
    (kh, kw), (ph, pw), (N, C, H, W) = _pair(kernel_size), _pair(padding), x.shape
    sh, sw = (kh, kw) if stride is None else _pair(stride)
    y = np.zeros((N, C, (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1), x.dtype)
    indices = np.zeros(y.shape, int)
    for n, c, h, w in np.ndindex(*y.shape):
        best, place = -np.inf, -1
        for row in range(max(sh * h - ph, 0), min(sh * h - ph + kh, H)):
            for column in range(max(sw * w - pw, 0), min(sw * w - pw + kw, W)):
                if x[n, c, row, column] >= best:
                    best, place = x[n, c, row, column], row * W + column
        y[n, c, h, w], indices[n, c, h, w] = best, place
    return y, indices


def clipped_patches(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """A loop over positions; each patch is cut off at the border and searched by argmax."""
    (kh, kw), (ph, pw), (N, C, H, W) = _pair(kernel_size), _pair(padding), x.shape
    sh, sw = _pair(kernel_size if stride is None else stride)
    height, width = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    y, indices = np.empty((N, C, height, width), x.dtype), np.empty((N, C, height, width), np.int64)
    for h, w in np.ndindex(height, width):
        top, left = max(sh * h - ph, 0), max(sw * w - pw, 0)
        patch = x[:, :, top : sh * h - ph + kh, left : sw * w - pw + kw]
        flat = patch.reshape(N, C, patch.shape[2] * patch.shape[3])
        best = flat.argmax(axis=2)
        y[:, :, h, w] = flat.max(axis=2)
        row, column = np.divmod(best, patch.shape[3])
        indices[:, :, h, w] = (top + row) * W + left + column
    return y, indices


def all_windows(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """All windows of an image padded by −∞, and those of an image of numbers; int32 indices."""
    (kh, kw), (ph, pw), (_, _, H, W) = _pair(kernel_size), _pair(padding), x.shape
    sh, sw = _pair(kernel_size if stride is None else stride)
    borders = (ph, ph), (pw, pw)
    padded = np.pad(x, ((0, 0), (0, 0), *borders), constant_values=-np.inf)
    numbers = np.pad(np.arange(H * W).reshape(H, W), borders, constant_values=-1)
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
    places = sliding_window_view(numbers, (kh, kw))[::sh, ::sw]
    flat = windows.reshape(*windows.shape[:4], kh * kw)
    best = flat.argmax(axis=4)
    spread = np.broadcast_to(places.reshape(*places.shape[:2], kh * kw), flat.shape)
    indices = np.take_along_axis(spread, best[..., None], axis=4)[..., 0]
    return windows.max(axis=(4, 5)), indices.astype(np.int32)


def pixel_by_pixel(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """A loop over the window's pixels from the last to the first, comparing all windows at once."""
    (kh, kw), (ph, pw), (N, C, H, W) = _pair(kernel_size), _pair(padding), x.shape
    sh, sw = _pair(kernel_size if stride is None else stride)
    height, width = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    y, indices = np.full((N, C, height, width), -np.inf), np.full((N, C, height, width), -1)
    for i, j in reversed(list(np.ndindex(kh, kw))):
        row, column = sh * np.arange(height)[:, None] + i - ph, sw * np.arange(width) + j - pw
        inside = (row >= 0) & (row < H) & (column >= 0) & (column < W)
        value = np.where(inside, x[:, :, row.clip(0, H - 1), column.clip(0, W - 1)], -np.inf)
        indices = np.where(value > y, row * W + column, indices)
        y = np.maximum(y, value)
    return y, indices


def sorted_pixels(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """A list of candidates for each window, sorted; Python's own max."""
    (kh, kw), (ph, pw), (N, C, H, W) = _pair(kernel_size), _pair(padding), x.shape
    sh, sw = _pair(kernel_size if stride is None else stride)
    height, width = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    y, indices = [], []
    for n, c, h, w in np.ndindex(N, C, height, width):
        rows = range(max(sh * h - ph, 0), min(sh * h - ph + kh, H))
        columns = range(max(sw * w - pw, 0), min(sw * w - pw + kw, W))
        value, index = max((float(x[n, c, r, q]), r * W + q) for r in rows for q in columns)
        y.append(value)
        indices.append(index)
    shape = N, C, height, width
    return np.array(y).reshape(shape), np.array(indices, int).reshape(shape)


def single_precision(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """Maxima in float32, whatever came; both results in Fortran's order."""
    y, indices = clipped_patches(x.astype(np.float32), kernel_size, stride, padding)
    return np.asfortranarray(y), np.asfortranarray(indices)


def _pair(value: Size) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)
