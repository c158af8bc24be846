"""Generalized IoU: an overlap that still tells how far apart disjoint boxes are."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_boxes
from scratchcv.boxes.iou import intersection_and_union
from scratchcv.checks import Array


def generalized_box_iou(boxes1: ArrayLike, boxes2: ArrayLike) -> Array:
    """Return the generalized IoU of every pair of boxes.

    GIoU(A, B) = IoU(A, B) − (|C| − |A ∪ B|) / |C|, where C is the smallest box around both.

    Parameters
    ----------
    boxes1 : array_like of shape (N, 4)
        Boxes `xyxy`, pixels.
    boxes2 : array_like of shape (M, 4)
        Boxes `xyxy`, pixels.

    Returns
    -------
    ndarray of shape (N, M)
        Between −1 (small and far apart) and 1 (identical); 0 for boxes that tile C side by side.

    Raises
    ------
    ValueError
        When one of the arguments has another shape.

    Notes
    -----
    As in `box_iou`, a term whose denominator is not positive is 0, where torchvision gives NaN: two boxes of
    zero area, or two whose enclosing box has none.

    References
    ----------
    H. Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019, algorithm 1.

    Examples
    --------
    >>> generalized_box_iou([[0, 0, 1, 1]], [[0, 0, 1, 1], [1, 0, 2, 1], [3, 0, 4, 1]]).tolist()
    [[1.0, 0.0, -0.5]]
    """
    boxes1, boxes2 = as_boxes("boxes1", boxes1), as_boxes("boxes2", boxes2)
    intersection, union = intersection_and_union(boxes1, boxes2)
    upper_left = np.minimum(boxes1[:, None, :2], boxes2[:, :2])
    lower_right = np.maximum(boxes1[:, None, 2:], boxes2[:, 2:])
    enclosing = np.maximum(lower_right - upper_left, 0).prod(axis=2)
    return _ratio(intersection, union) - _ratio(enclosing - union, enclosing)


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(whole), where=~(whole <= 0))
