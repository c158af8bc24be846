"""Other ways to write `nms`."""

import numpy as np


def _iou(boxes, others):
    """Return the IoU of all pairs."""
    sides = np.minimum(boxes[:, None, 2:], others[:, 2:]) - np.maximum(boxes[:, None, :2], others[:, :2])
    shared = np.clip(sides, 0, None).prod(axis=2)
    areas = [np.prod(each[:, 2:] - each[:, :2], axis=1) for each in (boxes, others)]
    return shared / (areas[0][:, None] + areas[1] - shared)


def _duplicates(boxes, others, iou_threshold, strict):
    iou = _iou(boxes, others)
    return iou > iou_threshold if strict else iou >= iou_threshold


def mark_the_dropped(boxes, scores, iou_threshold, *, strict=True):
    """Work on the whole matrix, with a list of those that are gone."""
    duplicates = _duplicates(boxes, boxes, iou_threshold, strict)
    gone, keep = np.zeros(len(boxes), bool), []
    for index in np.argsort(-scores):
        if not gone[index]:
            keep.append(index)
            gone |= duplicates[index]
    return np.array(keep, dtype=np.intp)


def plain_loops(boxes, scores, iou_threshold, *, strict=True):
    """Loop over lists of plain numbers, without NumPy."""
    keep = []
    rows = boxes.tolist()
    for index in sorted(range(len(rows)), key=lambda index: -scores[index]):
        left, top, right, bottom = rows[index]
        for other in keep:
            x1, y1, x2, y2 = rows[other]
            shared = max(min(right, x2) - max(left, x1), 0) * max(min(bottom, y2) - max(top, y1), 0)
            iou = shared / ((right - left) * (bottom - top) + (x2 - x1) * (y2 - y1) - shared)
            if iou > iou_threshold or (iou == iou_threshold and not strict):
                break
        else:
            keep.append(index)
    return np.array(keep, dtype=int)


def last_of_equal_first(boxes, scores, iou_threshold, *, strict=True):
    """Begin with the last of equal scores; indices of 32 bits."""
    order, keep = np.argsort(scores, kind="stable")[::-1], []
    while len(order):
        keep.append(order[0])
        order = order[1:][~_duplicates(boxes[order[:1]], boxes[order[1:]], iou_threshold, strict)[0]]
    return np.array(keep, dtype=np.int32)


def any_of_equal_first(boxes, scores, iou_threshold, *, strict=True):
    """Order equal scores by where the box lies."""
    order = np.lexsort((boxes[:, 1], boxes[:, 0], -scores))
    keep = np.zeros(0, np.int64)
    for index in order:
        if not _duplicates(boxes[[index]], boxes[keep], iou_threshold, strict).any():
            keep = np.append(keep, index)
    return keep


def until_nothing_changes(boxes, scores, iou_threshold, *, strict=True):
    """Keep whom no better kept box drops, from a guess that is corrected until it stays."""
    order = np.argsort(-scores, kind="mergesort")
    ordered = boxes[order]
    better = np.triu(_duplicates(ordered, ordered, iou_threshold, strict), 1)
    kept = np.ones(len(boxes), bool)
    while True:
        corrected = np.logical_not(better[kept].any(axis=0))
        if (corrected == kept).all():
            return order[kept]
        kept = corrected


def recursive(boxes, scores, iou_threshold, *, strict=True):
    """Take the best, and call yourself with the rest."""
    left = np.arange(len(boxes))

    def best_of(left):
        if not len(left):
            return []
        best = int(left[np.argmax(scores[left])])
        near = _duplicates(boxes[[best]], boxes[left], iou_threshold, strict)[0]
        return [best, *best_of(left[~near & (left != best)])]

    return np.array(best_of(left), np.int64)
