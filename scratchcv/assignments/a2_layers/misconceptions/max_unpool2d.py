"""Wrong max unpoolings."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Size = int | tuple[int, ...]
Given = Size | None


def added_up(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """A maximum that had won two windows stands twice as large in your output.

    Here values are put, not added; adding is the backward pass of pooling.
    """
    return _scatter(x, indices, _size(x, kernel_size, stride, padding, output_size), add=True)


def corner_of_the_window(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """You put each value into the upper left corner of its window, a bed of nails.

    The indices say where the maximum had stood.
    """
    row, column = _corners(x, kernel_size, stride, padding)
    H, W = _size(x, kernel_size, stride, padding, output_size)
    corners = np.clip(row, 0, H - 1)[:, None] * W + np.clip(column, 0, W - 1)
    return _scatter(x, np.broadcast_to(corners, x.shape), (H, W))


def window_filled(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """You fill the whole window with its value, as nearest-neighbour upsampling does.

    One pixel gets it, the others stay zero.
    """
    (kh, kw), (row, column) = _pair(kernel_size), _corners(x, kernel_size, stride, padding)
    H, W = _size(x, kernel_size, stride, padding, output_size)
    y = np.zeros((*x.shape[:2], H, W), x.dtype)
    for h, w in np.ndindex(*x.shape[2:]):
        rows, columns = slice(max(row[h], 0), row[h] + kh), slice(max(column[w], 0), column[w] + kw)
        y[:, :, rows, columns] = x[:, :, h : h + 1, w : w + 1]
    return y


def rows_as_long_as_columns(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """You find row and column by dividing by the height. A row is W pixels long: divmod(index, W)."""
    H, W = _size(x, kernel_size, stride, padding, output_size)
    return _scatter(x, indices // H % H * W + indices % H % W, (H, W))


def down_the_columns(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """You exchange row and column: index // W is the row, index % W the column."""
    H, W = _size(x, kernel_size, stride, padding, output_size)
    return _scatter(x, indices % W % H * W + indices // W % W, (H, W))


def rows_of_the_small_image(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """You divide the indices by the width of x. They count in the output, whose rows are longer."""
    (H, W), width = _size(x, kernel_size, stride, padding, output_size), x.shape[3]
    return _scatter(x, indices // width % H * W + indices % width, (H, W))


def all_on_the_first_plane(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """All your values land in the first channel of the first image.

    Indices count within one channel of one image.
    """
    size = _size(x, kernel_size, stride, padding, output_size)
    y = np.zeros((*x.shape[:2], *size), x.dtype)
    for value, place in zip(x.ravel(), indices.ravel(), strict=True):
        y.reshape(y.size)[place] = value
    return y


def indices_of_the_first_channel(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """You use the first channel's indices for all channels. Each channel has maxima of its own."""
    shared = np.broadcast_to(indices[:, :1], indices.shape)
    return _scatter(x, shared, _size(x, kernel_size, stride, padding, output_size))


def counted_from_one(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """Your values land one pixel too early: indices count from 0."""
    H, W = _size(x, kernel_size, stride, padding, output_size)
    return _scatter(x, (indices - 1) % (H * W), (H, W))


def output_size_ignored(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """You never look at output_size.

    Pooling rounds down, so that several sizes lead to one; where it is given, it decides, and the rows
    are that long.
    """
    return _scatter(x, indices, _size(x, kernel_size, stride, padding, None))


def first_two_of_four(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """Where output_size has four numbers they are (N, C, H, W).

    The last two are the image's, not the first.
    """
    size = output_size[:2] if isinstance(output_size, tuple) else output_size
    return _scatter(x, indices, _size(x, kernel_size, stride, padding, size))


def stride_times_size(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """Your output is stride times as large as x.

    The last window is as long as the kernel: (H' − 1) · stride − 2 · padding + kernel.
    """
    (sh, sw), (ph, pw) = _pair(kernel_size if stride is None else stride), _pair(padding)
    default = x.shape[2] * sh - 2 * ph, x.shape[3] * sw - 2 * pw
    return _scatter(x, indices, _size(x, 1, 1, 0, default if output_size is None else output_size))


def padding_not_taken_off(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """Your output has the padding's rows and columns.

    The indices count in the image without it: take 2 · padding off its size.
    """
    return _scatter(x, indices, _size(x, kernel_size, stride, 0, output_size))


def sides_swapped(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """You exchange the sides of the output.

    Height comes first, from the first number of each pair and the third axis of x.
    """
    return _scatter(x, indices, _size(x, kernel_size, stride, padding, output_size)[::-1])


def _pair(value: Size) -> tuple[int, int]:
    return (value[-2], value[-1]) if isinstance(value, tuple) else (value, value)


def _corners(x: Array, kernel_size: Size, stride: Given, padding: Size) -> tuple[Array, Array]:
    (sh, sw), (ph, pw) = _pair(kernel_size if stride is None else stride), _pair(padding)
    return sh * np.arange(x.shape[2]) - ph, sw * np.arange(x.shape[3]) - pw


def _size(x: Array, kernel_size: Size, stride: Given, padding: Size, output_size: Given) -> tuple[int, int]:
    if output_size is not None:
        return _pair(output_size)
    (kh, kw), (ph, pw) = _pair(kernel_size), _pair(padding)
    sh, sw = _pair(kernel_size if stride is None else stride)
    return (x.shape[2] - 1) * sh - 2 * ph + kh, (x.shape[3] - 1) * sw - 2 * pw + kw


def _scatter(x: Array, indices: Array, size: tuple[int, int], add: bool = False) -> Array:
    """Put the values there, or add them; what lies outside is carried over to the beginning."""
    y = np.zeros((*x.shape[:2], *size), x.dtype)
    for n, c, h, w in np.ndindex(*x.shape):
        row, column = divmod(int(indices[n, c, h, w]) % (size[0] * size[1]), size[1])
        y[n, c, row, column] = x[n, c, h, w] + (y[n, c, row, column] if add else 0)
    return y
