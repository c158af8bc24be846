"""Boundary F1: whether the outlines of a segmentation run where they should."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.distance_transform import distance_transform
from scratchcv.checks import Array, check_array
from scratchcv.metrics.annotations import as_integers


def boundary_f1(
    prediction: ArrayLike,
    target: ArrayLike,
    *,
    tolerance: float | None = None,
    ignore_index: int | None = None,
) -> dict[int, float]:
    r"""Return the boundary F1 (BF) of each class in one image.

    .. math::

        P = \frac{1}{|B_p|} \sum_{z \in B_p} [d(z, B_t) < \theta], \qquad
        R = \frac{1}{|B_t|} \sum_{z \in B_t} [d(z, B_p) < \theta], \qquad
        F_1 = \frac{2PR}{P + R}

    where :math:`B_p` and :math:`B_t` are the boundary pixels of the class in prediction and target.

    Parameters
    ----------
    prediction, target : array_like of int, shape (H, W)
        Classes by pixel; or masks, whose classes are 0 and 1.
    tolerance : float, optional
        The distance θ in pixels; by default .0075 of the image's diagonal.
    ignore_index : int, optional
        Pixels whose true class is this one belong to no class, in both maps.

    Returns
    -------
    dict of int to float
        By class of prediction or target. 0 where one of them alone has a boundary of the class; NaN where
        neither has one, for the class fills the image. The mean over classes, then over images, is the BF
        score of a data set, see `mean_boundary_f1`.

    Raises
    ------
    ValueError
        When shapes differ, a class is no integer or the tolerance is not positive.

    Notes
    -----
    A boundary pixel belongs to the class and shares an edge with one that does not; the image's frame is no
    boundary. Distances are between pixels' middles and *below* θ: in a small image, where θ is under 1,
    boundaries must coincide.

    References
    ----------
    Csurka, Larlus, Perronnin, "What is a good evaluation measure for semantic segmentation?", BMVC 2013.

    Examples
    --------
    A square, found one pixel to the right.

    >>> truth = np.zeros((20, 20), int)
    >>> truth[5:15, 5:15] = 1
    >>> found = np.roll(truth, 1, axis=1)
    >>> round(boundary_f1(found, truth)[1], 4), boundary_f1(found, truth, tolerance=1.5)[1]
    (0.5, 1.0)
    """
    truth = as_integers("target", check_array("target", target, ("H", "W")))
    found = as_integers("prediction", check_array("prediction", prediction, truth.shape))
    if tolerance is None:
        tolerance = 0.0075 * float(np.hypot(*truth.shape))
    elif not tolerance > 0:
        raise ValueError(f"tolerance must be positive, got {tolerance}")
    counted = np.ones(truth.shape, bool) if ignore_index is None else truth != ignore_index
    classes = np.unique(np.concatenate([found[counted], truth[counted]])).tolist()
    return {
        int(label): _f1(boundary(counted & (found == label)), boundary(counted & (truth == label)), tolerance)
        for label in classes
    }


def mean_boundary_f1(per_image: list[dict[int, float]]) -> float:
    """Return the BF score of a data set: the mean over classes, then over images.

    Parameters
    ----------
    per_image : list of dict
        From `boundary_f1`.

    Returns
    -------
    float
        Classes that are NaN, and images without any other, stay out; NaN where nothing is left.

    Examples
    --------
    >>> mean_boundary_f1([{0: 1.0, 1: .5}, {0: float("nan"), 2: .25}])
    0.5
    """
    values = [[value for value in each.values() if not np.isnan(value)] for each in per_image]
    means = [np.mean(each) for each in values if each]
    return float(np.mean(means)) if means else float("nan")


def boundary(mask: Array) -> Array:
    """Return the pixels of a mask that share an edge with one outside; the image's frame is not outside.

    Parameters
    ----------
    mask : ndarray of bool, shape (H, W)

    Returns
    -------
    ndarray of bool, shape (H, W)

    Examples
    --------
    >>> boundary(np.array([[True, True, True, False]])).tolist()
    [[False, False, True, False]]
    """
    outside = ~np.pad(mask, 1, mode="edge")
    beside = outside[:-2, 1:-1] | outside[2:, 1:-1] | outside[1:-1, :-2] | outside[1:-1, 2:]
    return np.asarray(mask & beside)


def _f1(found: Array, truth: Array, tolerance: float) -> float:
    """Return the F1 of two sets of boundary pixels."""
    if not found.any() and not truth.any():
        return float("nan")
    if not found.any() or not truth.any():
        return 0.0
    precision = float(np.mean(distance_transform(truth)[found] < tolerance))
    recall = float(np.mean(distance_transform(found)[truth] < tolerance))
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
