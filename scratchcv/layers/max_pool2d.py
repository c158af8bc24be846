"""Max pooling: the largest value of each window, and the gradient to where it stood."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_array, check_floating
from scratchcv.layers.layer import Layer
from scratchcv.layers.shapes import Pair, pair, window_output_size


def max_pool2d(
    x: Array, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0
) -> tuple[Array, Array]:
    r"""Return the largest value of every window, and where it stood.

    .. math:: y_{n,c,h,w} = \max_{i<k,\,j<k} x_{n,\,c,\,sh+i-p,\,sw+j-p}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images; what lies outside never wins. NaN always does.
    kernel_size : int or (int, int)
        k, in pixels.
    stride : int or (int, int), optional
        s; the kernel's size when left out.
    padding : int or (int, int)
        p, at most half the kernel, so that no window lies outside altogether.

    Returns
    -------
    y : ndarray of shape (N, C, H', W')
        The maxima, with ``H' = (H + 2 padding - k) // stride + 1``.
    indices : ndarray of int64, shape (N, C, H', W')
        Position of each maximum in its flattened image, row · W + column; the first of equals.

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
    kernel = pair("kernel_size", kernel_size, least=1)
    step = kernel if stride is None else pair("stride", stride, least=1)
    border = pair("padding", padding, least=0)
    if any(2 * p > k for p, k in zip(border, kernel, strict=True)):
        raise ValueError(f"padding must be at most half the kernel {kernel}, got {border}")
    window_output_size(x.shape[2:], kernel, step, border)
    return active_form(max_pool2d_numpy)(x, kernel, step, border)


def max_pool2d_numpy(x: Array, kernel_size: Pair, stride: Pair, padding: Pair) -> tuple[Array, Array]:
    """Look at every window as one row of values and take the largest."""
    (kh, kw), (sh, sw), (ph, pw) = kernel_size, stride, padding
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=-np.inf)
    windows = sliding_window_view(padded, kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
    rows = windows.reshape(*windows.shape[:4], kh * kw)  # (N, C, H', W', kh·kw)
    best = rows.argmax(axis=-1) if rows.size else np.zeros(rows.shape[:4], np.int64)
    y = np.take_along_axis(rows, best[..., None], axis=-1)[..., 0]
    h, w = np.indices(best.shape[2:])
    row, column = h * sh - ph + best // kw, w * sw - pw + best % kw
    # Where all of a window is -inf the border comes first; the pixel next to it stands for it.
    return y, np.maximum(row, 0) * x.shape[3] + np.maximum(column, 0)


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
    indices = np.ascontiguousarray(check_array("indices", indices, ("N", "C", "H'", "W'")))
    dy = check_floating("dy", dy, indices.shape)
    H, W = pair("image_size", image_size, least=1)
    if indices.dtype.kind not in "iu":
        raise TypeError(f"indices must be integers, got {indices.dtype}")
    if indices.size and not 0 <= indices.min() <= indices.max() < H * W:
        raise ValueError(f"indices must lie in 0…{H * W - 1}, got {indices.min()} to {indices.max()}")
    return active_form(max_pool2d_backward_numpy)(dy, indices, (H, W))


def max_pool2d_backward_numpy(dy: Array, indices: Array, image_size: Pair) -> Array:
    """Add every dy at its maximum's place."""
    N, C, height, width = dy.shape
    H, W = image_size
    dx = np.zeros((N * C, H * W), dy.dtype)
    plane, place = np.arange(N * C)[:, None], indices.reshape(N * C, height * width)
    np.add.at(dx, (plane, place), dy.reshape(N * C, height * width))  # windows may share a maximum
    return dx.reshape(N, C, H, W)


class MaxPool2d(Layer):
    """Max pooling; see `max_pool2d`.

    Parameters
    ----------
    kernel_size, stride, padding
        As in `max_pool2d`.

    Examples
    --------
    >>> MaxPool2d(2)(np.arange(4.0).reshape(1, 1, 2, 2)).item()
    3.0
    """

    def __init__(
        self, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0
    ) -> None:
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding

    def forward(self, x: Array) -> tuple[Array, tuple[Array, Pair]]:
        """Return the maxima; the cache is where they stood and the image's size."""
        y, indices = max_pool2d(x, self.kernel_size, self.stride, self.padding)
        return y, (indices, (x.shape[2], x.shape[3]))

    def backward(self, dy: Array, cache: tuple[Array, Pair]) -> Array:
        """Return dx: dy at the maxima, zero elsewhere."""
        indices, image_size = cache
        return max_pool2d_backward(dy, indices, image_size)
