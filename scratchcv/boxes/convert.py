"""The three ways to write a box as four numbers: corners, corner and size, centre and size."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_boxes
from scratchcv.checks import Array

FORMATS = ("xyxy", "xywh", "cxcywh")


def box_convert(boxes: ArrayLike, in_fmt: str, out_fmt: str) -> Array:
    """Rewrite boxes from one format into another.

    ======== ================ =========================================
    format   columns          meaning
    ======== ================ =========================================
    xyxy     x1, y1, x2, y2   upper left and lower right corner
    xywh     x1, y1, w, h     upper left corner, width, height
    cxcywh   cx, cy, w, h     centre ((x1 + x2)/2, (y1 + y2)/2), width, height
    ======== ================ =========================================

    Parameters
    ----------
    boxes : array_like of shape (N, 4)
        Boxes in `in_fmt`, pixels or any other unit; x runs right, y runs down.
    in_fmt, out_fmt : {"xyxy", "xywh", "cxcywh"}
        The format that is given and the one that is wanted.

    Returns
    -------
    ndarray of shape (N, 4)
        A new array, also when both formats are the same.

    Raises
    ------
    ValueError
        When `boxes` has another shape or a format is unknown.

    Notes
    -----
    The lectures draw boxes by their centre but call that (x, y, w, h); EE 628 and this library store corners.
    There and back is exact up to rounding.

    References
    ----------
    S. Aydore, EE 628 lecture 12, 2019: the dog and the cat below.

    Examples
    --------
    >>> dog, cat = [60, 45, 378, 516], [400, 112, 655, 493]
    >>> box_convert([dog, cat], "xyxy", "cxcywh").tolist()
    [[219.0, 280.5, 318.0, 471.0], [527.5, 302.5, 255.0, 381.0]]
    """
    for name, fmt in (("in_fmt", in_fmt), ("out_fmt", out_fmt)):
        if fmt not in FORMATS:
            raise ValueError(f"{name} must be one of {', '.join(FORMATS)}, got {fmt!r}")
    boxes = as_boxes("boxes", boxes)
    return boxes.copy() if in_fmt == out_fmt else _from_xyxy(_to_xyxy(boxes, in_fmt), out_fmt)


def box_convert_backward(dy: ArrayLike, in_fmt: str, out_fmt: str) -> Array:
    r"""Return the gradient of the boxes in `in_fmt` from that of the boxes in `out_fmt`.

    The conversion is linear, :math:`y = x M`, where row i of M is what becomes of the i-th unit vector; so

    .. math:: dx = dy \, M^\top

    Parameters
    ----------
    dy : array_like of shape (N, 4)
        The gradient of the converted boxes.
    in_fmt, out_fmt : {"xyxy", "xywh", "cxcywh"}
        As in the forward call.

    Returns
    -------
    ndarray of shape (N, 4)
        A new array, also when both formats are the same.

    Raises
    ------
    ValueError
        When `dy` has another shape or a format is unknown.

    Examples
    --------
    A box that should be wider by its corners should be wider by its size, and its centre may stay:

    >>> box_convert_backward([[-1, 0, 1, 0]], "cxcywh", "xyxy").tolist()
    [[0.0, 0.0, 1.0, 0.0]]
    """
    dy = as_boxes("dy", dy)
    unit_boxes = np.eye(4, dtype=dy.dtype)
    return dy @ box_convert(unit_boxes, in_fmt, out_fmt).T


def _to_xyxy(boxes: Array, in_fmt: str) -> Array:
    first, second = boxes[:, :2], boxes[:, 2:]
    if in_fmt == "xyxy":
        return boxes
    if in_fmt == "xywh":
        return np.hstack([first, first + second])
    return np.hstack([first - 0.5 * second, first + 0.5 * second])


def _from_xyxy(boxes: Array, out_fmt: str) -> Array:
    first, second = boxes[:, :2], boxes[:, 2:]
    if out_fmt == "xyxy":
        return boxes
    if out_fmt == "xywh":
        return np.hstack([first, second - first])
    return np.hstack([(first + second) / 2, second - first])
