"""IoU of boxes written by midpoint and size, pair by pair, and of their shapes alone."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_paired_boxes
from scratchcv.boxes.convert import box_convert
from scratchcv.boxes.iou import intersection_and_union, ratio
from scratchcv.checks import Array, as_floating, check_array


def iou_cxcywh(boxes1_cxcywh: ArrayLike, boxes2_cxcywh: ArrayLike) -> Array:
    """Return the IoU of boxes that stand at equal places of two arrays, one with the other.

    `box_iou` compares each box with each; this one follows NumPy's broadcasting.

    Parameters
    ----------
    boxes1_cxcywh, boxes2_cxcywh : array_like (…, 4)
        Midpoint, width and height, in one unit; shapes that broadcast.

    Returns
    -------
    ndarray (…)
        0 where the union is not positive.

    Raises
    ------
    ValueError
        When the shapes do not end with 4 or do not fit each other.

    Examples
    --------
    >>> boxes = np.array([[1.0, 1.0, 2.0, 2.0], [5.0, 5.0, 2.0, 2.0]])
    >>> iou_cxcywh(boxes, np.array([2.0, 2.5, 2.0, 3.0])).round(4).tolist()
    [0.1111, 0.0]
    """
    boxes1 = corners_of(as_paired_boxes("boxes1_cxcywh", boxes1_cxcywh))
    boxes2 = corners_of(as_paired_boxes("boxes2_cxcywh", boxes2_cxcywh))
    # Each the only one of its kind, so that "each with each" is a pair.
    return ratio(*intersection_and_union(boxes1[..., None, :], boxes2[..., None, :]))[..., 0, 0]


def corners_of(boxes_cxcywh: Array) -> Array:
    """Return `box_convert` of boxes with any number of axes (…, 4), from `cxcywh` to `xyxy`.

    Examples
    --------
    >>> corners_of(np.array([[[1.0, 1.0, 2.0, 1.0]]])).tolist()
    [[[0.0, 0.5, 2.0, 1.5]]]
    """
    return box_convert(boxes_cxcywh.reshape(-1, 4), "cxcywh", "xyxy").reshape(boxes_cxcywh.shape)


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
        When shapes do not fit, a size is negative, there is no anchor, or one has no area.

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
    for row in np.flatnonzero(~(sizes >= 0).all(axis=1))[:1]:
        raise ValueError(f"sizes must be 0 or more, got {sizes[row].tolist()}")
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
