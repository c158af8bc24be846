"""Which anchor learns which ground-truth box: SSD's, EE 628's and the RPN's rule on a matrix of IoUs."""

import math

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.checks import check_threshold
from scratchcv.checks import Array, as_floating, check_array

BACKGROUND = -1
"""In place of a truth's index: the anchor should learn that nothing is there."""

IGNORE = -2
"""In place of a truth's index: the anchor should learn nothing."""


def match_best_then_threshold(iou: ArrayLike, threshold: float = 0.5, *, strict: bool = True) -> Array:
    """Give each truth the anchor that overlaps it most, then every other anchor the truth it overlaps enough.

    Anchor a that is no truth's own learns the truth g with the largest iou[a, g], if iou[a, g] > threshold.

    Parameters
    ----------
    iou : array_like of shape (A, G)
        IoU of each anchor with each ground-truth box.
    threshold : float, optional
        What enough is.
    strict : bool, optional
        Whether an IoU equal to the threshold is too little (the lecture, the paper) or enough (torchvision).

    Returns
    -------
    ndarray of int64, shape (A,)
        The index of each anchor's truth, or BACKGROUND.

    Raises
    ------
    ValueError
        For a wrong shape, for NaN or infinite values, and for a threshold that is NaN.

    Notes
    -----
    Among equal IoUs, the first anchor and the first truth win.

    "Every ground truth box has at least 1 correspondence" needs a rule for truths with the same best anchor.
    Here the one that overlaps it more gets it, and the others choose again among the anchors that are left;
    so first choices go before second ones, and no truth stays without as long as there are anchors, even one
    that no anchor touches. torchvision's ``SSDMatcher`` lets the last truth overwrite the others, which may
    stay without an anchor; where no two truths want the same one, the results are equal. The authors' own
    code is greedy: `match_bipartite` with ``strict=True, minimum=1e-6``.

    References
    ----------
    W. Liu et al., "SSD: single shot multibox detector", 2016, section 2.2, "Matching strategy".

    Examples
    --------
    Both truths want anchor 0. The first overlaps it more; the second takes anchor 2:

    >>> match_best_then_threshold([[0.9, 0.6], [0.8, 0.2], [0.0, 0.4], [0.1, 0.3]]).tolist()
    [0, 0, 1, -1]
    """
    iou = _checked_iou(iou)
    return active_form(match_best_then_threshold_numpy)(
        iou, iou.dtype.type(check_threshold("threshold", threshold)), bool(strict)
    )


def match_best_then_threshold_numpy(iou: Array, threshold: float, strict: bool) -> Array:
    """Match in NumPy: rounds of choices, in which every truth without an anchor names the best free one."""
    anchors, truths = iou.shape
    matches = np.full(anchors, BACKGROUND, np.int64)
    waiting = np.arange(truths)
    while len(waiting) and (matches == BACKGROUND).any():
        free = np.flatnonzero(matches == BACKGROUND)
        choice = free[iou[free][:, waiting].argmax(axis=0)]
        by_overlap = np.argsort(-iou[choice, waiting], kind="stable")
        chosen, first = np.unique(choice[by_overlap], return_index=True)
        matches[chosen] = waiting[by_overlap[first]]
        waiting = np.setdiff1d(waiting, matches)
    return _match_above(iou, threshold, strict, matches)


def match_bipartite(
    iou: ArrayLike, threshold: float = 0.5, *, strict: bool = False, minimum: float | None = None
) -> Array:
    """Give truths their anchors greedily, then every other anchor the truth it overlaps enough.

    Take the largest IoU of the matrix, match its anchor and truth, delete their row and column; repeat until
    rows or columns are used up. Then anchor a of the rest learns the truth g with the largest iou[a, g], if
    iou[a, g] >= threshold.

    Parameters
    ----------
    iou : array_like of shape (A, G)
        IoU of each anchor with each ground-truth box.
    threshold : float, optional
        What enough is, for the anchors of the second stage.
    strict : bool, optional
        Whether an IoU equal to the threshold is too little (MXNet) or enough (d2l).
    minimum : float, optional
        End the first stage when the largest IoU left is not above this: 1e-6 is MXNet's and the SSD authors'.
        By default every truth gets an anchor, even one that it does not touch, as in d2l.

    Returns
    -------
    ndarray of int64, shape (A,)
        The index of each anchor's truth, or BACKGROUND.

    Raises
    ------
    ValueError
        For a wrong shape, for NaN or infinite values, and for a threshold that is NaN.

    Notes
    -----
    Among equal IoUs, the first anchor wins, then the first truth. Rows of -1 with which MXNet and d2l pad
    their labels have no place here: pass the truths only.

    References
    ----------
    S. Aydore, EE 628, lecture 12, 2019. A. Zhang et al., "Dive into deep learning", section "Anchor boxes".

    Examples
    --------
    A dog, a cat and five anchors; a truth's index + 1 is the slide's class, ``[[0. 1. 2. 0. 2.]]``:

    >>> iou = [[0.0536, 0], [0.1417, 0], [0, 0.5657], [0, 0.2059], [0, 0.7459]]
    >>> (match_bipartite(iou) + 1).tolist()
    [0, 1, 2, 0, 2]
    """
    iou = _checked_iou(iou)
    floor = iou.dtype.type(-math.inf if minimum is None else minimum)
    return active_form(match_bipartite_numpy)(
        iou, iou.dtype.type(check_threshold("threshold", threshold)), bool(strict), floor
    )


def match_bipartite_numpy(iou: Array, threshold: float, strict: bool, minimum: float) -> Array:
    """Match in NumPy: the lecture's deletions, on a copy of the matrix."""
    matches = np.full(len(iou), BACKGROUND, np.int64)
    left = iou.copy()
    for _ in range(min(iou.shape)):
        anchor, truth = np.unravel_index(left.argmax(), left.shape)
        if not left[anchor, truth] > minimum:
            break
        matches[anchor] = truth
        left[anchor, :] = -math.inf
        left[:, truth] = -math.inf
    return _match_above(iou, threshold, strict, matches)


def match_rpn(iou: ArrayLike, high: float = 0.7, low: float = 0.3, *, strict: bool = False) -> Array:
    """Sort anchors into positive, negative and neither, as region proposal networks are trained.

    Positive: iou >= high for some truth, or no anchor overlaps some truth more (all of them, where several
    are equal). Negative: iou < low for every truth. The others are ignored.

    Parameters
    ----------
    iou : array_like of shape (A, G)
        IoU of each anchor with each ground-truth box.
    high, low : float, optional
        The two thresholds.
    strict : bool, optional
        Whether an IoU equal to `high` is too little (the lecture, the paper) or enough (torchvision).

    Returns
    -------
    ndarray of int64, shape (A,)
        The index of the truth that a positive anchor overlaps most, BACKGROUND, or IGNORE.

    Raises
    ------
    ValueError
        For a wrong shape, for NaN or infinite values, and when `low` exceeds `high`.

    Notes
    -----
    The result is that of torchvision's ``Matcher(high, low, allow_low_quality_matches=True)``, with one
    exception: a truth that no anchor touches makes none positive here; there, all that it does not touch.
    As there, an anchor that is the best of truth g but overlaps h more learns h.

    Without truths, every anchor is BACKGROUND.

    References
    ----------
    S. Ren et al., "Faster R-CNN", 2015, section 3.1.2.

    Examples
    --------
    >>> match_rpn([[0.8, 0.0], [0.5, 0.0], [0.2, 0.0], [0.0, 0.4], [0.0, 0.4]]).tolist()
    [0, -2, -1, 1, 1]
    """
    if not low <= high:
        raise ValueError(f"low must not exceed high, got {low} and {high}")
    iou = _checked_iou(iou)
    kind = iou.dtype.type
    return active_form(match_rpn_numpy)(iou, kind(high), kind(low), bool(strict))


def match_rpn_numpy(iou: Array, high: float, low: float, strict: bool) -> Array:
    """Match in NumPy: one rule a line."""
    if iou.shape[1] == 0 or len(iou) == 0:
        return np.full(len(iou), BACKGROUND, np.int64)
    largest = iou.max(axis=1)
    is_best = ((iou == iou.max(axis=0)) & (iou > 0)).any(axis=1)
    positive = is_best | (largest > high if strict else largest >= high)
    return np.where(positive, iou.argmax(axis=1), np.where(largest < low, BACKGROUND, IGNORE))


def _match_above(iou: Array, threshold: float, strict: bool, matches: Array) -> Array:
    if iou.shape[1] == 0:
        return matches
    largest = iou.max(axis=1)
    enough = largest > threshold if strict else largest >= threshold
    return np.where((matches == BACKGROUND) & enough, iou.argmax(axis=1), matches)


def _checked_iou(iou: ArrayLike) -> Array:
    checked = np.ascontiguousarray(as_floating(check_array("iou", iou, ("A", "G"))))
    if checked.size and not (math.isfinite(checked.min()) and math.isfinite(checked.max())):
        anchor, truth = np.argwhere(~np.isfinite(checked))[0]
        raise ValueError(f"iou[{anchor}, {truth}] is {checked[anchor, truth]}: it must be finite")
    return checked
