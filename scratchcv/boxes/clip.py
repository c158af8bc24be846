"""What the border of the image does to boxes: it cuts them, and what is left may be too small to keep."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.checks import as_boxes, check_threshold
from scratchcv.checks import Array, check_floating


def clip_boxes_to_image_numpy(boxes: Array, limits: Array) -> Array:
    """Cut x and y off at 0 and their limits (width, height): `clip_boxes_to_image` as a formula.

    Examples
    --------
    >>> clip_boxes_to_image_numpy(np.array([[-5, 10, 50, 70.0]]), np.array([80, 60.0])).tolist()
    [[0.0, 10.0, 50.0, 60.0]]
    """
    return np.clip(boxes, boxes.dtype.type(0), np.tile(limits, 2))


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
        When `boxes` has another shape, or `size` is not two numbers, neither of them negative.

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
    return active_form(clip_boxes_to_image_numpy)(np.ascontiguousarray(boxes), _limits(boxes, size))


def clip_boxes_to_image_backward(dy: ArrayLike, boxes: ArrayLike, size: tuple[int, int]) -> Array:
    """Return the gradient of the boxes: dy where a coordinate lay in the image, 0 where it was cut off.

    Parameters
    ----------
    dy : array_like of shape (N, 4)
        The gradient of the cut boxes.
    boxes : array_like of shape (N, 4)
        The boxes `xyxy` before they were cut, pixels.
    size : tuple of int
        (height, width) of the image, pixels.

    Returns
    -------
    ndarray of shape (N, 4)

    Raises
    ------
    ValueError
        When `dy` or `boxes` has another shape, or `size` is not two numbers, neither of them negative.

    Notes
    -----
    A coordinate on the border itself lets the gradient through, as in PyTorch's clamp.

    Examples
    --------
    >>> clip_boxes_to_image_backward([[1, 2, 3, 4]], [[-5, 10, 80, 70]], (60, 80)).tolist()
    [[0.0, 2.0, 3.0, 0.0]]
    """
    boxes = as_boxes("boxes", boxes)
    dy = check_floating("dy", dy, boxes.shape, boxes.dtype)
    inside = (boxes >= 0) & (boxes <= np.tile(_limits(boxes, size), 2))
    return np.where(inside, dy, boxes.dtype.type(0))


def _limits(boxes: Array, size: tuple[int, int]) -> Array:
    if np.shape(size) != (2,) or not all(side >= 0 for side in size):
        raise ValueError(f"size must be (height, width), neither negative, got {size}")
    height, width = size
    return np.array([width, height], boxes.dtype)


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
        When `boxes` has another shape, or `min_size` is NaN.

    Examples
    --------
    >>> remove_small_boxes([[0, 0, 9, 9], [5, 5, 5, 9], [0, 0, 2, 2]], 2).tolist()
    [0, 2]
    """
    boxes = as_boxes("boxes", boxes)
    sides = boxes[:, 2:] - boxes[:, :2]
    return np.flatnonzero((sides >= check_threshold("min_size", min_size)).all(axis=1)).astype(np.int64)
