"""What each anchor of a single-shot detector has to learn, by the rules of d2l or of MXNet."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_boxes
from scratchcv.boxes.encode_deltas import encode_deltas
from scratchcv.boxes.iou import box_iou
from scratchcv.boxes.matching import BACKGROUND, match_bipartite
from scratchcv.checks import Array, as_floating, check_array, check_integers

MULTIBOX_VARIANCES = (0.1, 0.1, 0.2, 0.2)
"""By which SSD, MXNet and d2l divide deltas."""

NOT_SAMPLED = -1
"""The label of an anchor that negative mining leaves out: MXNet's ``ignore_label``."""


def multibox_target(
    anchors: ArrayLike,
    gt_boxes: ArrayLike,
    gt_labels: ArrayLike,
    *,
    threshold: float = 0.5,
    strict: bool = False,
    minimum: float | None = None,
    variances: Sequence[float] = MULTIBOX_VARIANCES,
    eps: float = 0.0,
    background_scores: ArrayLike | None = None,
    negative_ratio: float = 3.0,
    negative_threshold: float = 0.5,
) -> tuple[Array, Array, Array]:
    """Label the anchors of one image, and encode the truth that each positive one has to find.

    Anchors are matched by `match_bipartite`: each truth gets one anchor greedily, and every other anchor the
    truth that it overlaps enough.

    Parameters
    ----------
    anchors : array_like of shape (A, 4)
        Boxes xyxy, in any unit.
    gt_boxes : array_like of shape (G, 4)
        The truths, in the same unit.
    gt_labels : array_like of int, shape (G,)
        Their classes, 1 … K. Rows of -1 with which d2l and MXNet pad their labels must be left out.
    threshold, strict, minimum
        As for `match_bipartite`: d2l has IoU ≥ .5 and gives every truth an anchor; MXNet has ``strict=True``
        and ``minimum=1e-6``.
    variances : sequence of 4 float
        As for `encode_deltas`.
    eps : float
        As for `encode_deltas`: d2l has 1e-6, MXNet 0.
    background_scores : array_like of shape (A,), optional
        Predicted probabilities of the background. If given, negatives are mined as in MXNet: only those with
        the lowest stay background. MXNet takes logits of all classes here.
    negative_ratio : float
        Negatives to a positive, when they are mined, rounded down; MXNet's ``negative_mining_ratio``.
    negative_threshold : float
        Anchors that overlap a truth by this or more are no negatives; MXNet's ``negative_mining_thresh``.

    Returns
    -------
    deltas : ndarray of shape (A, 4)
        Target deltas, 0 for anchors that are not positive.
    mask : ndarray of bool, shape (A, 4)
        True in the rows of positive anchors.
    labels : ndarray of int64, shape (A,)
        The truth's class, 0 for background, or NOT_SAMPLED (-1) for what mining left out.

    Raises
    ------
    TypeError
        When the labels are no integers.
    ValueError
        When a shape differs, a label is below 1, a matched box has no area, `negative_ratio` is negative or
        infinite, or a background score is NaN.

    Notes
    -----
    Order and shapes are those of d2l's and MXNet's functions for one image, whose deltas and masks come as
    rows of 4A numbers. Labels there are 0 … K - 1 on the way in and 1 … K on the way out; here they are
    1 … K on both. An image without truths is all background here and in d2l; MXNet ignores its anchors. MXNet
    stops when it finds fewer negatives than the ratio asks for; here there are fewer.

    References
    ----------
    S. Aydore, EE 628, lecture 12, lines 505-590. A. Zhang et al., "Dive into deep learning", section "Anchor
    boxes".

    Examples
    --------
    The lecture's dog (1), cat (2) and five anchors:

    >>> truths = [[0.1, 0.08, 0.52, 0.92], [0.55, 0.2, 0.9, 0.88]]
    >>> anchors = [[0, 0.1, 0.2, 0.3], [0.15, 0.2, 0.4, 0.4], [0.63, 0.05, 0.88, 0.98],
    ...            [0.66, 0.45, 0.8, 0.8], [0.57, 0.3, 0.92, 0.9]]
    >>> deltas, mask, labels = multibox_target(anchors, truths, [1, 2])
    >>> labels.tolist(), mask[:, 0].tolist()
    ([0, 1, 2, 0, 2], [False, True, True, False, True])
    >>> deltas[1].round(4).tolist()
    [1.4, 10.0, 2.594, 7.1754]
    """
    anchors, gt_boxes = as_boxes("anchors", anchors), as_boxes("gt_boxes", gt_boxes)
    # Labels of padding, -1, are refused: leave such rows out.
    gt_labels = check_integers("gt_labels", gt_labels, (len(gt_boxes),), None, start=1)
    iou = box_iou(anchors, gt_boxes)
    matches = match_bipartite(iou, threshold, strict=strict, minimum=minimum)
    positive = matches != BACKGROUND
    labels = np.zeros(len(anchors), np.int64)
    labels[positive] = gt_labels[matches[positive]]
    deltas = np.zeros_like(anchors)
    deltas[positive] = encode_deltas(
        gt_boxes[matches[positive]], anchors[positive], variances=variances, eps=eps
    )
    if background_scores is not None:
        scores = as_floating(check_array("background_scores", background_scores, labels.shape))
        if np.isnan(scores).any():
            raise ValueError(f"background_scores[{np.isnan(scores).argmax()}] is NaN")
        if not 0 <= negative_ratio < np.inf:
            raise ValueError(f"negative_ratio must be finite and not negative, got {negative_ratio}")
        eligible = ~positive & (iou.max(axis=1, initial=0) < negative_threshold)
        labels[~positive] = NOT_SAMPLED
        labels[_hardest(scores, eligible, int(negative_ratio * positive.sum()))] = 0
    return deltas, np.repeat(positive[:, None], 4, axis=1), labels


def _hardest(background_scores: Array, eligible: Array, count: int) -> Array:
    """Return the eligible anchors that look least like background, equal ones by index."""
    candidates = np.flatnonzero(eligible)
    return candidates[np.argsort(background_scores[candidates], kind="stable")[:count]]
