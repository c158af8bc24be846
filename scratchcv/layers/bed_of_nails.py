"""Bed of nails: upsampling that puts every pixel into a corner of zeros."""

import numpy as np

from scratchcv.checks import Array, check_floating
from scratchcv.layers.layer import Layer
from scratchcv.layers.shapes import Pair, pair


def bed_of_nails(x: Array, stride: int | Pair = 2) -> Array:
    r"""Spread the pixels apart, with zeros between.

    .. math:: y_{n,\,c,\,s h,\,s w} = x_{nchw}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images.
    stride : int or (int, int)
        s: each pixel becomes the upper left one of s by s.

    Returns
    -------
    ndarray of shape (N, C, s H, s W)

    References
    ----------
    Lecture S0, lines 618-632; S2, lines 778-792.

    Examples
    --------
    >>> bed_of_nails(np.array([[[[1.0, 2.0]]]])).tolist()
    [[[[1.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]]
    """
    x = check_floating("x", x, ("N", "C", "H", "W"))
    N, C, H, W = x.shape
    down, right = pair("stride", stride, least=1)
    y = np.zeros((N, C, down * H, right * W), x.dtype)
    y[:, :, ::down, ::right] = x
    return y


def bed_of_nails_backward(dy: Array, stride: int | Pair = 2) -> Array:
    r"""Return the gradient of the images: dy where the nails are.

    .. math:: dx_{nchw} = dy_{n,\,c,\,s h,\,s w}

    Parameters
    ----------
    dy : ndarray of shape (N, C, s H, s W)
        Gradient of the output.
    stride
        As in `bed_of_nails`.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Raises
    ------
    ValueError
        When the sides of dy are no multiples of the stride.

    Examples
    --------
    >>> bed_of_nails_backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]])).tolist()
    [[[[1.0]]]]
    """
    dy = check_floating("dy", dy, ("N", "C", "s H", "s W"))
    down, right = pair("stride", stride, least=1)
    if dy.shape[2] % down or dy.shape[3] % right:
        raise ValueError(f"dy must have sides that are multiples of {(down, right)}, got {dy.shape}")
    return dy[:, :, ::down, ::right].copy()


class BedOfNails(Layer):
    """Upsampling with zeros; see `bed_of_nails`.

    Parameters
    ----------
    stride
        As in `bed_of_nails`.

    Examples
    --------
    >>> BedOfNails()(np.ones((1, 1, 1, 1))).tolist()
    [[[[1.0, 0.0], [0.0, 0.0]]]]
    """

    def __init__(self, stride: int | Pair = 2) -> None:
        self.stride = stride

    def forward(self, x: Array) -> tuple[Array, tuple[()]]:
        """Return the spread pixels; nothing is kept."""
        return bed_of_nails(x, self.stride), ()

    def backward(self, dy: Array, cache: tuple[()]) -> Array:
        """Return dy where the nails are."""
        return bed_of_nails_backward(dy, self.stride)
