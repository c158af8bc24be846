"""Which proposal shows which object: the rule of R-CNN, Fast R-CNN and the second stage of Faster R-CNN."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.matching import BACKGROUND, IGNORE
from scratchcv.checks import Array, as_floating, check_array


def match_proposals(iou: ArrayLike, high: float = 0.5, low: float = 0.5) -> Array:
    """Give each proposal the truth that it overlaps most, or call it background, or neither.

    Positive: the largest iou is at least `high`. Negative: it is below `low`. The others are ignored.

    Parameters
    ----------
    iou : array_like of shape (P, G)
        IoU of each proposal with each ground-truth box.
    high, low : float, optional
        The two thresholds: .5 and .5 in Fast R-CNN.

    Returns
    -------
    ndarray of int64, shape (P,)
        The index of each proposal's truth, the first of equals; BACKGROUND; or IGNORE. Without truths every
        proposal is background.

    Raises
    ------
    ValueError
        For a wrong shape, for NaN, and when `low` exceeds `high`.

    Notes
    -----
    torchvision's ``Matcher(high, low, allow_low_quality_matches=False)``: other than in `match_rpn`, a truth
    that no proposal overlaps enough has none. R-CNN trains its network with .5 and .5, its support vector
    machines with negatives below .3 and nothing in between.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015, section 2.3.

    Examples
    --------
    >>> match_proposals([[0.1, 0.7], [0.4, 0.2], [0.2, 0.1]], high=0.5, low=0.3).tolist()
    [1, -2, -1]
    """
    if not low <= high:
        raise ValueError(f"low must not exceed high, got {low} and {high}")
    iou = as_floating(check_array("iou", iou, ("P", "G")))
    if np.isnan(iou).any():
        proposal, truth = np.argwhere(np.isnan(iou))[0]
        raise ValueError(f"iou[{proposal}, {truth}] is NaN")
    if iou.shape[1] == 0:
        return np.full(len(iou), BACKGROUND, np.int64)
    largest = iou.max(axis=1)
    return np.where(largest >= high, iou.argmax(axis=1), np.where(largest < low, BACKGROUND, IGNORE))
