"""Non-maximum suppression: of boxes that overlap much, keep the one with the best score."""

import itertools

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.checks import as_boxes, check_threshold
from scratchcv.boxes.iou import box_iou_numpy
from scratchcv.boxes.score_order import by_decreasing_score
from scratchcv.checks import Array, as_floating, check_array


def greatest_tolerated_iou(iou_threshold: float, strict: bool, dtype: np.dtype) -> np.floating:
    """Return the greatest IoU of this dtype that does not suppress.

    IoUs are float32 or float64, the threshold is a Python float. The float32 nearest to .3 lies above .3, so
    that a box with this IoU is to be dropped, yet ``np.float32(0.3) > 0.3`` is false, since NumPy rounds the
    threshold too. With this limit, ``iou > limit`` holds exactly where ``iou > iou_threshold`` (`strict`) or
    ``iou >= iou_threshold`` does in real numbers.

    Examples
    --------
    >>> float(greatest_tolerated_iou(0.5, True, np.dtype("float32")))
    0.5
    >>> float(greatest_tolerated_iou(0.5, False, np.dtype("float32"))) < 0.5
    True
    """
    iou_threshold = check_threshold("iou_threshold", iou_threshold)
    limit: np.floating = dtype.type(iou_threshold)
    drops = float(limit) > iou_threshold if strict else float(limit) >= iou_threshold
    if drops:
        limit = np.nextafter(limit, dtype.type(-np.inf))
    return limit


def nms_numpy(boxes: Array, order: Array, iou_threshold: np.floating) -> Array:
    """Return the indices that survive: the loop of `nms` on boxes whose order by score is known.

    Parameters
    ----------
    boxes : ndarray of shape (N, 4)
        Boxes `xyxy`, pixels.
    order : ndarray of int64, shape (K,)
        Indices into `boxes`, best score first.
    iou_threshold : floating
        Boxes with a greater IoU than this are dropped; of the boxes' dtype.

    Examples
    --------
    >>> boxes = np.array([[0, 0, 9, 9], [0, 0, 9, 8], [20, 0, 29, 9.0]])
    >>> nms_numpy(boxes, np.array([1, 0, 2]), np.float64(0.5)).tolist()
    [1, 2]
    """
    keep = []
    while order.size:
        best, rest = order[0], order[1:]
        keep.append(best)
        iou = box_iou_numpy(boxes[best : best + 1], boxes[rest])[0]
        order = rest[~(iou > iou_threshold)]
    return np.array(keep, np.int64)


def nms(boxes: ArrayLike, scores: ArrayLike, iou_threshold: float, *, strict: bool = True) -> Array:
    """Return the indices of the boxes that no better box suppresses.

    Take the box with the highest score, drop all others whose IoU with it exceeds the threshold, repeat with
    what is left. Afterwards no two kept boxes have a greater IoU than the threshold.

    Parameters
    ----------
    boxes : array_like of shape (N, 4)
        Boxes `xyxy`, pixels.
    scores : array_like of shape (N,)
        Greater is better.
    iou_threshold : float
        The overlap from which on a box counts as a duplicate.
    strict : bool
        Drop boxes with IoU > threshold (the lectures, torchvision, d2l, EECS 498); if False, those with
        IoU ≥ threshold (ChainerCV, MXNet).

    Returns
    -------
    ndarray of int64, shape (K,)
        Indices into `boxes` by decreasing score, equal scores by index.

    Raises
    ------
    ValueError
        When `boxes` or `scores` has another shape, or the threshold is NaN.

    Notes
    -----
    Classes are not looked at: see `batched_nms`. In a crowd, where real objects overlap more than the
    threshold, good boxes are lost: see `soft_nms`. Boxes of zero area and inverted boxes neither suppress nor
    are suppressed. The kept list equals torchvision's on a CPU, ties included.

    Suppression selects, and has no gradient of its own: the result is a list of indices, constant almost
    everywhere. What was kept has all of its gradient, what was suppressed none: take boxes and scores by
    `gather`, and send their gradients back by `gather_backward`.

    References
    ----------
    Gu, detection and segmentation slides, Umeå 2023, and the object detection deck after J. Johnson: the
    example below, where blue and purple score .9 and .75.

    Examples
    --------
    >>> blue, orange = [20, 40, 120, 140], [20, 40, 132, 154]
    >>> purple, yellow = [89, 109, 189, 199], [75, 111, 177, 201]
    >>> nms([blue, orange, purple, yellow], [0.9, 0.8, 0.75, 0.7], 0.7).tolist()
    [0, 2]
    """
    boxes = np.ascontiguousarray(as_boxes("boxes", boxes))
    scores = as_floating(check_array("scores", scores, (len(boxes),)))
    limit = greatest_tolerated_iou(iou_threshold, strict, boxes.dtype)
    return active_form(nms_numpy)(boxes, by_decreasing_score(scores), limit)


def batched_nms_numpy(boxes: Array, order: Array, starts: Array, iou_threshold: np.floating) -> Array:
    """Return which boxes survive in their groups: the loop of `batched_nms`.

    Parameters
    ----------
    boxes : ndarray of shape (N, 4)
        Boxes `xyxy`, pixels.
    order : ndarray of int64, shape (K,)
        Indices into `boxes`, group by group, best score first.
    starts : ndarray of int64, shape (G + 1,)
        Where each group begins in `order`, and K.
    iou_threshold : floating
        As in `nms_numpy`.

    Returns
    -------
    ndarray of bool, shape (K,)
        One for each of `order`.

    Examples
    --------
    >>> boxes = np.array([[0, 0, 9, 9], [0, 0, 9, 8], [0, 0, 9, 9.0]])
    >>> batched_nms_numpy(boxes, np.array([1, 2, 0]), np.array([0, 2, 3]), np.float64(0.5)).tolist()
    [True, False, True]
    """
    survives = np.zeros(len(order), bool)
    for start, stop in itertools.pairwise(starts):
        group = order[start:stop]
        survives[start:stop] = np.isin(group, nms_numpy(boxes, group, iou_threshold))
    return survives


def batched_nms(
    boxes: ArrayLike, scores: ArrayLike, idxs: ArrayLike, iou_threshold: float, *, strict: bool = True
) -> Array:
    """Run `nms` on each class, or image, by itself: boxes of different groups never suppress each other.

    Parameters
    ----------
    boxes : array_like of shape (N, 4)
        Boxes `xyxy`, pixels.
    scores : array_like of shape (N,)
        Greater is better.
    idxs : array_like of int, shape (N,)
        The group of each box: its class, its image, or a number for both.
    iou_threshold : float
        The overlap from which on a box counts as a duplicate.
    strict : bool
        As in `nms`.

    Returns
    -------
    ndarray of int64, shape (K,)
        Indices into `boxes` by decreasing score over all groups, equal scores by index.

    Raises
    ------
    ValueError
        When an argument has another shape, or the threshold is NaN.

    Notes
    -----
    Each group has its own run. Up to 1000 boxes on a CPU, torchvision shifts each group to a place of its own
    and runs once; the shift rounds coordinates, so that an IoU near the threshold may fall on the other side,
    and with negative coordinates neighbouring groups may meet. Elsewhere both keep the same.

    Examples
    --------
    >>> batched_nms([[0, 0, 9, 9], [0, 0, 9, 8], [0, 0, 9, 9]], [0.8, 0.9, 0.7], [1, 2, 1], 0.5).tolist()
    [1, 0]
    """
    boxes = np.ascontiguousarray(as_boxes("boxes", boxes))
    scores = as_floating(check_array("scores", scores, (len(boxes),)))
    idxs = check_array("idxs", idxs, (len(boxes),))
    limit = greatest_tolerated_iou(iou_threshold, strict, boxes.dtype)
    order = by_decreasing_score(scores)
    grouped = order[_by_group(idxs[order])]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(idxs[grouped])) + 1, [len(order)]])
    kept = np.zeros(len(boxes), bool)
    kept[grouped] = active_form(batched_nms_numpy)(boxes, grouped, starts, limit)
    return order[kept[order]]


def _by_group(groups: Array) -> Array:
    """Return indices that bring equal groups together and leave the order within each as it is."""
    if groups.size and groups.dtype.kind in "iu" and int(groups.max()) - int(groups.min()) < 2**16:
        groups = (groups - groups.min()).astype(np.uint16)  # which NumPy sorts by counting, ten times as fast
    return np.argsort(groups, kind="stable")
