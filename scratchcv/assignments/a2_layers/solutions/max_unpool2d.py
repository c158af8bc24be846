"""Right max unpoolings."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Size = int | tuple[int, ...]
Given = Size | None


def loops(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """A loop over the values; of those that meet the first one stays."""
    y = np.zeros((*x.shape[:2], *_size(x, kernel_size, stride, padding, output_size)), x.dtype)
    for n, c, h, w in reversed(list(np.ndindex(*x.shape))):
        row, column = divmod(int(indices[n, c, h, w]), y.shape[3])
        y[n, c, row, column] = x[n, c, h, w]
    return y


def put_along_the_planes(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """np.put_along_axis on flattened images."""
    (N, C, height, width), (H, W) = x.shape, _size(x, kernel_size, stride, padding, output_size)
    y = np.zeros((N, C, H * W), x.dtype)
    flat = N, C, height * width
    np.put_along_axis(y, indices.reshape(flat), x.reshape(flat), axis=2)
    return y.reshape(N, C, H, W)


def one_long_row(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """All planes in one row, indices moved on by the planes before."""
    (N, C), (H, W) = x.shape[:2], _size(x, kernel_size, stride, padding, output_size)
    y = np.zeros(N * C * H * W, x.dtype)
    y[(indices + np.arange(N * C).reshape(N, C, 1, 1) * (H * W)).ravel()] = x.ravel()
    return y.reshape(N, C, H, W)


def axes_by_name(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """One assignment with an index for each axis, into Fortran's order."""
    N, C, H, W = *x.shape[:2], *_size(x, kernel_size, stride, padding, output_size)
    y = np.zeros((N, C, H, W), x.dtype, order="F")
    n, c = np.arange(N).reshape(N, 1, 1, 1), np.arange(C).reshape(C, 1, 1)
    y[n, c, indices // W, indices % W] = x
    return y


def asked_by_each_pixel(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """Each pixel of the output asks which value belongs to it."""
    (N, C), (H, W) = x.shape[:2], _size(x, kernel_size, stride, padding, output_size)
    y = np.zeros((N, C, H * W))
    for n, c, q in np.ndindex(*y.shape):
        mine = x[n, c][indices[n, c] == q]
        y[n, c, q] = mine[0] if mine.size else 0
    return y.reshape(N, C, H, W)


def single_precision(
    x: Array,
    indices: Array,
    kernel_size: Size,
    stride: Given = None,
    padding: Size = 0,
    output_size: Given = None,
) -> Array:
    """Answers in float32, whatever came."""
    return loops(x.astype(np.float32), indices, kernel_size, stride, padding, output_size)


def _pair(value: Size) -> tuple[int, int]:
    return (value[-2], value[-1]) if isinstance(value, tuple) else (value, value)


def _size(x: Array, kernel_size: Size, stride: Given, padding: Size, output_size: Given) -> tuple[int, int]:
    if output_size is not None:
        return _pair(output_size)
    (kh, kw), (ph, pw) = _pair(kernel_size), _pair(padding)
    sh, sw = _pair(kernel_size if stride is None else stride)
    return (x.shape[2] - 1) * sh - 2 * ph + kh, (x.shape[3] - 1) * sw - 2 * pw + kw
