"""Boxes of a batch of images in one array: regions of interest, (image, x1, y1, x2, y2)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_boxes
from scratchcv.checks import Array, as_floating, check_array


def boxes_to_rois(boxes: Sequence[ArrayLike]) -> Array:
    """Join the boxes of several images, each row led by the number of its image.

    Parameters
    ----------
    boxes : sequence of array_like, each of shape (L, 4)
        The boxes of each image, xyxy; L may be 0.

    Returns
    -------
    ndarray of shape (K, 5)
        Image by image, as torchvision's ``roi_pool`` and ``roi_align`` take them.

    Raises
    ------
    ValueError
        When an image's boxes have another shape.

    Notes
    -----
    The image's number is a float, since it shares a row with coordinates; float32 counts to 16,777,216.

    Examples
    --------
    >>> boxes_to_rois([[[0, 0, 9, 9]], np.zeros((0, 4)), [[1, 1, 5, 5], [2, 2, 6, 6]]]).tolist()
    [[0.0, 0.0, 0.0, 9.0, 9.0], [2.0, 1.0, 1.0, 5.0, 5.0], [2.0, 2.0, 2.0, 6.0, 6.0]]
    """
    of_images = [as_boxes(f"boxes[{image}]", given) for image, given in enumerate(boxes)]
    if not of_images:
        return np.zeros((0, 5))
    images = np.repeat(np.arange(len(of_images)), [len(given) for given in of_images])
    joined = np.concatenate(of_images)
    return np.concatenate([images[:, None].astype(joined.dtype), joined], axis=1)


def rois_to_boxes(rois: ArrayLike, num_images: int) -> list[Array]:
    """Part the rows of a batch again: the inverse of `boxes_to_rois`, and of gradients its backward pass.

    Parameters
    ----------
    rois : array_like of shape (K, 5)
        (image, x1, y1, x2, y2), in any order of images.
    num_images : int
        How many images there are.

    Returns
    -------
    list of ndarray, each of shape (L, 4)
        For each image its boxes, in the order of their rows.

    Raises
    ------
    ValueError
        When `rois` has another shape, or an image's number is not one of 0 to num_images - 1.

    Examples
    --------
    >>> [boxes.tolist() for boxes in rois_to_boxes([[0, 0, 0, 9, 9], [2, 1, 1, 5, 5]], 3)]
    [[[0.0, 0.0, 9.0, 9.0]], [], [[1.0, 1.0, 5.0, 5.0]]]
    """
    rois = as_floating(check_array("rois", rois, ("K", 5)))
    known = np.isin(rois[:, 0], np.arange(num_images))
    for row in np.flatnonzero(~known)[:1]:
        raise ValueError(f"rois[{row}] must name an image from 0 to {num_images - 1}, got {rois[row, 0]}")
    return [rois[rois[:, 0] == image, 1:] for image in range(num_images)]
