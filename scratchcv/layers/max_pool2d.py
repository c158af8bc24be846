"""Max pooling: the largest value of each window, and the gradient to where it stood."""

from typing import Any

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_array, check_floating
from scratchcv.layers.layer import Layer
from scratchcv.layers.planes import scatter_planes
from scratchcv.layers.shapes import Pair, pair, pooling_windows


def max_pool2d(
    x: Array,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Array]:
    r"""Return the largest value of every window, and where it stood.

    .. math:: y_{n,c,h,w} = \max_{i<k,\,j<k} x_{n,\,c,\,sh+di-p,\,sw+dj-p}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images; what lies outside never wins. NaN always does.
    kernel_size : int or (int, int)
        k, in pixels.
    stride : int or (int, int), optional
        s; the kernel's size when left out.
    padding : int or (int, int)
        p, at most half the kernel.
    dilation : int or (int, int)
        d, the distance of a window's pixels.
    ceil_mode : bool
        Keep a last window that hangs over the far border, too.

    Returns
    -------
    y : ndarray of shape (N, C, H', W')
        The maxima, with ``H' = (H + 2 padding - dilation (k - 1) - 1) // stride + 1``, rounded up in
        `ceil_mode`; see `window_output_size`.
    indices : ndarray of int64, shape (N, C, H', W')
        Position of each maximum in its flattened image, row · W + column; the first of equals.

    Raises
    ------
    ValueError
        When no window fits, or one has no pixel of the image: in an image narrower than the dilation.

    Notes
    -----
    Of several NaN in a window the first is reported, PyTorch reports the last.

    References
    ----------
    torch.nn.functional.max_pool2d with return_indices=True; lecture S0, lines 691-712.

    Examples
    --------
    >>> x = np.array([[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8.0]])
    >>> y, indices = max_pool2d(x.reshape(1, 1, 4, 4), 2)
    >>> y[0, 0].tolist(), indices[0, 0].tolist()
    ([[5.0, 6.0], [7.0, 8.0]], [[5, 2], [12, 15]])
    """
    x = check_floating("x", x, ("N", "C", "H", "W"))
    image_size, spread = x.shape[2:], pair("dilation", dilation, least=1)
    windows = pooling_windows(image_size, kernel_size, stride, padding, spread, ceil_mode)
    for bounds, side, step in zip(windows, image_size, spread, strict=True):
        start = bounds[:, 0]
        first = np.where(start < 0, start % step, start)  # the first of its pixels inside the image
        if (first >= side).any():
            raise ValueError(f"a window has no pixel of an image side of {side}: its pixels lie {step} apart")
    kernel = pair("kernel_size", kernel_size, least=1)
    steps = kernel if stride is None else pair("stride", stride, least=1)
    output_size = len(windows[0]), len(windows[1])
    borders = pair("padding", padding, least=0)
    return active_form(max_pool2d_numpy)(x, kernel, steps, borders, spread, output_size)


def max_pool2d_numpy(
    x: Array, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair, output_size: Pair
) -> tuple[Array, Array]:
    """Compare the pixels of a window one after another, those of all windows at once."""
    (N, C, H, W), (height, width) = x.shape, output_size
    y, indices = np.zeros((N, C, height, width), x.dtype), np.full((N, C, height, width), -1)
    for i, j in np.ndindex(*kernel_size):
        row = np.arange(height) * stride[0] - padding[0] + i * dilation[0]
        column = np.arange(width) * stride[1] - padding[1] + j * dilation[1]
        h, w = np.flatnonzero((row >= 0) & (row < H))[:, None], np.flatnonzero((column >= 0) & (column < W))
        value, best, place = x[:, :, row[h], column[w]], y[:, :, h, w], indices[:, :, h, w]
        wins = (place < 0) | (value > best) | (np.isnan(value) & ~np.isnan(best))
        y[:, :, h, w] = np.where(wins, value, best)
        indices[:, :, h, w] = np.where(wins, row[h] * W + column[w], place)
    return y, indices


def max_pool2d_backward(dy: Array, indices: Array, image_size: Pair) -> Array:
    r"""Return the gradient of the input: each dy goes to the pixel that won its window.

    .. math:: dx_{n,c,q} = \sum_{h,w:\, indices_{n,c,h,w} = q} dy_{n,c,h,w}

    Parameters
    ----------
    dy : ndarray of shape (N, C, H', W')
        Gradient of the maxima.
    indices : ndarray of int64, shape (N, C, H', W')
        What `max_pool2d` returned.
    image_size : (int, int)
        (H, W) of the input.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        Zero where a pixel won no window; a sum where it won several.

    Raises
    ------
    ValueError, TypeError
        When shapes differ, or `indices` are not positions in such an image.

    Examples
    --------
    >>> dx = max_pool2d_backward(np.full((1, 1, 1, 1), 9.0), np.full((1, 1, 1, 1), 3), (2, 2))
    >>> dx[0, 0].tolist()
    [[0.0, 0.0], [0.0, 9.0]]
    """
    indices = check_array("indices", indices, ("N", "C", "H'", "W'"))
    dy = check_floating("dy", dy, indices.shape)
    return scatter_planes(dy, indices, (*indices.shape[:2], *pair("image_size", image_size, least=1)))


class MaxPool2d(Layer):
    """Max pooling; see `max_pool2d`.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, ceil_mode
        As in `max_pool2d`.
    return_indices : bool
        Whether the output is the pair of maxima and indices. The maxima alone have a gradient.

    Examples
    --------
    >>> MaxPool2d(2)(np.arange(4.0).reshape(1, 1, 2, 2)).item()
    3.0
    """

    def __init__(
        self,
        kernel_size: int | Pair,
        stride: int | Pair | None = None,
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, x: Array) -> tuple[Any, tuple[Array, Pair]]:
        """Return the maxima, or maxima and indices; the cache is the indices and the image's size."""
        y, indices = max_pool2d(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)
        return (y, indices) if self.return_indices else y, (indices, (x.shape[2], x.shape[3]))

    def backward(self, dy: Array, cache: tuple[Array, Pair]) -> Array:
        """Return dx for the gradient of the maxima: dy where they stood, zero elsewhere."""
        indices, image_size = cache
        return max_pool2d_backward(dy, indices, image_size)
