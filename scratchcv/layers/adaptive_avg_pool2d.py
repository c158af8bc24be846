"""Adaptive average pooling: a fixed number of means, whatever the image's size."""

from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array, check_floating
from scratchcv.layers.layer import Layer
from scratchcv.layers.shapes import Pair, pair
from scratchcv.layers.window_mean import window_mean, window_mean_backward

OutputSize = int | Sequence[int | None] | None
"""Numbers of windows, vertical and horizontal; None stands for the image's own number of pixels."""


def adaptive_avg_pool2d(x: Array, output_size: OutputSize) -> Array:
    r"""Return the means of as many windows as asked for, which cover the image.

    .. math:: y_{n,c,h,w} = \operatorname{mean} \left\{ x_{n,c,q,r} :
        \lfloor hH/H' \rfloor \le q < \lceil (h+1)H/H' \rceil,\
        \lfloor wW/W' \rfloor \le r < \lceil (w+1)W/W' \rceil \right\}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images.
    output_size : int, (int or None, int or None) or None
        H' and W'; None keeps the image's side. 1 is global average pooling.

    Returns
    -------
    ndarray of shape (N, C, H', W')
        Where H' does not divide H, neighbouring windows share a row.

    Raises
    ------
    ValueError
        When an image has no pixel, or a size is less than 1.

    References
    ----------
    torch.nn.functional.adaptive_avg_pool2d; global average pooling: Lin, Chen, Yan, "Network in network",
    2014, section 3.2.

    Examples
    --------
    >>> adaptive_avg_pool2d(np.arange(6.0).reshape(1, 1, 2, 3), (1, 2)).tolist()
    [[[[2.0, 3.0]]]]
    """
    x = check_floating("x", x, ("N", "C", "H", "W"))
    return window_mean(x, *_windows((x.shape[2], x.shape[3]), output_size))


def adaptive_avg_pool2d_backward(dy: Array, image_size: Pair) -> Array:
    r"""Return the gradient of the input: dy, shared among the pixels of its window.

    .. math:: dx_{n,c,q,r} = \sum_{(h,w)\text{ over }(q,r)} \frac{dy_{n,c,h,w}}{\text{its number of pixels}}

    Parameters
    ----------
    dy : ndarray of shape (N, C, H', W')
        Gradient of the means.
    image_size : (int, int)
        (H, W) of the input.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Examples
    --------
    >>> adaptive_avg_pool2d_backward(np.array([[[[2.0, 4.0]]]]), (1, 3)).tolist()
    [[[[1.0, 3.0, 2.0]]]]
    """
    dy = check_floating("dy", dy, ("N", "C", "H'", "W'"))
    size = pair("image_size", image_size, least=1)
    return window_mean_backward(dy, size, *_windows(size, dy.shape[2:]))


def _windows(image_size: Pair, output_size: OutputSize) -> tuple[Array, Array, Array]:
    """Return rows and columns of the windows, and their numbers of pixels."""
    if min(image_size) < 1:
        raise ValueError(f"images must have at least one pixel, got {image_size}")
    wanted = output_size if isinstance(output_size, Sequence) else (output_size, output_size)
    if len(wanted) != 2:
        raise ValueError(f"output_size must be one or two numbers, got {output_size}")
    chosen = [side if size is None else size for side, size in zip(image_size, wanted, strict=True)]
    sizes = pair("output_size", chosen, least=1)
    rows, columns = (
        np.stack([h * side // size, -(-(h + 1) * side // size)], axis=1)
        for side, size in zip(image_size, sizes, strict=True)
        for h in [np.arange(size)]
    )
    return rows, columns, np.outer(np.diff(rows), np.diff(columns))


class AdaptiveAvgPool2d(Layer):
    """Adaptive average pooling; see `adaptive_avg_pool2d`.

    Parameters
    ----------
    output_size
        As in `adaptive_avg_pool2d`.

    Examples
    --------
    >>> AdaptiveAvgPool2d(1)(np.arange(6.0).reshape(1, 1, 2, 3)).item()
    2.5
    """

    def __init__(self, output_size: OutputSize) -> None:
        self.output_size = output_size

    def forward(self, x: Array) -> tuple[Array, tuple[Pair]]:
        """Return the means; the cache is the image's size."""
        return adaptive_avg_pool2d(x, self.output_size), ((x.shape[2], x.shape[3]),)

    def backward(self, dy: Array, cache: tuple[Pair]) -> Array:
        """Return dx: dy shared among the pixels of its window."""
        (image_size,) = cache
        return adaptive_avg_pool2d_backward(dy, image_size)
