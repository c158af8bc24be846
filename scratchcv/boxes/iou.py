"""Intersection over union: how well two boxes agree."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.area import box_area
from scratchcv.boxes.checks import as_boxes
from scratchcv.checks import Array

QUALITIES = ((0.9, "almost perfect"), (0.7, "pretty good"), (0.5, "decent"))


def intersection_and_union(boxes1: Array, boxes2: Array) -> tuple[Array, Array]:
    """Return the areas of intersection and union of every pair of boxes.

    The intersection of two boxes is a box again, from the greater upper left to the lesser lower right
    corner; where that comes out inverted the two do not meet. The union counts the intersection once.

    Parameters
    ----------
    boxes1, boxes2 : ndarray of shape (N, 4) and (M, 4)
        Boxes `xyxy`, pixels.

    Returns
    -------
    intersection, union : ndarray of shape (N, M)
        Square pixels.

    Examples
    --------
    >>> intersection, union = intersection_and_union(np.array([[0, 0, 2, 2.0]]), np.array([[1, 1, 3, 4.0]]))
    >>> float(intersection[0, 0]), float(union[0, 0])
    (1.0, 9.0)
    """
    upper_left = np.maximum(boxes1[:, None, :2], boxes2[:, :2])
    lower_right = np.minimum(boxes1[:, None, 2:], boxes2[:, 2:])
    sides = np.maximum(lower_right - upper_left, 0)
    intersection = sides[:, :, 0] * sides[:, :, 1]
    union = box_area(boxes1)[:, None] + box_area(boxes2) - intersection
    return intersection, union


def box_iou_numpy(boxes1: Array, boxes2: Array) -> Array:
    """Return the IoU of every pair of boxes: `box_iou` as a formula.

    Examples
    --------
    >>> float(box_iou_numpy(np.array([[0, 0, 1, 1.0]]), np.array([[0, 0, 1, 0.5]]))[0, 0])
    0.5
    """
    intersection, union = intersection_and_union(boxes1, boxes2)
    iou = np.zeros_like(union)
    return np.divide(intersection, union, out=iou, where=~(union <= 0))


def box_iou(boxes1: ArrayLike, boxes2: ArrayLike) -> Array:
    """Return the intersection over union (Jaccard index) of every pair of boxes.

    IoU(A, B) = |A ∩ B| / |A ∪ B| = |A ∩ B| / (|A| + |B| − |A ∩ B|)

    It is 1 for identical boxes and 0 for disjoint ones, whatever their size and place.

    Parameters
    ----------
    boxes1 : array_like of shape (N, 4)
        Boxes `xyxy`, pixels.
    boxes2 : array_like of shape (M, 4)
        Boxes `xyxy`, pixels.

    Returns
    -------
    ndarray of shape (N, M)
        IoU of ``boxes1[n]`` and ``boxes2[m]``, between 0 and 1.

    Raises
    ------
    ValueError
        When one of the arguments has another shape.

    Notes
    -----
    Where the union is not positive the IoU is 0, as in MXNet. torchvision divides by it: two boxes of zero
    area have IoU NaN there and 0 here. Nothing else differs: inverted boxes meet nothing, and NaN in a box
    stays NaN.

    References
    ----------
    P. Jaccard, "Étude comparative de la distribution florale…", 1901. V. Balasubramanian, lecture 46: the
    exercise whose answer is 1/9.

    Examples
    --------
    >>> box_iou([[0, 0, 2, 2]], [[1, 1, 3, 4], [5, 5, 6, 6]]).round(4).tolist()
    [[0.1111, 0.0]]
    """
    boxes1, boxes2 = as_boxes("boxes1", boxes1), as_boxes("boxes2", boxes2)
    dtype = np.result_type(boxes1, boxes2)
    form = active_form(box_iou_numpy)
    return form(np.ascontiguousarray(boxes1, dtype), np.ascontiguousarray(boxes2, dtype))


def iou_quality(iou: float) -> str:
    """Say in the lecture's words how good an IoU is.

    Parameters
    ----------
    iou : float
        Intersection over union, 0 to 1.

    Returns
    -------
    str
        "almost perfect" above .9, "pretty good" above .7, "decent" above .5, else "poor".

    Raises
    ------
    ValueError
        When `iou` is not between 0 and 1.

    Notes
    -----
    The lecture has no word for what is not even decent; "poor" is ours.

    References
    ----------
    Object detection deck after J. Johnson (EECS 498).

    Examples
    --------
    >>> [iou_quality(iou) for iou in (0.4, 0.54, 0.77, 0.91)]
    ['poor', 'decent', 'pretty good', 'almost perfect']
    """
    if not 0 <= iou <= 1:
        raise ValueError(f"iou must lie between 0 and 1, got {iou}")
    return next((words for least, words in QUALITIES if iou > least), "poor")
