"""What convolution, its transpose and their gradients ask of their arguments."""

from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array, check_array, check_floating
from scratchcv.layers.shapes import Pair, check_whole, pair

Window = tuple[Pair, Pair, Pair]
"""Stride, padding and dilation, each (vertical, horizontal), in pixels."""


def check_convolution(
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: int | Pair,
    padding: int | Pair,
    dilation: int | Pair,
    groups: int,
    transposed: bool = False,
) -> tuple[Array, Array, Array, Window, int]:
    """Return the arguments of a convolution as its forms take them, or say which is wrong.

    Parameters
    ----------
    x, weight, bias, stride, padding, dilation, groups
        As in `conv2d`, or as in `conv_transpose2d`.
    transposed : bool
        Whether the weight's first axis runs over x's channels, as in a transposed convolution.

    Returns
    -------
    x, weight, bias : ndarray
        Contiguous, of x's dtype; without a bias, zeros.
    window : ((int, int), (int, int), (int, int))
        Stride, padding and dilation.
    groups : int
        As given.

    Raises
    ------
    ValueError
        When a setting is no such number, or the shapes do not fit.

    Examples
    --------
    >>> check_convolution(np.zeros((1, 3, 4, 4)), np.zeros((2, 1, 3, 3)), None, 1, 0, 1, 1)
    Traceback (most recent call last):
    ValueError: x must have shape (N, 1, H, W), got (1, 3, 4, 4)
    """
    window = check_window(stride, padding, dilation)
    weight, groups = check_filters(weight, groups, ("C", "O") if transposed else ("O", "C"))
    first, second = len(weight), groups * weight.shape[1]
    C, O = (first, second) if transposed else (second, first)
    x = check_floating("x", x, ("N", C, "H", "W"))
    weight = check_floating("weight", weight, weight.shape, x.dtype)
    bias = check_floating("bias", np.zeros(O) if bias is None else bias, (O,), x.dtype)
    return x, weight, bias, window, groups


def check_window(
    stride: int | Sequence[int], padding: int | Sequence[int], dilation: int | Sequence[int]
) -> Window:
    """Return (vertical, horizontal) of the three, or say which is wrong.

    Examples
    --------
    >>> check_window(2, 0, (1, 3))
    ((2, 2), (0, 0), (1, 3))
    """
    return pair("stride", stride, least=1), pair("padding", padding, least=0), pair("dilation", dilation, 1)


def check_filters(weight: Array, groups: int, letters: tuple[str, str] = ("O", "C")) -> tuple[Array, int]:
    """Return filters of shape (O, C / groups, kh, kw) and the groups, or say what is wrong with them.

    A transposed convolution calls its channels the other way round: `letters` are ("C", "O").

    Examples
    --------
    >>> check_filters(np.zeros((3, 1, 5, 5)), groups=2)
    Traceback (most recent call last):
    ValueError: groups must divide weight's O, 3, got 2
    """
    groups = check_whole("groups", groups, least=1)
    first, second = letters
    weight = check_array("weight", weight, (first, second + " / groups" * (groups > 1), "kh", "kw"))
    if 0 in weight.shape[2:]:
        raise ValueError(f"weight must have at least one pixel a filter, got shape {weight.shape}")
    return weight, check_groups(groups, f"weight's {first}", len(weight))


def check_groups(groups: int, what: str, channels: int) -> int:
    """Return the number of groups, if it divides a number of channels.

    Examples
    --------
    >>> check_groups(2, "in_channels", 4)
    2
    """
    groups, channels = check_whole("groups", groups, least=1), check_whole(what, channels, least=0)
    if channels % groups:
        raise ValueError(f"groups must divide {what}, {channels}, got {groups}")
    return groups
