"""Sizes of windows that slide over images: kernel, stride, padding."""

from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array

Pair = tuple[int, int]
"""A size or step as (vertical, horizontal), in pixels."""


def is_whole(value: object, least: float) -> bool:
    """Say whether a setting is a whole number of at least `least`; 2.0 is one, True is none.

    Examples
    --------
    >>> is_whole(2, 1), is_whole(2.0, 1), is_whole(2.5, 1), is_whole(True, 1), is_whole("2", 1)
    (True, True, False, False, False)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return False
    return bool(least <= value < np.inf and value > -np.inf) and int(value) == value


def check_whole(name: str, value: int, least: int) -> int:
    """Return a whole number as an int, or say what came instead.

    Examples
    --------
    >>> check_whole("in_features", "3", least=0)
    Traceback (most recent call last):
    ValueError: in_features must be a whole number of at least 0, got '3'
    """
    if not is_whole(value, least):
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def axis_index(name: str, axis: int, axes: int) -> int:
    """Return which of some axes is meant, counted from the first; negative ones count from the end.

    Examples
    --------
    >>> axis_index("dim", -1, 4)
    3
    >>> axis_index("dim", 4, 4)
    Traceback (most recent call last):
    ValueError: dim must be one of 4 axes, -4 to 3, got 4
    """
    if not is_whole(axis, -axes) or axis >= axes:
        raise ValueError(f"{name} must be one of {axes} axes, {-axes} to {axes - 1}, got {axis}")
    return int(axis) % axes


def pair(name: str, value: int | Sequence[int], least: int) -> Pair:
    """Return (vertical, horizontal) of a setting that may be given as one number for both.

    Parameters
    ----------
    name : str
        The setting's name, for the message.
    value : int or (int, int)
        What was given.
    least : int
        The smallest number allowed.

    Raises
    ------
    ValueError
        For anything but one or two whole numbers of at least `least`.

    Examples
    --------
    >>> pair("stride", 2, least=1), pair("padding", (0, 1), least=0)
    ((2, 2), (0, 1))
    """
    both = tuple(value) if isinstance(value, Sequence) else (value, value)
    if len(both) != 2 or not all(is_whole(number, least) for number in both):
        raise ValueError(f"{name} must be one or two whole numbers of at least {least}, got {value}")
    return int(both[0]), int(both[1])


def window_output_size(
    image_size: int | Sequence[int],
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int],
    padding: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> Pair:
    r"""Return how many windows fit along each side of an image.

    .. math:: H' = \left\lfloor \frac{H + 2p - d(k - 1) - 1}{s} \right\rfloor + 1

    Parameters
    ----------
    image_size, kernel_size, stride, padding, dilation : int or (int, int)
        H, k, s, p and d, vertical and horizontal, in pixels; a window of k pixels that lie d apart spans
        d (k - 1) + 1.
    ceil_mode : bool
        Round up instead: the last window may hang over the far border, as long as it starts inside the
        image or the border before it.

    Returns
    -------
    (int, int)
        H' and W', at least 1.

    Raises
    ------
    ValueError
        When the window is larger than the padded image, an image has no pixel, or a number is none of these.

    References
    ----------
    Lecture S2, lines 225-226: a 14-pixel image, a 5-pixel window, stride 1. torch.nn.MaxPool2d for ceil_mode.

    Examples
    --------
    >>> window_output_size(14, 5, stride=1, padding=0)
    (10, 10)
    >>> window_output_size((6, 7), 3, stride=2, padding=0, ceil_mode=True)
    (3, 3)
    """
    images, kernels = pair("image_size", image_size, least=0), pair("kernel_size", kernel_size, least=1)
    steps, borders = pair("stride", stride, least=1), pair("padding", padding, least=0)
    spreads = pair("dilation", dilation, least=1)
    sizes = []
    for image, kernel, step, border, spread in zip(images, kernels, steps, borders, spreads, strict=True):
        span = spread * (kernel - 1) + 1
        room = image + 2 * border - span + (step - 1 if ceil_mode else 0)
        if image < 1 or room < 0:
            raise ValueError(f"a window of {span} does not fit an image side of {image} padded by {border}")
        size = room // step + 1
        if ceil_mode and (size - 1) * step >= image + border:
            size -= 1
        sizes.append(size)
    return sizes[0], sizes[1]


def pooling_windows(
    image_size: Sequence[int],
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Array]:
    """Return where each window of a pooling layer starts and stops.

    Parameters
    ----------
    image_size : (int, int)
        H and W, in pixels.
    kernel_size, stride, padding, dilation, ceil_mode
        As a pooling layer takes them.

    Returns
    -------
    rows : ndarray of int64, shape (H', 2)
        First row of each window, and the row after its last; not clipped to the image.
    columns : ndarray of int64, shape (W', 2)
        The same of columns.

    Raises
    ------
    ValueError
        When a setting is no such number, no window fits, or the padding exceeds half the kernel, so that
        windows might lie outside altogether.

    Examples
    --------
    >>> rows, columns = pooling_windows((4, 6), (2, 3), None, (1, 0))
    >>> rows.tolist(), columns.tolist()
    ([[-1, 1], [1, 3], [3, 5]], [[0, 3], [3, 6]])
    """
    kernel = pair("kernel_size", kernel_size, least=1)
    steps = kernel if stride is None else pair("stride", stride, least=1)
    borders = pair("padding", padding, least=0)
    spread = pair("dilation", dilation, least=1)
    spans = tuple(d * (k - 1) + 1 for d, k in zip(spread, kernel, strict=True))
    if any(2 * border > k for border, k in zip(borders, kernel, strict=True)):
        raise ValueError(f"padding must be at most half the kernel {kernel}, got {borders}")
    sizes = window_output_size(image_size, kernel, steps, borders, spread, ceil_mode)
    rows, columns = (
        np.arange(size)[:, None] * step - border + np.array([0, span])
        for size, step, border, span in zip(sizes, steps, borders, spans, strict=True)
    )
    return rows, columns
