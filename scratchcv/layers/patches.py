"""Patches of images, and which of them a group of filters sees: what convolution and its gradients share."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from scratchcv.backend import active_form
from scratchcv.checks import Array
from scratchcv.layers.shapes import Pair


def gather_patches(x: Array, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Array:
    r"""Return every patch that a window sees on its way over the images.

    .. math:: P_{n,h,w,c,i,j} = x_{n,\,c,\,sh+di-p,\,sw+dj-p}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images; zero outside their borders.
    kernel_size, stride, padding, dilation : (int, int)
        As in `conv2d`.

    Returns
    -------
    ndarray of shape (N, H', W', C, kh, kw)
        A view of the padded images: a pixel that lies in nine patches is there nine times, but stored once.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> patches = gather_patches(x, (2, 2), (1, 1), (0, 0), (1, 1))
    >>> patches.shape, patches[0, 0, 1, 0].tolist()
    ((1, 2, 2, 1, 2, 2), [[1.0, 2.0], [4.0, 5.0]])
    """
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    span = dh * (kernel_size[0] - 1) + 1, dw * (kernel_size[1] - 1) + 1
    windows = sliding_window_view(padded, span, axis=(2, 3))[:, :, ::sh, ::sw, ::dh, ::dw]
    return windows.transpose(0, 2, 3, 1, 4, 5)


def add_patches(patches: Array, image_size: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Array:
    r"""Add every patch to an image, where `gather_patches` would read it; overlaps add up.

    .. math:: x_{n,\,c,\,sh+di-p,\,sw+dj-p} \mathrel{+}= P_{n,h,w,c,i,j}

    This is the transpose of `gather_patches`, and so its gradient. What falls on the border is dropped.

    Parameters
    ----------
    patches : ndarray of shape (N, H', W', C, kh, kw)
        What to add.
    image_size : (int, int)
        H and W.
    stride, padding, dilation : (int, int)
        As in `conv2d`.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        The sums.

    Examples
    --------
    >>> add_patches(np.ones((1, 2, 2, 1, 2, 2)), (3, 3), (1, 1), (0, 0), (1, 1))[0, 0].tolist()
    [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]
    """
    N, height, width, C, kh, kw = patches.shape
    (H, W), (sh, sw), (ph, pw), (dh, dw) = image_size, stride, padding, dilation
    padded = np.zeros((N, H + 2 * ph, W + 2 * pw, C), patches.dtype)  # in the patches' order
    for i, j in np.ndindex(kh, kw):
        rows = slice(dh * i, dh * i + sh * height, sh)
        columns = slice(dw * j, dw * j + sw * width, sw)
        padded[:, rows, columns] += patches[..., i, j]
    return np.ascontiguousarray(padded[:, ph : ph + H, pw : pw + W].transpose(0, 3, 1, 2))


def as_matrix(array: Array, axes: int) -> Array:
    """Return a matrix whose rows run over the first so many axes, and whose columns over the others.

    Examples
    --------
    >>> as_matrix(np.zeros((2, 3, 4, 5)), 2).shape
    (6, 20)
    """
    return array.reshape(math.prod(array.shape[:axes]), math.prod(array.shape[axes:]))


def groups_of(channels: int, filters: int, groups: int) -> Iterator[tuple[slice, slice]]:
    """Yield which channels each group of filters sees, and which filters they are.

    Examples
    --------
    >>> list(groups_of(4, 2, 2))
    [(slice(0, 2, None), slice(0, 1, None)), (slice(2, 4, None), slice(1, 2, None))]
    """
    C, O = channels // groups, filters // groups
    for group in range(groups):
        yield slice(group * C, (group + 1) * C), slice(group * O, (group + 1) * O)


def form_for(
    numpy_form: Callable[..., Array], image_size: Sequence[int], kernel_size: Sequence[int], padding: Pair
) -> Callable[..., Any]:
    """Return the form that shall run: the active one, or the formula where it is a single matrix product.

    A kernel of the image's own size has one position. There convolution is a linear layer of the flattened
    image, which has one form: so a converted network gives the same bits in either backend.

    Examples
    --------
    >>> form_for(abs, (5, 5), (5, 5), (0, 0)) is abs
    True
    """
    one_window = tuple(image_size) == tuple(kernel_size) and padding == (0, 0)
    return numpy_form if one_window else active_form(numpy_form)
