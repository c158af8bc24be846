"""What transposed convolution asks of its arguments, and how large its output is."""

from scratchcv.checks import Array
from scratchcv.layers.conv2d_checks import Window, check_convolution
from scratchcv.layers.shapes import Pair, pair


def check_conv_transpose2d(
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: int | Pair,
    padding: int | Pair,
    output_padding: int | Pair,
    groups: int,
    dilation: int | Pair,
) -> tuple[Array, Array, Array, Window, int, Pair]:
    """Return x, weight, bias, window and groups as `check_convolution` does, and the output's size.

    Parameters
    ----------
    x, weight, bias, stride, padding, output_padding, groups, dilation
        As in `conv_transpose2d`.

    Raises
    ------
    ValueError
        When a setting is no such number, the shapes do not fit, or nothing is left of the output.

    Examples
    --------
    >>> import numpy as np
    >>> x, weight = np.zeros((1, 2, 2, 2)), np.zeros((2, 1, 3, 3))
    >>> *_, size = check_conv_transpose2d(x, weight, None, 2, 1, 1, 1, 1)
    >>> size
    (4, 4)
    """
    settings = stride, padding, dilation, groups
    x, weight, bias, window, groups = check_convolution(x, weight, bias, *settings, transposed=True)
    more = pair("output_padding", output_padding, least=0)
    size = conv_transpose2d_output_size(x.shape[2:], weight.shape[2:], *window, more)
    return x, weight, bias, window, groups, size


def conv_transpose2d_output_size(
    image_size: Pair, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair, output_padding: Pair
) -> Pair:
    r"""Return the size of a transposed convolution's output.

    .. math:: H' = (H - 1) s - 2p + d (k - 1) + \text{output\_padding} + 1

    A convolution with a stride maps several sizes to one; output_padding says which of them is meant.

    Parameters
    ----------
    image_size, kernel_size, stride, padding, dilation, output_padding : (int, int)
        Vertical and horizontal, in pixels.

    Raises
    ------
    ValueError
        When output_padding is not smaller than stride or dilation, or nothing is left of the output.

    Examples
    --------
    >>> conv_transpose2d_output_size((2, 2), (3, 3), (2, 2), (1, 1), (1, 1), (1, 1))
    (4, 4)
    """
    check_output_padding(output_padding, stride, dilation)
    sides = zip(image_size, kernel_size, stride, padding, dilation, output_padding, strict=True)
    height, width = ((H - 1) * s - 2 * p + d * (k - 1) + more + 1 for H, k, s, p, d, more in sides)
    if min(height, width, *image_size) < 1:
        raise ValueError(f"an image of {image_size} gives an output of {(height, width)}, which has no pixel")
    return height, width


def check_output_padding(output_padding: Pair, stride: Pair, dilation: Pair) -> None:
    """Fail unless output_padding is smaller than the stride or the dilation, along each side.

    Examples
    --------
    >>> check_output_padding((2, 0), (2, 2), (1, 1))
    Traceback (most recent call last):
    ValueError: output_padding must be smaller than stride (2, 2) or dilation (1, 1), got (2, 0)
    """
    if any(more >= max(both) for more, *both in zip(output_padding, stride, dilation, strict=True)):
        wanted = f"smaller than stride {stride} or dilation {dilation}"
        raise ValueError(f"output_padding must be {wanted}, got {output_padding}")
