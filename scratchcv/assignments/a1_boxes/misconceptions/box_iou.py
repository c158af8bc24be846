"""Mistakes in `box_iou`."""

import numpy as np


def _sides(boxes1, boxes2):
    """Return width and height of all intersections, negative where two boxes are apart."""
    upper_left = np.maximum(boxes1[:, None, :2], boxes2[None, :, :2])
    lower_right = np.minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    return lower_right - upper_left


def _shared(boxes1, boxes2):
    return np.maximum(_sides(boxes1, boxes2), 0).prod(axis=2)


def _areas(boxes1, boxes2):
    """Return the areas as a column and as a row."""
    area1, area2 = ((boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (boxes1, boxes2))
    return area1[:, None], area2[None, :]


def _ratio(part, whole):
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), 0.0)


def _over_union(shared, boxes1, boxes2):
    area1, area2 = _areas(boxes1, boxes2)
    return _ratio(shared, area1 + area2 - shared)


def plus_one(boxes1, boxes2):
    """Your sides are one too long: x2 − x1 is the width, without + 1, as coordinates are continuous here.

    Where corners name first and last pixels, as in VOC's own code, + 1 is right.
    """
    shared = np.maximum(_sides(boxes1, boxes2) + 1, 0).prod(axis=2)
    area1, area2 = ((boxes[:, 2:] - boxes[:, :2] + 1).prod(axis=1) for boxes in (boxes1, boxes2))
    return _ratio(shared, area1[:, None] + area2 - shared)


def negative_sides(boxes1, boxes2):
    """Boxes that are apart have an intersection with negative sides, and two negatives make a positive area.

    Clip width and height at 0 before you multiply.
    """
    return _over_union(_sides(boxes1, boxes2).prod(axis=2), boxes1, boxes2)


def area_clipped(boxes1, boxes2):
    """You clip the area at 0, but where both sides are negative their product is positive already.

    Clip width and height each for itself.
    """
    return _over_union(np.maximum(_sides(boxes1, boxes2).prod(axis=2), 0), boxes1, boxes2)


def union_counts_twice(boxes1, boxes2):
    """Your union counts what the boxes share twice, once with each of them.

    Subtract the intersection from the sum of the areas; a box with itself must give 1.
    """
    area1, area2 = _areas(boxes1, boxes2)
    return _ratio(_shared(boxes1, boxes2), area1 + area2)


def dice(boxes1, boxes2):
    """Twice the intersection over the sum of areas is the Dice coefficient, a relative of the IoU.

    Here it is the intersection over the area of the union.
    """
    area1, area2 = _areas(boxes1, boxes2)
    return _ratio(2 * _shared(boxes1, boxes2), area1 + area2)


def over_the_smaller(boxes1, boxes2):
    """You divide by the smaller of the two areas, so that a small box inside of a large one has IoU 1.

    Divide by the area that both cover together.
    """
    return _ratio(_shared(boxes1, boxes2), np.minimum(*_areas(boxes1, boxes2)))


def over_the_first(boxes1, boxes2):
    """You divide by the area of the first box alone: that says which part of it is covered.

    IoU treats both alike; divide by the area of their union.
    """
    area1, _ = _areas(boxes1, boxes2)
    shared = _shared(boxes1, boxes2)
    return _ratio(shared, area1 + 0 * shared)


def over_the_enclosing_box(boxes1, boxes2):
    """You divide by the box around both, which also covers what belongs to neither.

    The union's area is |A| + |B| − |A ∩ B|.
    """
    upper_left = np.minimum(boxes1[:, None, :2], boxes2[None, :, :2])
    lower_right = np.maximum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    return _ratio(_shared(boxes1, boxes2), (lower_right - upper_left).prod(axis=2))


def corners_exchanged(boxes1, boxes2):
    """You take the lesser upper left and the greater lower right corner: that is the box around both.

    The intersection begins where the later box begins, and ends where the first of them ends.
    """
    upper_left = np.minimum(boxes1[:, None, :2], boxes2[None, :, :2])
    lower_right = np.maximum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    area1, area2 = _areas(boxes1, boxes2)
    around = (lower_right - upper_left).prod(axis=2)
    return np.divide(around, area1 + area2 - around, out=np.zeros(around.shape), where=around > 0)


def read_as_sizes(boxes1, boxes2):
    """You read the last two numbers of a box as width and height.

    They are its lower right corner, (x1, y1, x2, y2).
    """
    corners1, corners2 = (
        np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]]) for boxes in (boxes1, boxes2)
    )
    return _over_union(_shared(corners1, corners2), corners1, corners2)


def columns_by_axis(boxes1, boxes2):
    """You take the columns as x1, x2, y1, y2.

    They are x1, y1, x2, y2: one corner after the other.
    """
    exchanged1, exchanged2 = boxes1[:, [0, 2, 1, 3]], boxes2[:, [0, 2, 1, 3]]
    return _over_union(_shared(exchanged1, exchanged2), exchanged1, exchanged2)


def row_by_row(boxes1, boxes2):
    """You compare box 1 with box 1, box 2 with box 2, and so on.

    Every box of the first set meets every box of the second: the result has the shape (N, M).
    """
    count = min(len(boxes1), len(boxes2))
    return np.diagonal(_over_union(_shared(boxes1, boxes2), boxes1, boxes2))[:count].copy()


def transposed(boxes1, boxes2):
    """Rows and columns have changed places: iou[n, m] belongs to boxes1[n] and boxes2[m]."""
    return _over_union(_shared(boxes1, boxes2), boxes1, boxes2).T


def small_number_added(boxes1, boxes2):
    """You add a small number to the union, and so every IoU comes out a little too small.

    Where the union is 0, say 0; elsewhere divide by the union itself.
    """
    shared, (area1, area2) = _shared(boxes1, boxes2), _areas(boxes1, boxes2)
    return shared / (area1 + area2 - shared + 1e-6)


def divided_by_zero(boxes1, boxes2):
    """Two boxes without area have a union of 0, and 0 / 0 is NaN.

    Their IoU is 0 here: divide only where the union is positive.
    """
    shared, (area1, area2) = _shared(boxes1, boxes2), _areas(boxes1, boxes2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return shared / (area1 + area2 - shared)


def array_of_whole_numbers(boxes1, boxes2):
    """You write the IoUs into an array of the dtype of the boxes; where that is integer, all become 0 or 1.

    An IoU is a fraction: make the result floating point.
    """
    iou = np.zeros((len(boxes1), len(boxes2)), np.result_type(boxes1, boxes2))
    iou[:] = _over_union(_shared(boxes1, boxes2), boxes1, boxes2)
    return iou
