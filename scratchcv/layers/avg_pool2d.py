"""Average pooling: the mean of each window, and its gradient, shared among the window's pixels."""

import numpy as np

from scratchcv.checks import Array, check_floating
from scratchcv.layers.layer import Layer
from scratchcv.layers.shapes import Pair, is_whole, pair, pooling_windows
from scratchcv.layers.window_mean import window_mean, window_mean_backward


def avg_pool2d(
    x: Array,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    r"""Return the mean of every window.

    .. math:: y_{n,c,h,w} = \frac{1}{D_{hw}} \sum_{i<k,\,j<k} x_{n,\,c,\,sh+i-p,\,sw+j-p}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images; zero outside their borders.
    kernel_size : int or (int, int)
        k, in pixels.
    stride : int or (int, int), optional
        s; the kernel's size when left out.
    padding : int or (int, int)
        p, at most half the kernel.
    ceil_mode : bool
        Keep a last window that hangs over the far border, too.
    count_include_pad : bool
        Whether D counts the padding's zeros; what `ceil_mode` adds beyond it never counts.
    divisor_override : int, optional
        D itself, instead of a number of pixels.

    Returns
    -------
    ndarray of shape (N, C, H', W')
        The means, sized as by `window_output_size`.

    Raises
    ------
    ValueError
        When no window fits, or `divisor_override` is 0 or no whole number.

    References
    ----------
    torch.nn.functional.avg_pool2d; LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to
    document recognition", 1998, section II.B (sub-sampling).

    Examples
    --------
    >>> avg_pool2d(np.arange(4.0).reshape(1, 1, 2, 2), 2).tolist()
    [[[[1.5]]]]
    >>> avg_pool2d(np.full((1, 1, 1, 1), 9.0), 3, padding=1).item()  # eight of nine pixels are padding
    1.0
    """
    x = check_floating("x", x, ("N", "C", "H", "W"))
    size = x.shape[2], x.shape[3]
    return window_mean(
        x, *_windows(size, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    )


def avg_pool2d_backward(
    dy: Array,
    image_size: Pair,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    r"""Return the gradient of the input: every pixel of a window gets the same share of its dy.

    .. math:: dx_{n,c,q,r} = \sum_{(h,w)\text{ over }(q,r)} \frac{dy_{n,c,h,w}}{D_{hw}}

    Parameters
    ----------
    dy : ndarray of shape (N, C, H', W')
        Gradient of the means.
    image_size : (int, int)
        (H, W) of the input.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        What `avg_pool2d` was called with.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Examples
    --------
    >>> avg_pool2d_backward(np.full((1, 1, 1, 1), 8.0), (2, 2), 2).tolist()
    [[[[2.0, 2.0], [2.0, 2.0]]]]
    """
    size = pair("image_size", image_size, least=1)
    return window_mean_backward(
        dy,
        size,
        *_windows(size, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override),
    )


def _windows(
    image_size: Pair,
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: int | Pair,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> tuple[Array, Array, Array]:
    """Return rows and columns of the windows inside the image, and by what to divide their sums."""
    windows = pooling_windows(image_size, kernel_size, stride, padding, 1, ceil_mode)
    inside, lengths = [], []
    for bounds, side, border in zip(windows, image_size, pair("padding", padding, least=0), strict=True):
        clipped = np.clip(bounds, 0, side)
        counted = np.minimum(bounds, side + border) if count_include_pad else clipped
        inside.append(clipped)
        lengths.append(counted[:, 1] - counted[:, 0])
    divisor = np.outer(*lengths)
    if divisor_override is not None:
        if not is_whole(divisor_override, -np.inf) or divisor_override == 0:
            raise ValueError(f"divisor_override must be a whole number other than 0, got {divisor_override}")
        divisor = np.full_like(divisor, divisor_override)
    return inside[0], inside[1], divisor


class AvgPool2d(Layer):
    """Average pooling; see `avg_pool2d`.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As in `avg_pool2d`.

    Examples
    --------
    >>> AvgPool2d(2)(np.arange(4.0).reshape(1, 1, 2, 2)).item()
    1.5
    """

    def __init__(
        self,
        kernel_size: int | Pair,
        stride: int | Pair | None = None,
        padding: int | Pair = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, x: Array) -> tuple[Array, tuple[Pair]]:
        """Return the means; the cache is the image's size."""
        return avg_pool2d(x, *self._settings()), ((x.shape[2], x.shape[3]),)

    def backward(self, dy: Array, cache: tuple[Pair]) -> Array:
        """Return dx: dy shared among the pixels of its window."""
        (image_size,) = cache
        return avg_pool2d_backward(dy, image_size, *self._settings())

    def _settings(self) -> tuple[int | Pair, int | Pair | None, int | Pair, bool, bool, int | None]:
        return (
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )
