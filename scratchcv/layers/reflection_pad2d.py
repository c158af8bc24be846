"""Reflection padding: the image goes on beyond its border as in a mirror."""

from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array, check_array
from scratchcv.layers.layer import Layer
from scratchcv.layers.resample import resample, resample_backward
from scratchcv.layers.shapes import Pair, is_whole, pair
from scratchcv.layers.taps import Taps, single_taps

Padding = int | tuple[int, int, int, int]
"""One number for all sides, or (left, right, top, bottom), in pixels."""


def reflection_pad2d(x: Array, padding: Padding) -> Array:
    r"""Continue the images beyond their borders, mirrored at the border pixels' centres.

    .. math:: y_{n,c,h,w} = x_{n,\,c,\,\rho(h - top),\,\rho(w - left)} \qquad
        \rho(i) = (W - 1) - \bigl| (W - 1) - |i| \bigr|

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images.
    padding : int or (left, right, top, bottom)
        In pixels, each less than the side it mirrors.

    Returns
    -------
    ndarray of shape (N, C, top + H + bottom, left + W + right)

    Raises
    ------
    ValueError
        When the padding is no such number, or as wide as the image.

    References
    ----------
    torch.nn.ReflectionPad2d; ``numpy.pad(mode="reflect")``; Ronneberger, Fischer, Brox, "U-Net", 2015,
    section 2, which extrapolates the missing context of border tiles by mirroring.

    Examples
    --------
    >>> reflection_pad2d(np.array([[[[1.0, 2.0, 3.0]]]]), (2, 1, 0, 0)).tolist()
    [[[[3.0, 2.0, 1.0, 2.0, 3.0, 2.0]]]]
    """
    x = check_array("x", x, ("N", "C", "H", "W"))
    return resample(x, *_mirrors(x.shape[2:], padding))


def reflection_pad2d_backward(dy: Array, image_size: Pair, padding: Padding) -> Array:
    r"""Return the gradient of the images: every pixel gets its own dy and those of its mirror images.

    .. math:: dx_{n,c,q,r} = \sum_{h:\, \rho(h - top) = q}\ \sum_{w:\, \rho(w - left) = r} dy_{n,c,h,w}

    Parameters
    ----------
    dy : ndarray of shape (N, C, top + H + bottom, left + W + right)
        Gradient of the output.
    image_size : (int, int)
        (H, W) of the input.
    padding
        As in `reflection_pad2d`.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Examples
    --------
    >>> reflection_pad2d_backward(np.ones((1, 1, 1, 6)), (1, 3), (2, 1, 0, 0)).tolist()
    [[[[1.0, 3.0, 2.0]]]]
    """
    dy = check_array("dy", dy, ("N", "C", "H'", "W'"))
    H, W = pair("image_size", image_size, least=1)
    return resample_backward(dy, *_mirrors((H, W), padding), (*dy.shape[:2], H, W))


def _mirrors(image_size: Sequence[int], padding: Padding) -> tuple[Taps, Taps]:
    """Return the tables of rows and of columns: which pixel is seen."""
    sides = tuple(padding) if isinstance(padding, Sequence) else (padding,) * 4
    if len(sides) != 4 or not all(is_whole(side, 0) for side in sides):
        raise ValueError(f"padding must be one or four whole numbers of at least 0, got {padding}")
    H, W = image_size
    rows, columns = (_mirror(*axis, padding) for axis in ((H, *sides[2:]), (W, *sides[:2])))
    return rows, columns


def _mirror(side: int, before: int, after: int, padding: Padding) -> Taps:
    if max(before, after) >= side:
        raise ValueError(f"padding must be less than the image's side {side}, got {padding}")
    last = side - 1
    return single_taps(last - abs(last - abs(np.arange(-before, side + after))))


class ReflectionPad2d(Layer):
    """Reflection padding; see `reflection_pad2d`.

    Parameters
    ----------
    padding : int or (left, right, top, bottom)
        In pixels.

    Examples
    --------
    >>> ReflectionPad2d(1)(np.array([[[[1.0, 2], [3, 4]]]]))[0, 0].tolist()
    [[4.0, 3.0, 4.0, 3.0], [2.0, 1.0, 2.0, 1.0], [4.0, 3.0, 4.0, 3.0], [2.0, 1.0, 2.0, 1.0]]
    """

    def __init__(self, padding: Padding) -> None:
        self.padding = padding

    def forward(self, x: Array) -> tuple[Array, tuple[Pair]]:
        """Return the padded images; the cache is the size that they had."""
        return reflection_pad2d(x, self.padding), ((x.shape[2], x.shape[3]),)

    def backward(self, dy: Array, cache: tuple[Pair]) -> Array:
        """Return dx."""
        (image_size,) = cache
        return reflection_pad2d_backward(dy, image_size, self.padding)
