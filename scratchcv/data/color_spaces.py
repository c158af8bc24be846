"""Colour spaces: the same picture in coordinates that light, shade or saturation change less."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array

_LINEAR_TO_XYZ = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
_WHITE = _LINEAR_TO_XYZ.sum(axis=1)
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def to_color_space(image: ArrayLike, space: str) -> Array:
    """Return a picture in another colour space, each channel scaled to lie in [0, 1].

    Parameters
    ----------
    image : array_like of shape (H, W, 3), uint8
        RGB.
    space : {"rgb", "hsv", "lab", "rgi", "gray", "hue"}
        hsv is the hexcone's hue (in turns), saturation and value; lab is CIE L*a*b* of sRGB under D65, as
        L/100, (a + 128)/255, (b + 128)/255; rgi the shares r and g of red and green in all light, and the
        grey I; gray is that grey alone, hue the H of hsv alone.

    Returns
    -------
    ndarray of float32, shape (H, W, 3), or (H, W, 1) for gray and hue

    Raises
    ------
    ValueError
        For another space, shape or dtype.

    References
    ----------
    Uijlings et al., "Selective Search for Object Recognition", IJCV 2013, table 1: which of these change with
    brightness, shadows and highlights.

    Examples
    --------
    >>> blue_and_black = np.array([[[0, 0, 51], [0, 0, 0]]], np.uint8)
    >>> (to_color_space(blue_and_black, "hsv") * 360).round().tolist()
    [[[240.0, 360.0, 72.0], [0.0, 0.0, 0.0]]]
    """
    if space not in COLOR_SPACES:
        raise ValueError(f"space must be one of {', '.join(COLOR_SPACES)}, got {space!r}")
    picture = check_array("image", image, ("H", "W", 3))
    if picture.dtype != np.uint8:
        raise ValueError(f"image must be uint8, got {picture.dtype}")
    return COLOR_SPACES[space](picture)


def _rgb(image: Array) -> Array:
    return np.asarray(image / np.float32(255))


def _hsv(image: Array) -> Array:
    red, green, blue = np.moveaxis(image.astype(np.int16), 2, 0)
    value, least = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    chroma = value - least
    sector = np.where(value == green, 2 * chroma + blue - red, 4 * chroma + red - green)
    sector = np.where(value == red, green - blue, sector)
    hue = sector / (6 * np.maximum(chroma, 1)).astype(np.float32)
    saturation = chroma / np.maximum(value, 1).astype(np.float32)
    return np.stack([np.where(hue < 0, hue + 1, hue), saturation, value / np.float32(255)], axis=2)


def _lab(image: Array) -> Array:
    level = np.arange(256) / 255
    linear = np.where(level > 0.04045, ((level + 0.055) / 1.055) ** 2.4, level / 12.92).astype(np.float32)
    to_xyz = (_LINEAR_TO_XYZ / _WHITE[:, None]).T.astype(np.float32)
    xyz = linear[image] @ to_xyz
    x, y, z = np.moveaxis(np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + np.float32(16 / 116)), 2, 0)
    lab = [(116 * y - 16) / 100, (500 * (x - y) + 128) / 255, (200 * (y - z) + 128) / 255]
    return np.asarray(np.clip(np.stack(lab, axis=2), 0, 1))


def _rgi(image: Array) -> Array:
    light = np.maximum(image.sum(axis=2, dtype=np.int32, keepdims=True), 1).astype(np.float32)
    return np.concatenate([image[..., :2] / light, _gray(image)], axis=2)


def _gray(image: Array) -> Array:
    return np.asarray((image @ _LUMA)[..., None] / np.float32(255))


def _hue(image: Array) -> Array:
    return _hsv(image)[..., :1]


COLOR_SPACES: dict[str, Callable[[Array], Array]] = {
    "rgb": _rgb,
    "hsv": _hsv,
    "lab": _lab,
    "rgi": _rgi,
    "gray": _gray,
    "hue": _hue,
}
"""How a picture gets into each colour space."""
