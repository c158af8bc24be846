"""Separable resampling: every output pixel is a weighted sum of a few rows and a few columns.

Nearest, bilinear and bicubic upsampling, RoIAlign, mask pasting, cropping and reflection padding are one
operation, y = R x Cᵀ with sparse matrices R for rows and C for columns. They differ in where outputs lie in
the image, in the weight of a pixel by its distance, and in what is beyond the border. Two pixels doubled
bilinearly, for instance, are

    ⎛ 1    0  ⎞ ⎛a⎞     ⎛      a      ⎞
    ⎜ 3/4  1/4⎟ ⎝b⎠  =  ⎜3/4 a + 1/4 b⎟
    ⎜ 1/4  3/4⎟         ⎜1/4 a + 3/4 b⎟
    ⎝ 0    1  ⎠         ⎝      b      ⎠

Most of such a matrix is zero, so only its taps are kept, the few pixels of each output and their weights:
`taps.py` makes them, with `single_taps` for copies, `linear_taps` for bilinear and `cubic_taps` for bicubic
interpolation.
"""

from collections.abc import Sequence

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_floating, check_integers
from scratchcv.layers.taps import Taps, check_taps


def resample(x: Array, rows: Taps, columns: Taps, images: Array | None = None) -> Array:
    r"""Return weighted sums of pixels, rows and columns apart.

    .. math:: y_{kc} = R_k\, x_{n_k c}\, C_k^T

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images.
    rows, columns : Taps
        R and C, one for all or one for each region.
    images : ndarray of int, shape (K,), optional
        n, the image of each region; by default each image is one region.

    Returns
    -------
    ndarray of shape (K, C, H', W')

    Notes
    -----
    Where every output is a copy of one pixel, as in nearest-neighbour upsampling, nothing is multiplied.
    Elsewhere a pixel that is not finite spoils its neighbours' outputs too, 0 · ∞ being NaN; in the NumPy
    form, which multiplies by all zeros of R and C, those of its whole row and column.

    Examples
    --------
    >>> from scratchcv.layers.taps import linear_taps
    >>> halves = linear_taps(np.array([[0.5]]), 2)
    >>> resample(np.arange(4.0).reshape(1, 1, 2, 2), halves, halves).item()
    1.5
    """
    x = check_floating("x", x, ("N", "C", "H", "W"))
    rows, columns, images = _ready(rows, columns, images, x.shape, x.dtype)
    if rows.are_copies() and columns.are_copies():
        return active_form(copy_pixels_numpy)(x, rows.first[0], columns.first[0], images)
    return active_form(resample_numpy)(x, rows, columns, images)


def resample_numpy(x: Array, rows: Taps, columns: Taps, images: Array) -> Array:
    """Multiply with both matrices, region by region."""
    (C, H, W), outputs = x.shape[1:], (rows.first.shape[1], columns.first.shape[1])
    y = np.empty((len(images), C, *outputs), x.dtype)
    for k, n in enumerate(images):
        y[k] = _matrix(rows, k, H) @ x[n] @ _matrix(columns, k, W).T
    return y


def copy_pixels_numpy(x: Array, rows: Array, columns: Array, images: Array) -> Array:
    """Take whole rows, then columns, where R and C have a single 1 in each row."""
    y: Array = x[images][:, :, rows][:, :, :, columns]
    return np.ascontiguousarray(y)


def resample_backward(
    dy: Array, rows: Taps, columns: Taps, x_shape: Sequence[int], images: Array | None = None
) -> Array:
    r"""Return the gradient of the images: every dy goes back to the pixels that it came from.

    .. math:: dx_{nc} = \sum_{k:\, n_k = n} R_k^T\, dy_{kc}\, C_k

    Parameters
    ----------
    dy : ndarray of shape (K, C, H', W')
        Gradient of the output.
    rows, columns, images
        What `resample` was called with.
    x_shape : (int, int, int, int)
        (N, C, H, W).

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Examples
    --------
    >>> from scratchcv.layers.taps import linear_taps
    >>> halves = linear_taps(np.array([[0.5]]), 2)
    >>> resample_backward(np.ones((1, 1, 1, 1)), halves, halves, (1, 1, 2, 2)).tolist()
    [[[[0.25, 0.25], [0.25, 0.25]]]]
    """
    N, C, H, W = x_shape
    K = N if images is None else len(images)
    dy = check_floating("dy", dy, (K, C, rows.first.shape[1], columns.first.shape[1]))
    rows, columns, images = _ready(rows, columns, images, x_shape, dy.dtype)
    return active_form(resample_backward_numpy)(dy, rows, columns, (N, C, H, W), images)


def resample_backward_numpy(
    dy: Array, rows: Taps, columns: Taps, x_shape: tuple[int, int, int, int], images: Array
) -> Array:
    """Multiply with both transposed matrices, region by region, and add up each image's."""
    dx = np.zeros(x_shape, dy.dtype)
    for k, n in enumerate(images):
        dx[n] += _matrix(rows, k, x_shape[2]).T @ dy[k] @ _matrix(columns, k, x_shape[3])
    return dx


def _matrix(taps: Taps, k: int, size: int) -> Array:
    """Return region k's matrix (outputs, size)."""
    first, length, weights = (table[k % len(table)] for table in taps)
    matrix = np.zeros((len(first), size), weights.dtype)
    output, i = np.nonzero(np.arange(weights.shape[1]) < length[:, None])
    matrix[output, first[output] + i] = weights[output, i]
    return matrix


def _ready(
    rows: Taps, columns: Taps, images: Array | None, x_shape: Sequence[int], dtype: np.dtype
) -> tuple[Taps, Taps, Array]:
    """Cast weights to the images' dtype, and check that every region has its image and its tables."""
    N, _, H, W = x_shape
    images = np.arange(N) if images is None else check_integers("images", images, ("K",), N)
    for name, taps in ("rows", rows), ("columns", columns):
        if len(taps.first) not in (1, len(images)):
            raise ValueError(f"{name} must have one table, or {len(images)}, got {len(taps.first)}")
    return check_taps("rows", rows, H, dtype), check_taps("columns", columns, W, dtype), images
