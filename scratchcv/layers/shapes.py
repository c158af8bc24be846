"""Sizes of windows that slide over images: kernel, stride, padding."""

from collections.abc import Sequence

Pair = tuple[int, int]
"""A size or step as (vertical, horizontal), in pixels."""


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
    if len(both) != 2 or any(int(number) != number or number < least for number in both):
        raise ValueError(f"{name} must be one or two whole numbers of at least {least}, got {value}")
    return int(both[0]), int(both[1])


def window_output_size(
    image_size: Sequence[int], kernel_size: Sequence[int], stride: Pair, padding: Pair
) -> Pair:
    r"""Return how many windows fit along each side of an image.

    .. math:: H' = \lfloor (H + 2p - k) / s \rfloor + 1

    Parameters
    ----------
    image_size, kernel_size, stride, padding : (int, int)
        Vertical and horizontal, in pixels.

    Raises
    ------
    ValueError
        When the window is larger than the padded image, or an image has no pixel.

    References
    ----------
    Lecture S2, lines 225-226: a 14-pixel image, a 5-pixel window, stride 1.

    Examples
    --------
    >>> window_output_size((14, 14), (5, 5), (1, 1), (0, 0))
    (10, 10)
    """
    sizes = []
    for image, kernel, step, border in zip(image_size, kernel_size, stride, padding, strict=True):
        if image < 1 or image + 2 * border < kernel:
            raise ValueError(f"a window of {kernel} does not fit an image side of {image} padded by {border}")
        sizes.append((image + 2 * border - kernel) // step + 1)
    return sizes[0], sizes[1]
