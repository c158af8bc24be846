"""IoU of boxes written by midpoint and size, pair by pair, and of their shapes alone."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.iou import intersection_and_union, ratio
from scratchcv.checks import Array, as_floating, check_array


def iou_cxcywh(boxes1_cxcywh: Array, boxes2_cxcywh: Array) -> Array:
    """Return the IoU of boxes that stand at equal places of two arrays, one with the other.

    `box_iou` compares each box with each; this one follows NumPy's broadcasting.

    Parameters
    ----------
    boxes1_cxcywh, boxes2_cxcywh : ndarray (…, 4)
        Midpoint, width and height, in one unit; shapes that broadcast.

    Returns
    -------
    ndarray (…)
        0 where the union is not positive.

    Examples
    --------
    >>> boxes = np.array([[1.0, 1.0, 2.0, 2.0], [5.0, 5.0, 2.0, 2.0]])
    >>> iou_cxcywh(boxes, np.array([2.0, 2.5, 2.0, 3.0])).round(4).tolist()
    [0.1111, 0.0]
    """
    intersection, union = intersection_and_union(_corners(boxes1_cxcywh), _corners(boxes2_cxcywh))
    return ratio(intersection, union)[..., 0, 0]


def _corners(boxes_cxcywh: Array) -> Array:
    """Return boxes `xyxy` (…, 1, 4): each the only one of its kind."""
    center, half_size = boxes_cxcywh[..., None, :2], boxes_cxcywh[..., None, 2:] / 2
    return np.concatenate([center - half_size, center + half_size], axis=-1)


def shape_iou(sizes: ArrayLike, anchors: ArrayLike) -> Array:
    r"""Return the IoU of boxes and anchors as if all had one midpoint: their similarity in shape.

    .. math:: \text{IoU} = \frac{\min(w, p_w) \min(h, p_h)}{w h + p_w p_h - \min(w, p_w) \min(h, p_h)}

    Parameters
    ----------
    sizes : array_like (R, 2)
        Width and height of boxes.
    anchors : array_like (A, 2)
        Width and height of anchors, in the same unit; at least one.

    Returns
    -------
    ndarray (R, A)

    Raises
    ------
    ValueError
        When shapes do not fit, there is no anchor, or one has no area.

    References
    ----------
    J. Redmon, A. Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 2: one minus it is the
    distance by which the anchors are found; lecture S0, lines 418-423.

    Examples
    --------
    A person is like the high anchor, a car like the wide one:

    >>> shape_iou([[1, 4], [4, 1]], [[1, 2], [2, 1]]).round(3).tolist()
    [[0.5, 0.2], [0.2, 0.5]]
    """
    sizes = as_floating(check_array("sizes", sizes, ("R", 2)))
    anchors = check_anchors(anchors).astype(sizes.dtype, copy=False)
    intersection = np.minimum(sizes[:, None], anchors).prod(axis=2)
    iou: Array = intersection / (sizes.prod(axis=1)[:, None] + anchors.prod(axis=1) - intersection)
    return iou


def check_anchors(anchors: ArrayLike) -> Array:
    """Return anchors as a floating-point array (A, 2) of positive widths and heights, or say what is wrong.

    Examples
    --------
    >>> check_anchors([[1.5, 0.0]])
    Traceback (most recent call last):
    ValueError: anchors must be positive widths and heights, got [1.5, 0.0]
    """
    anchors = as_floating(check_array("anchors", anchors, ("A", 2)))
    if not len(anchors):
        raise ValueError("anchors must have shape (A, 2) with A > 0, got (0, 2)")
    for row in np.flatnonzero(~(np.isfinite(anchors) & (anchors > 0)).all(axis=1))[:1]:
        raise ValueError(f"anchors must be positive widths and heights, got {anchors[row].tolist()}")
    return anchors
