"""U-Net's border weights: pixels between touching cells count more."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.distance_transform import distance_transform
from scratchcv.checks import Array, check_array, check_integers


def border_weights(
    instances: ArrayLike,
    *,
    w0: float = 10.0,
    sigma: float = 5.0,
    class_weight: ArrayLike | None = None,
    background_only: bool = False,
) -> Array:
    r"""Return the weight of each pixel in the cross-entropy of U-Net.

    .. math:: w(x) = w_c(x) + w_0 \exp\left( -\frac{(d_1(x) + d_2(x))^2}{2 \sigma^2} \right)

    d_1 is the distance to the border of the nearest object and d_2 that to the border of the second nearest.
    The second term is large where both are small: in the thin gaps that keep touching cells apart.

    Parameters
    ----------
    instances : array_like of int (H, W)
        Which object each pixel belongs to, 0 for background.
    w0 : float
        Height of the border term.
    sigma : float
        Its width, pixels.
    class_weight : array_like (2,), optional
        w_c of background and object. By default each class weighs as much as the other in all, and the mean
        of w_c is 1.
    background_only : bool
        Leave out the border term within objects.

    Returns
    -------
    ndarray of float64 (H, W)
        For `cross_entropy`'s ``pixel_weight``.

    Raises
    ------
    ValueError
        When the shape differs, or sigma is not positive.
    TypeError
        When instances are not integers.

    Notes
    -----
    An object's border is made of its pixels with one of their four neighbours outside of it; beyond the
    image's edge is nothing, so that there is no border. With less than two objects the second term is 0. The
    paper does not say how w_c is computed, and has the border term everywhere; most programs have it on
    the background alone.

    References
    ----------
    O. Ronneberger, P. Fischer, T. Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation",
    2015, equation 2: w0 = 10, sigma about 5 pixels. Lecture S1, lines 1717-1803, has the network
    without its loss.

    Examples
    --------
    A gap of one pixel between two cells is at distance 1 from both, 10 exp(-(1 + 1)² / 50) = 9.231:

    >>> border_weights([[1, 1, 0, 2, 2]], class_weight=[1, 1], background_only=True).round(3).tolist()
    [[1.0, 1.0, 10.231, 1.0, 1.0]]
    >>> border_weights([[1, 1, 0, 2, 2]], class_weight=[1, 1]).round(3).tolist()
    [[8.261, 10.231, 10.231, 10.231, 8.261]]
    """
    if not sigma > 0:
        raise ValueError(f"sigma must be positive, got {sigma}")
    instances = check_integers("instances", instances, ("H", "W"), None, start=None)
    covered = instances != 0
    if class_weight is None:
        # A class that is not there needs no weight.
        share = np.array([np.count_nonzero(~covered), np.count_nonzero(covered)])
        w_c = instances.size / (np.count_nonzero(share) * np.maximum(share, 1)) if instances.size else share
    else:
        w_c = check_array("class_weight", class_weight, (2,))

    d1, d2 = _two_nearest(instances)
    term = w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))
    if background_only:
        term[covered] = 0
    weights: Array = np.asarray(w_c, np.float64)[covered.astype(np.intp)] + term
    return weights


def _two_nearest(instances: Array) -> tuple[Array, Array]:
    """Return the distances to the borders of the nearest and the second nearest object."""
    border = _is_border(instances)
    d1, d2 = np.full((2, *instances.shape), np.inf)
    for instance in np.unique(instances[border]):
        d = distance_transform(border & (instances == instance))
        d2 = np.minimum(d2, np.maximum(d1, d))
        d1 = np.minimum(d1, d)
    return d1, d2


def _is_border(instances: Array) -> Array:
    border: Array = np.zeros(instances.shape, bool)
    for axis in (0, 1):
        differs = np.diff(instances, axis=axis) != 0  # of a pixel and the next
        before, after = np.moveaxis(border, axis, 0)[:-1], np.moveaxis(border, axis, 0)[1:]
        before |= np.moveaxis(differs, axis, 0)
        after |= np.moveaxis(differs, axis, 0)
    border &= instances != 0
    return border
