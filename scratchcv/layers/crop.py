"""Centre cropping: U-Net's encoder maps, cut to the size of the decoder's."""

import numpy as np

from scratchcv.checks import Array, as_floating, check_array
from scratchcv.layers.layer import Layer
from scratchcv.layers.shapes import Pair, pair


def center_crop(x: Array, size: int | Pair) -> Array:
    r"""Return the middle of every image.

    .. math:: y_{n,c,h,w} = x_{n,\,c,\,t+h,\,l+w} \qquad t = (H - H') / 2 \quad l = (W - W') / 2

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images or feature maps.
    size : int or (int, int)
        H' and W', at most H and W.

    Returns
    -------
    ndarray of shape (N, C, H', W')
        A view of x.

    Raises
    ------
    ValueError
        When the crop is larger than the image.

    Notes
    -----
    Where an odd number of rows goes, t is the half rounded to its even neighbour, as in torchvision's
    center_crop: of 1 row none at the top, of 3 two, of 5 two. torchvision pads an image that is too small.

    References
    ----------
    Ronneberger, Fischer, Brox, "U-Net", 2015, figure 1; lecture S1, lines 1717-1792: of maps of 64, 136, 280
    and 568 pixels it cuts 4, 16, 40 and 88 from each side.

    Examples
    --------
    >>> center_crop(np.arange(16.0).reshape(1, 1, 4, 4), 2)[0, 0].tolist()
    [[5.0, 6.0], [9.0, 10.0]]
    """
    x = as_floating(check_array("x", x, ("N", "C", "H", "W")))
    rows, columns = _middle((x.shape[2], x.shape[3]), pair("size", size, least=0))
    return x[:, :, rows, columns]


def center_crop_backward(dy: Array, image_size: Pair) -> Array:
    r"""Return the gradient of the input: dy in the middle, zero around it.

    .. math:: dx_{n,\,c,\,t+h,\,l+w} = dy_{n,c,h,w}

    Parameters
    ----------
    dy : ndarray of shape (N, C, H', W')
        Gradient of the crop.
    image_size : (int, int)
        H and W of the input.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Examples
    --------
    >>> center_crop_backward(np.ones((1, 1, 1, 1)), (3, 3))[0, 0].tolist()
    [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    dy = as_floating(check_array("dy", dy, ("N", "C", "H'", "W'")))
    image_size = pair("image_size", image_size, least=0)
    rows, columns = _middle(image_size, (dy.shape[2], dy.shape[3]))
    dx = np.zeros((*dy.shape[:2], *image_size), dy.dtype)
    dx[:, :, rows, columns] = dy
    return dx


def _middle(image_size: Pair, size: Pair) -> tuple[slice, slice]:
    """Return the rows and columns of the crop."""
    (H, W), (height, width) = image_size, size
    if height > H or width > W:
        raise ValueError(f"size must be at most that of the image, {image_size}, got {size}")
    top, left = round((H - height) / 2), round((W - width) / 2)
    return slice(top, top + height), slice(left, left + width)


class Crop(Layer):
    """Cut the middle out of a feature map; see `center_crop`.

    Examples
    --------
    >>> encoded, decoded = np.zeros((1, 512, 64, 64)), np.zeros((1, 512, 56, 56))
    >>> y, cache = Crop().forward(encoded, decoded.shape[2:])
    >>> y.shape
    (1, 512, 56, 56)
    """

    def forward(self, x: Array, size: int | Pair) -> tuple[Array, tuple[int, int]]:
        """Return the middle of x, `size` pixels high and wide; the cache is the size of x."""
        return center_crop(x, size), (x.shape[2], x.shape[3])

    def backward(self, dy: Array, cache: tuple[int, int]) -> Array:
        """Return dx: dy in the middle, zero around it."""
        return center_crop_backward(dy, cache)
