"""The mean of each window, wherever the windows lie: what the average pooling layers share."""

from collections.abc import Sequence

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_floating, check_integers


def window_mean(x: Array, rows: Array, columns: Array, divisor: Array) -> Array:
    r"""Return the sum of every window over its divisor.

    .. math:: y_{n,c,h,w} = \frac{1}{divisor_{hw}} \sum_{r \in rows_h} \sum_{q \in columns_w} x_{n,c,r,q}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images.
    rows : ndarray of int, shape (H', 2)
        The first row of each window, and the row after its last, within the image.
    columns : ndarray of int, shape (W', 2)
        The same of columns.
    divisor : ndarray of shape (H', W')
        What to divide by: the number of pixels, for a mean.

    Returns
    -------
    ndarray of shape (N, C, H', W')

    Examples
    --------
    >>> x, whole = np.array([[[[1.0, 5.0, 2.0]]]]), np.array([[0, 1]])
    >>> window_mean(x, whole, np.array([[0, 2], [1, 3]]), np.array([[2, 2]])).tolist()
    [[[[3.0, 3.5]]]]
    """
    x = check_floating("x", x, ("N", "C", "H", "W"))
    return active_form(window_mean_numpy)(x, *_windows(rows, columns, divisor, x.shape[2:], x.dtype))


def window_mean_numpy(x: Array, rows: Array, columns: Array, divisor: Array) -> Array:
    """Sum the rows of each window, then the columns of these sums."""
    N, C, _, W = x.shape
    by_row = np.empty((N, C, len(rows), W), x.dtype)
    for h, (start, stop) in enumerate(rows):
        by_row[:, :, h] = x[:, :, start:stop].sum(axis=2)
    y = np.empty((N, C, len(rows), len(columns)), x.dtype)
    for w, (start, stop) in enumerate(columns):
        y[:, :, :, w] = by_row[:, :, :, start:stop].sum(axis=3)
    return y / divisor


def window_mean_backward(
    dy: Array, image_size: tuple[int, int], rows: Array, columns: Array, divisor: Array
) -> Array:
    r"""Return the gradient of the images: each pixel gets its share of every window that it lies in.

    .. math:: dx_{n,c,r,q} = \sum_{h:\, r \in rows_h}\ \sum_{w:\, q \in columns_w}
        \frac{dy_{n,c,h,w}}{divisor_{hw}}

    Parameters
    ----------
    dy : ndarray of shape (N, C, H', W')
        Gradient of the means.
    image_size : (int, int)
        H and W.
    rows, columns, divisor
        As `window_mean` took them.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Examples
    --------
    >>> whole, two = np.array([[0, 1]]), np.array([[0, 2], [1, 3]])
    >>> window_mean_backward(np.array([[[[6.0, 8.0]]]]), (1, 3), whole, two, np.array([[2, 2]])).tolist()
    [[[[3.0, 7.0, 4.0]]]]
    """
    dy = check_floating("dy", dy, ("N", "C", len(rows), len(columns)))
    windows = _windows(rows, columns, divisor, image_size, dy.dtype)
    return active_form(window_mean_backward_numpy)(dy, image_size, *windows)


def window_mean_backward_numpy(
    dy: Array, image_size: tuple[int, int], rows: Array, columns: Array, divisor: Array
) -> Array:
    """Spread every share over the columns of its window, then over the rows."""
    (N, C), (H, W) = dy.shape[:2], image_size
    share = dy / divisor
    by_row = np.zeros((N, C, len(rows), W), dy.dtype)
    for w, (start, stop) in enumerate(columns):
        by_row[:, :, :, start:stop] += share[:, :, :, w : w + 1]
    dx = np.zeros((N, C, H, W), dy.dtype)
    for h, (start, stop) in enumerate(rows):
        dx[:, :, start:stop] += by_row[:, :, h : h + 1]
    return dx


def _windows(
    rows: Array, columns: Array, divisor: Array, image_size: Sequence[int], dtype: np.dtype
) -> tuple[Array, Array, Array]:
    """Check that windows lie within the image, and cast the divisor to its dtype."""
    rows, columns = (
        check_integers(name, bounds, (size, 2), side + 1)
        for name, bounds, size, side in zip(
            ("rows", "columns"), (rows, columns), ("H'", "W'"), image_size, strict=True
        )
    )
    return rows, columns, check_floating("divisor", divisor, (len(rows), len(columns)), dtype)
