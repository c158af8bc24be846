"""Values at given places of flattened images: gathering them, and its transpose, scattering them.

A plane is one channel of one image as a row of H · W pixels; a place in it is row · W + column, as max
pooling reports it. Scattering is the backward pass of max and RoI pooling, where what several windows send to
a pixel adds up, and it is max unpooling, where the last one stays. Gathering is the backward pass of
unpooling.
"""

from collections.abc import Sequence

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_array, check_floating, check_integers


def gather_planes(x: Array, indices: Array) -> Array:
    r"""Return the values of images at given places.

    .. math:: y_{n,c,i} = x_{n,c,q} \quad\text{with}\quad q = indices_{n,c,i}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images.
    indices : ndarray of int, shape (N, C, H', W')
        Places in 0 … H · W − 1.

    Returns
    -------
    ndarray of shape (N, C, H', W')

    Raises
    ------
    ValueError, TypeError
        When shapes differ, or `indices` are not places in such an image.

    Examples
    --------
    >>> gather_planes(np.arange(4.0).reshape(1, 1, 2, 2), np.array([[[[3, 0]]]])).tolist()
    [[[[3.0, 0.0]]]]
    """
    N, C, H, W = check_array("x", x, ("N", "C", "H", "W")).shape
    indices = check_integers("indices", indices, (N, C, "H'", "W'"), None, start=None)
    return active_form(gather_planes_numpy)(check_floating("x", x, (N, C, H, W)), indices)


def gather_planes_numpy(x: Array, indices: Array) -> Array:
    """Take along each plane."""
    N, C, H, W = x.shape
    check_integers("indices", indices, indices.shape, H * W)
    _, _, height, width = indices.shape
    y = np.take_along_axis(x.reshape(N, C, H * W), indices.reshape(N, C, height * width), axis=2)
    return y.reshape(indices.shape)


def scatter_planes(
    values: Array,
    indices: Array,
    shape: Sequence[int],
    images: Array | None = None,
    *,
    overwrite: bool = False,
) -> Array:
    r"""Return images of zeros with values at given places: their sum where several meet.

    .. math:: x_{n,c,q} = \sum_{m,i:\; images_m = n,\; indices_{m,c,i} = q} values_{m,c,i}

    Parameters
    ----------
    values : ndarray of shape (M, C, H', W')
        What to put there.
    indices : ndarray of int, shape (M, C, H', W')
        Places in 0 … H · W − 1.
    shape : (int, int, int, int)
        N, C, H, W of the result.
    images : ndarray of int64, shape (M,), optional
        The image of each block of values, in 0 … N − 1. A place of −1 is nowhere then: its value is dropped.
        Left out, M is N, and each block has its own image.
    overwrite : bool
        Of several values at one place keep the last, in the order of memory, instead of adding.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Raises
    ------
    ValueError, TypeError
        When shapes differ, or `indices` are not places in such an image.

    Examples
    --------
    >>> values, places = np.array([[[[1.0, 2.0, 4.0]]]]), np.array([[[[3, 0, 3]]]])
    >>> scatter_planes(values, places, (1, 1, 2, 2)).tolist()
    [[[[2.0, 0.0], [0.0, 5.0]]]]
    >>> scatter_planes(values, places, (1, 1, 2, 2), overwrite=True).tolist()
    [[[[2.0, 0.0], [0.0, 4.0]]]]
    """
    N, C, H, W = shape
    blocks = N if images is None else len(images)
    least = 0 if images is None else -1
    indices = check_integers("indices", indices, (blocks, C, "H'", "W'"), None, start=None)
    values = check_floating("values", values, indices.shape)
    images = np.arange(N) if images is None else check_integers("images", images, ("M",), N)
    return active_form(scatter_planes_numpy)(values, indices, (N, C, H, W), images, least, overwrite)


def scatter_planes_numpy(
    values: Array,
    indices: Array,
    shape: tuple[int, int, int, int],
    images: Array,
    least: int,
    overwrite: bool,
) -> Array:
    """Send each value to the number of its pixel, counted through all planes."""
    N, C, H, W = shape
    check_integers("indices", indices, indices.shape, H * W, start=least)
    plane = images[:, None, None, None] * C + np.arange(C)[:, None, None]
    somewhere = indices >= 0
    place, sent = (plane * (H * W) + indices)[somewhere], values[somewhere]
    x = np.zeros(N * C * H * W, values.dtype)
    if overwrite:  # NumPy leaves open which of several assignments to one place is the last
        last = np.full(x.size, -1)
        np.maximum.at(last, place, np.arange(place.size))
        x[last >= 0] = sent[last[last >= 0]]
    else:
        np.add.at(x, place, sent)
    return x.reshape(shape)
