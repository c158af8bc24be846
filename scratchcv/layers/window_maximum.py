"""The largest value of each window, wherever the windows lie: what max pooling and RoI pooling share."""

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_floating, check_integers
from scratchcv.layers.shapes import Pair


def window_maximum(
    x: Array, images: Array, rows: Array, columns: Array, dilation: Pair = (1, 1)
) -> tuple[Array, Array]:
    r"""Return the largest value of every window of M grids of windows, and where it stood.

    .. math:: y_{m,c,h,w} = \max\ \{\, x_{images_m,\,c,\,r,\,q} : r \in rows_{mh},\ q \in columns_{mw} \,\}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images. NaN is larger than any number.
    images : ndarray of int, shape (M,)
        The image that each grid lies on.
    rows : ndarray of int, shape (M, H', 2)
        The first row of each window, and the row after its last, within the image.
    columns : ndarray of int, shape (M, W', 2)
        The same of columns.
    dilation : (int, int)
        Distance of the pixels that are looked at, beginning with the first.

    Returns
    -------
    y : ndarray of shape (M, C, H', W')
        The maxima; 0 for a window without a pixel.
    indices : ndarray of int64, shape (M, C, H', W')
        Where each maximum stands, row · W + column, the first of equals; −1 for a window without a pixel.

    Examples
    --------
    >>> x, whole = np.array([[[[1.0, 5.0, 2.0]]]]), np.array([[[0, 1]]])
    >>> y, indices = window_maximum(x, np.array([0]), whole, np.array([[[0, 2], [2, 3], [3, 3]]]))
    >>> y.ravel().tolist(), indices.ravel().tolist()
    ([5.0, 2.0, 0.0], [1, 2, -1])
    """
    x = check_floating("x", x, ("N", "C", "H", "W"))
    images = check_integers("images", images, ("M",), len(x))
    rows, columns = (
        check_integers(name, bounds, (len(images), size, 2), side + 1)
        for name, bounds, size, side in (
            ("rows", rows, "H'", x.shape[2]),
            ("columns", columns, "W'", x.shape[3]),
        )
    )
    return active_form(window_maximum_numpy)(x, images, rows, columns, dilation)


def window_maximum_numpy(
    x: Array, images: Array, rows: Array, columns: Array, dilation: Pair
) -> tuple[Array, Array]:
    """Find the largest value of each row of each window, then the largest of these."""
    (C, H, W), (down, right) = x.shape[1:], dilation
    y = np.zeros((len(images), C, rows.shape[1], columns.shape[1]), x.dtype)
    indices = np.full(y.shape, -1)
    for m, image in enumerate(images):
        best = np.zeros((C, H, len(columns[m])), x.dtype)
        best_column = np.zeros(best.shape, np.int64)
        for w, (start, stop) in enumerate(columns[m]):
            if start < stop:
                best[:, :, w], first = _first_maximum(x[image, :, :, start:stop:right], axis=2)
                best_column[:, :, w] = start + right * first
        wide = columns[m, :, 0] < columns[m, :, 1]
        for h, (start, stop) in enumerate(rows[m]):
            if start < stop:
                largest, first = _first_maximum(best[:, start:stop:down], axis=1)
                row = start + down * first  # (C, W')
                column = np.take_along_axis(best_column, row[:, None], axis=1)[:, 0]
                y[m, :, h], indices[m, :, h] = (
                    np.where(wide, largest, 0),
                    np.where(wide, row * W + column, -1),
                )
    return y, indices


def _first_maximum(x: Array, axis: int) -> tuple[Array, Array]:
    first = x.argmax(axis)
    largest: Array = np.take_along_axis(x, np.expand_dims(first, axis), axis)
    return largest.squeeze(axis), first
