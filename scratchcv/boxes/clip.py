"""What the border of the image does to boxes: it cuts them, and what is left may be too small to keep."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_boxes
from scratchcv.checks import Array


def clip_boxes_to_image(boxes: ArrayLike, size: tuple[int, int]) -> Array:
    """Cut boxes off at the border of the image, x into [0, width] and y into [0, height].

    Parameters
    ----------
    boxes : array_like of shape (N, 4)
        Boxes `xyxy`, pixels.
    size : tuple of int
        (height, width) of the image, pixels.

    Returns
    -------
    ndarray of shape (N, 4)
        A box outside the image becomes one of zero width or height on its border, see `remove_small_boxes`.

    Raises
    ------
    ValueError
        When `boxes` has another shape.

    Notes
    -----
    Right and lower borders are `width` and `height`, as in torchvision, not one less: coordinates are
    continuous.

    Examples
    --------
    >>> clip_boxes_to_image([[-5, 10, 50, 70], [90, 10, 99, 20]], (60, 80)).tolist()
    [[0.0, 10.0, 50.0, 60.0], [80.0, 10.0, 80.0, 20.0]]
    """
    boxes = as_boxes("boxes", boxes)
    height, width = size
    limits = np.array([width, height, width, height], boxes.dtype)
    return np.clip(boxes, boxes.dtype.type(0), limits)


def remove_small_boxes(boxes: ArrayLike, min_size: float) -> Array:
    """Return the indices of the boxes whose both sides are at least `min_size`.

    Parameters
    ----------
    boxes : array_like of shape (N, 4)
        Boxes `xyxy`, pixels.
    min_size : float
        The smallest width and height that stays, pixels.

    Returns
    -------
    ndarray of int64, shape (K,)
        Indices into `boxes`, increasing.

    Raises
    ------
    ValueError
        When `boxes` has another shape.

    Examples
    --------
    >>> remove_small_boxes([[0, 0, 9, 9], [5, 5, 5, 9], [0, 0, 2, 2]], 2).tolist()
    [0, 2]
    """
    boxes = as_boxes("boxes", boxes)
    sides = boxes[:, 2:] - boxes[:, :2]
    return np.flatnonzero((sides >= float(min_size)).all(axis=1)).astype(np.int64)
