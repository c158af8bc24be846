"""Gaussian smoothing and Gaussian derivatives of images: what edges and textures are measured on."""

import math

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating


def gaussian_taps(sigma: float) -> Array:
    r"""Return the weights of a sampled Gaussian from its middle outwards; both sides together sum to 1.

    .. math:: w_j = \frac{e^{-j^2 / 2\sigma^2}}{\sum_i e^{-i^2 / 2\sigma^2}}, \qquad |i|, j \le 4\sigma

    Parameters
    ----------
    sigma : float
        Standard deviation in pixels; 0 leaves a single 1.

    Returns
    -------
    ndarray of float64, shape (radius + 1,)

    Raises
    ------
    ValueError
        When sigma is negative or not finite.

    Examples
    --------
    >>> gaussian_taps(0.5).round(4).tolist()
    [0.7866, 0.1065, 0.0003]
    """
    if not (math.isfinite(sigma) and sigma >= 0):
        raise ValueError(f"sigma must be a number of pixels, 0 or more, got {sigma}")
    if sigma < 1e-15:
        return np.ones(1)
    half = np.exp(-0.5 / sigma**2 * np.arange(int(4 * sigma + 0.5) + 1) ** 2)
    return np.asarray(half / np.concatenate([half[:0:-1], half]).sum())


def gaussian_blur(planes: ArrayLike, sigma: float) -> Array:
    """Smooth each plane by a Gaussian, down the columns and then along the rows.

    Parameters
    ----------
    planes : array_like of shape (..., H, W)
        Integers become float64.
    sigma : float
        Standard deviation in pixels.

    Returns
    -------
    ndarray of shape (..., H, W)

    Notes
    -----
    Beyond its border the image is mirrored, border pixels included, and the Gaussian is cut off at 4σ:
    as SciPy's ``gaussian_filter`` does by default.

    Examples
    --------
    >>> gaussian_blur([[0, 0, 1.0, 0, 0]], 0.5).round(3).tolist()
    [[0.0, 0.106, 0.787, 0.106, 0.0]]
    """
    smooth, taps = as_floating(planes, "planes"), gaussian_taps(sigma)
    return _filter_mirrored(_filter_mirrored(smooth, taps, -2), taps, -1)


def gaussian_gradient(planes: ArrayLike, sigma: float) -> tuple[Array, Array]:
    """Return how fast each smoothed plane rises to the right and downwards, per pixel.

    Parameters and shapes are those of `gaussian_blur`; the slope is half the difference of the two
    neighbours.

    Returns
    -------
    dx, dy : ndarray of shape (..., H, W)

    Examples
    --------
    >>> dx, dy = gaussian_gradient([[0, 1, 2, 3.0]], 0)
    >>> dx.tolist(), dy.tolist()
    ([[0.5, 1.0, 1.0, 0.5]], [[0.0, 0.0, 0.0, 0.0]])
    """
    smooth = gaussian_blur(planes, sigma)
    if smooth.size == 0:  # has no border to mirror
        return smooth, smooth
    wide, tall = _mirrored(smooth, 1, -1), _mirrored(smooth, 1, -2)
    return (wide[..., 2:] - wide[..., :-2]) / 2, (tall[..., 2:, :] - tall[..., :-2, :]) / 2


def _filter_mirrored(planes: Array, taps: Array, axis: int) -> Array:
    """Weigh the neighbours along one axis; both sides alike, so each pair is added first."""
    if len(taps) == 1 or planes.size == 0:
        return planes
    radius, length = len(taps) - 1, planes.shape[axis]
    padded = _mirrored(planes, radius, axis)
    weights = taps.astype(planes.dtype)

    def shifted(by: int) -> Array:
        window = [slice(None)] * planes.ndim
        window[axis] = slice(radius + by, radius + by + length)
        return padded[tuple(window)]

    total = weights[0] * planes
    for j in range(radius, 0, -1):
        total += weights[j] * (shifted(-j) + shifted(j))
    return np.asarray(total)


def _mirrored(planes: Array, radius: int, axis: int) -> Array:
    width = [(0, 0)] * planes.ndim
    width[axis] = (radius, radius)
    return np.pad(planes, width, mode="symmetric")
