"""Mistakes in `nms`."""

import numpy as np


def _iou(boxes, one=0.0):
    """Return the IoU of all boxes with all."""
    upper_left = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    lower_right = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.maximum(lower_right - upper_left + one, 0).prod(axis=2)
    areas = (boxes[:, 2:] - boxes[:, :2] + one).prod(axis=1)
    return shared / np.maximum(areas[:, None] + areas - shared, 1e-300)


def _too_much(overlap, iou_threshold, strict):
    return overlap > iou_threshold if strict else overlap >= iou_threshold


def _by_score(scores):
    return np.argsort(-scores, kind="stable")


def _keep(order, duplicates):
    """Return those of `order` that no earlier kept one duplicates."""
    keep = []
    for index in order.tolist():
        if not duplicates[keep, index].any():
            keep.append(index)
    return np.array(keep, np.int64)


def worst_first(boxes, scores, iou_threshold, *, strict=True):
    """You begin with the lowest score: argsort sorts upwards.

    The best box is never dropped; it comes first in the result.
    """
    return _keep(np.argsort(scores, kind="stable"), _too_much(_iou(boxes), iou_threshold, strict))


def unsorted(boxes, scores, iou_threshold, *, strict=True):
    """You take the boxes as they come, without a look at the scores.

    Of two duplicates the one with the higher score must stay.
    """
    return _keep(np.arange(len(boxes)), _too_much(_iou(boxes), iou_threshold, strict))


def only_sorted(boxes, scores, iou_threshold, *, strict=True):
    """You sort, but nothing is ever dropped.

    Whoever overlaps a kept box by more than the threshold must leave the list.
    """
    return _by_score(scores)


def never_strict(boxes, scores, iou_threshold, *, strict=True):
    """You drop boxes whose IoU equals the threshold.

    With strict=True, as in the lectures, only a greater IoU is too much.
    """
    return _keep(_by_score(scores), _iou(boxes) >= iou_threshold)


def always_strict(boxes, scores, iou_threshold, *, strict=True):
    """You do not look at strict: with strict=False an IoU equal to the threshold is too much already."""
    return _keep(_by_score(scores), _iou(boxes) > iou_threshold)


def strict_inverted(boxes, scores, iou_threshold, *, strict=True):
    """You have strict the wrong way round: strict=True drops where IoU > threshold, strict=False where ≥."""
    return _keep(_by_score(scores), _too_much(_iou(boxes), iou_threshold, not strict))


def by_index(boxes, scores, iou_threshold, *, strict=True):
    """You keep the right boxes, but return them by index.

    The best score comes first.
    """
    return np.sort(_keep(_by_score(scores), _too_much(_iou(boxes), iou_threshold, strict)))


def places_in_the_order(boxes, scores, iou_threshold, *, strict=True):
    """You return places in the sorted list.

    The result must point into `boxes` as they were given: look the places up in the order.
    """
    order = _by_score(scores)
    return np.argsort(order)[_keep(order, _too_much(_iou(boxes), iou_threshold, strict))]


def mask(boxes, scores, iou_threshold, *, strict=True):
    """You return a truth value for each box.

    Return the indices of the kept boxes, by decreasing score.
    """
    kept = _keep(_by_score(scores), _too_much(_iou(boxes), iou_threshold, strict))
    return np.isin(np.arange(len(boxes)), kept)


def the_boxes_themselves(boxes, scores, iou_threshold, *, strict=True):
    """You return the kept boxes.

    Return their indices, so that the caller can pick scores and labels as well.
    """
    return boxes[_keep(_by_score(scores), _too_much(_iou(boxes), iou_threshold, strict))]


def the_dropped_drop(boxes, scores, iou_threshold, *, strict=True):
    """You let boxes drop others that have been dropped themselves.

    Only a box that is kept may drop another; what is gone has no say.
    """
    order = _by_score(scores)
    duplicates = np.triu(_too_much(_iou(boxes), iou_threshold, strict)[np.ix_(order, order)], 1)
    return order[~duplicates.any(axis=0)]


def neighbors_only(boxes, scores, iou_threshold, *, strict=True):
    """You compare each box with the one that was kept last.

    It must not overlap any of those kept before either.
    """
    duplicates = _too_much(_iou(boxes), iou_threshold, strict)
    keep = []
    for index in _by_score(scores).tolist():
        if not duplicates[keep[-1:], index].any():
            keep.append(index)
    return np.array(keep, np.int64)


def one_round(boxes, scores, iou_threshold, *, strict=True):
    """You stop after the best box: it drops its duplicates, the others keep theirs.

    Repeat with the best of what is left, until nothing is left.
    """
    order = _by_score(scores)
    duplicates = _too_much(_iou(boxes), iou_threshold, strict)
    left = [index for index in order[1:] if not duplicates[order[0], index]]
    return np.array([*order[:1], *left], np.int64)


def plus_one(boxes, scores, iou_threshold, *, strict=True):
    """Your sides are one too long, as in VOC's code: x2 − x1 is the width, without + 1.

    Coordinates are continuous here, and may be fractions of the image.
    """
    return _keep(_by_score(scores), _too_much(_iou(boxes, one=1.0), iou_threshold, strict))


def over_the_smaller(boxes, scores, iou_threshold, *, strict=True):
    """You divide the intersection by the smaller area, so that small boxes inside of large ones go.

    The threshold is one of IoU: divide by the union.
    """
    iou = _iou(boxes)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    shared = iou / (1 + iou) * (areas[:, None] + areas)
    overlap = shared / np.maximum(np.minimum(areas[:, None], areas), 1e-300)
    return _keep(_by_score(scores), _too_much(overlap, iou_threshold, strict))


def far_ones_dropped(boxes, scores, iou_threshold, *, strict=True):
    """You keep what overlaps and drop what does not: the comparison is the wrong way round."""
    return _keep(_by_score(scores), ~_too_much(_iou(boxes), iou_threshold, strict))


def positive_scores_only(boxes, scores, iou_threshold, *, strict=True):
    """You leave out boxes with a score of 0 or less.

    Scores may be any numbers, logits for instance; only their order matters.
    """
    kept = _keep(_by_score(scores), _too_much(_iou(boxes), iou_threshold, strict))
    return kept[scores[kept] > 0]


def last_one_lost(boxes, scores, iou_threshold, *, strict=True):
    """You stop while one box is left, and lose it.

    Go on until the list is empty: the last box is kept too, when nobody has dropped it.
    """
    order, keep = _by_score(scores), []
    duplicates = _too_much(_iou(boxes), iou_threshold, strict)
    while len(order) > 1:
        keep.append(order[0])
        order = order[1:][~duplicates[order[0], order[1:]]]
    return np.array(keep, np.int64)
