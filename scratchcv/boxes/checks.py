"""Checks of arguments: of boxes their shape, and where an operation needs it, that they are boxes at all."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.checks import Array, as_floating, check_array


def as_boxes(name: str, value: ArrayLike) -> Array:
    """Return `value` as a floating-point array of shape (N, 4), or say what came instead.

    Inverted and infinite boxes pass: torchvision's operations define what comes of them.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like of shape (N, 4)
        float32 and float64 keep their dtype, integers become float64.

    Returns
    -------
    ndarray of shape (N, 4)
        `value` itself where it is such an array already.

    Raises
    ------
    ValueError
        When the shape differs.

    Examples
    --------
    >>> as_boxes("boxes", [[0, 0, 2, 2]]).tolist()
    [[0.0, 0.0, 2.0, 2.0]]
    >>> as_boxes("boxes", [0, 0, 2, 2])
    Traceback (most recent call last):
    ValueError: boxes must have shape (N, 4), got (4,)
    """
    return as_floating(check_array(name, value, ("N", 4)))


def as_paired_boxes(name: str, value: ArrayLike) -> Array:
    """Return `value` as a floating-point array of shape (..., 4), or say what came instead.

    Examples
    --------
    >>> as_paired_boxes("boxes1", [0, 0, 2, 2]).tolist()
    [0.0, 0.0, 2.0, 2.0]
    >>> as_paired_boxes("boxes1", [[0, 0, 2]])
    Traceback (most recent call last):
    ValueError: boxes1 must have shape (..., 4), got (1, 3)
    """
    array = np.asarray(value)
    if array.shape[-1:] != (4,):
        raise ValueError(f"{name} must have shape (..., 4), got {array.shape}")
    return as_floating(array)


def check_valid_boxes(name: str, value: ArrayLike) -> Array:
    """Return `value` as boxes that are finite and not inverted, or name the first row that is not.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like of shape (N, 4)
        Boxes `xyxy`; zero width and height are allowed.

    Returns
    -------
    ndarray of shape (N, 4)
        As `as_boxes` gives it.

    Raises
    ------
    ValueError
        When the shape differs, a coordinate is NaN or infinite, or ``x2 < x1`` or ``y2 < y1``.

    Examples
    --------
    >>> check_valid_boxes("boxes", [[10.0, 10.0, 20.0, 20.0], [30.0, 10.0, 20.0, 40.0]])
    Traceback (most recent call last):
    ValueError: boxes[1] has x2 < x1: [30.0, 10.0, 20.0, 40.0]
    """
    boxes = as_boxes(name, value)
    row = first_faulty_box(boxes, flat=True)
    if row >= 0:
        fault = "x2 < x1" if boxes[row, 2] < boxes[row, 0] else "y2 < y1"
        if not np.isfinite(boxes[row]).all():
            fault = "a coordinate that is not finite"
        raise ValueError(f"{name}[{row}] has {fault}: {boxes[row].tolist()}")
    return boxes


def first_faulty_box_numpy(boxes: Array, flat: bool) -> int:
    """Return the first row that is no box: `first_faulty_box` as a formula.

    Examples
    --------
    >>> first_faulty_box_numpy(np.array([[0, 0, 1, 1.0], [5, 0, 4, 1.0]]), True)
    1
    """
    upper_left, lower_right = boxes[:, :2], boxes[:, 2:]
    extended = upper_left <= lower_right if flat else upper_left < lower_right
    good = (-np.inf < upper_left) & extended & (lower_right < np.inf)  # NaN compares as False
    return -1 if good.all() else int(np.argmin(good)) // 2


def first_faulty_box(boxes: Array, *, flat: bool) -> int:
    """Return the first row that is not finite or is inverted, or -1 where there is none.

    Parameters
    ----------
    boxes : ndarray of shape (N, 4)
        Boxes `xyxy`.
    flat : bool
        Whether zero width and height pass.

    Examples
    --------
    >>> point = np.array([[3.0, 4.0, 3.0, 4.0]])
    >>> first_faulty_box(point, flat=True), first_faulty_box(point, flat=False)
    (-1, 0)
    """
    return active_form(first_faulty_box_numpy)(np.ascontiguousarray(boxes), flat)


def check_threshold(name: str, value: Any) -> float:
    """Return `value` as a Python float, or say that it is none, or NaN, which nothing exceeds or falls below.

    Examples
    --------
    >>> check_threshold("iou_threshold", float("nan"))
    Traceback (most recent call last):
    ValueError: iou_threshold must be a number, got nan
    """
    if not isinstance(value, int | float | np.integer | np.floating) or value != value:
        raise ValueError(f"{name} must be a number, got {value}")
    return float(value)
