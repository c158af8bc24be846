"""Wrong max poolings; dilation and ceil_mode, which are not graded, are left out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Both = tuple[Array, Array]
Size = int | tuple[int, int]


def stride_of_one(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """You move by one pixel where no stride is given.

    The default is the kernel's size: windows lie side by side.
    """
    return _pool(x, kernel_size, 1 if stride is None else stride, padding)


def stride_always_the_kernel(
    x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0
) -> Both:
    """Your windows always lie side by side. Where a stride is given, move by that."""
    return _pool(x, kernel_size, None, padding)


def zeros_outside_win(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """You pad with zeros, and they win over negative numbers. What lies outside never wins: pad with −∞."""
    y, indices = _pool(x, kernel_size, stride, padding)
    (ph, pw), (kh, kw), (H, W) = _pair(padding), _pair(kernel_size), x.shape[2:]
    (sh, sw), (height, width) = _pair(kernel_size if stride is None else stride), y.shape[2:]
    top, left = sh * np.arange(height)[:, None] - ph, sw * np.arange(width) - pw
    outside = (top < 0) | (top + kh > H) | (left < 0) | (left + kw > W)
    return np.where(outside, np.maximum(y, 0), y), indices


def search_begins_at_zero(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """Your search begins at 0, so that negative numbers never win.

    Begin at −∞, or at a pixel of the window.
    """
    y, indices = _pool(x, kernel_size, stride, padding)
    return np.maximum(y, 0), np.where(y > 0, indices, 0)


def index_in_window(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """Your indices count within the window. They count within the image: row · W + column."""
    y, (row, column), top, left = _found(x, kernel_size, stride, padding)
    return y, (row - top) * _pair(kernel_size)[1] + column - left


def index_in_padded_image(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """Your indices count in the padded image. Take the padding off row and column before you number them."""
    y, (row, column), _, _ = _found(x, kernel_size, stride, padding)
    ph, pw = _pair(padding)
    return y, (row + ph) * (x.shape[3] + 2 * pw) + column + pw


def index_down_the_columns(
    x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0
) -> Both:
    """You number the pixels down the columns. NumPy flattens an image row by row: row · W + column."""
    y, (row, column), _, _ = _found(x, kernel_size, stride, padding)
    return y, column * x.shape[2] + row


def index_with_height(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """You multiply the row by the image's height. A row is W pixels long: row · W + column."""
    y, (row, column), _, _ = _found(x, kernel_size, stride, padding)
    return y, row * x.shape[2] + column


def index_over_all_channels(
    x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0
) -> Both:
    """Your indices run on through all channels and images. Each channel of each image counts from 0."""
    y, indices = _pool(x, kernel_size, stride, padding)
    return y, indices + np.arange(y.shape[0] * y.shape[1]).reshape(*y.shape[:2], 1, 1) * x.shape[2] * x.shape[
        3
    ]


def index_from_one(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """Your indices are one too large: the first pixel has number 0."""
    y, indices = _pool(x, kernel_size, stride, padding)
    return y, indices + 1


def smallest(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """You take the smallest number of each window, not the largest."""
    y, indices = _pool(-x, kernel_size, stride, padding)
    return -y, indices


def largest_size(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """You compare absolute values: −5 is not larger than 3."""
    _, indices = _pool(abs(x), kernel_size, stride, padding)
    planes = x.reshape(x.shape[0], x.shape[1], x.shape[2] * x.shape[3])
    flat = indices.reshape(*indices.shape[:2], indices.shape[2] * indices.shape[3])
    return np.take_along_axis(planes, flat, axis=2).reshape(indices.shape), indices


def rounded_up(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """Your last window hangs over the border.

    A window that does not fit is left out: the size rounds down.
    """
    (kh, kw), (ph, pw) = _pair(kernel_size), _pair(padding)
    sh, sw = _pair(kernel_size if stride is None else stride)
    rest = -(x.shape[2] + 2 * ph - kh) % sh, -(x.shape[3] + 2 * pw - kw) % sw
    return _pool(x, kernel_size, stride, padding, rest)


def last_window_missing(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """Your output lacks its last row and column.

    A window of k pixels that can move by H − k pixels has H − k + 1 places to stand.
    """
    y, indices = _pool(x, kernel_size, stride, padding)
    return y[:, :, :-1, :-1], indices[:, :, :-1, :-1]


def padding_at_the_end(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """Your first window begins inside the image.

    Padding lies on all four sides: it begins at pixel −padding.
    """
    (ph, pw), (_, _, H, W) = _pair(padding), x.shape
    y, indices = _pool(x, kernel_size, stride, 0, (2 * ph, 2 * pw))
    row, column = np.divmod(indices, W)
    return y, np.clip(row, 0, H - 1) * W + column


def pairs_swapped(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """A pair is (vertical, horizontal), for kernel, stride and padding alike."""
    steps = kernel_size if stride is None else stride
    return _pool(x, _pair(kernel_size)[::-1], _pair(steps)[::-1], _pair(padding)[::-1])


def indices_first(x: Array, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> Both:
    """You return the indices first: the maxima come first, then where they stood."""
    return _pool(x, kernel_size, stride, padding)[::-1]


def _pair(value: Size) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _found(
    x: Array, kernel_size: Size, stride: Size | None, padding: Size, more: tuple[int, int] = (0, 0)
) -> tuple[Array, tuple[Array, Array], Array, Array]:
    """Return the maxima, their rows and columns, and the first row and column of every window."""
    (kh, kw), (ph, pw) = _pair(kernel_size), _pair(padding)
    sh, sw = _pair(kernel_size if stride is None else stride)
    padded = np.pad(
        x, ((0, 0), (0, 0), (ph, ph + more[0]), (pw, pw + more[1])), constant_values=x.dtype.type(-np.inf)
    )
    height, width = (padded.shape[2] - kh) // sh + 1, (padded.shape[3] - kw) // sw + 1
    top, left = sh * np.arange(height)[:, None, None, None], sw * np.arange(width)[:, None, None]
    windows = padded[:, :, top + np.arange(kh)[:, None], left + np.arange(kw)]
    flat = windows.reshape(*windows.shape[:4], kh * kw)
    best = flat.argmax(axis=4)
    y = np.take_along_axis(flat, best[..., None], axis=4)[..., 0]
    top, left = top[:, :, 0, 0] - ph, left[:, 0, 0] - pw
    return y, (top + best // kw, left + best % kw), top, left


def _pool(
    x: Array, kernel_size: Size, stride: Size | None, padding: Size, more: tuple[int, int] = (0, 0)
) -> Both:
    y, (row, column), _, _ = _found(x, kernel_size, stride, padding, more)
    return y, row * x.shape[3] + column
