"""The area of boxes."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_boxes
from scratchcv.checks import Array, check_floating


def box_area(boxes: ArrayLike) -> Array:
    """Return the area of each box, (x2 − x1)(y2 − y1).

    Parameters
    ----------
    boxes : array_like of shape (N, 4)
        Boxes `xyxy`, pixels.

    Returns
    -------
    ndarray of shape (N,)
        Square pixels; negative where one side is inverted.

    Raises
    ------
    ValueError
        When `boxes` has another shape.

    Notes
    -----
    Coordinates are continuous: the box [0, 0, 2, 3] covers 2 × 3 pixels. Where corners name the first and the
    last pixel, as in VOC's evaluation, the area is (x2 − x1 + 1)(y2 − y1 + 1). As in torchvision, nothing is
    clamped; integer boxes give a float64 area here and an integer one there.

    Examples
    --------
    >>> box_area([[0, 0, 2, 3], [1, 1, 1, 5]]).tolist()
    [6.0, 0.0]
    """
    boxes = as_boxes("boxes", boxes)
    area: Array = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return area


def box_area_backward(darea: ArrayLike, boxes: ArrayLike) -> Array:
    """Return the gradient of the boxes.

    With w, h the sides, dx2 = darea · h and dy2 = darea · w; x1 and y1 have their negatives.

    Parameters
    ----------
    darea : array_like of shape (N,)
        The gradient of each area.
    boxes : array_like of shape (N, 4)
        Boxes `xyxy`, pixels.

    Returns
    -------
    ndarray of shape (N, 4)

    Raises
    ------
    ValueError
        When an argument has another shape.

    Examples
    --------
    >>> box_area_backward([1.0], [[0, 0, 2, 3]]).tolist()
    [[-3.0, -2.0, 3.0, 2.0]]
    """
    boxes = as_boxes("boxes", boxes)
    darea = check_floating("darea", darea, (len(boxes),), boxes.dtype)
    dsides = darea[:, None] * (boxes[:, 2:] - boxes[:, :2])[:, ::-1]
    return np.concatenate([-dsides, dsides], axis=1)
