"""Bilinear cropping: what a mask looks like in a box, at a fixed size."""

from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array, as_floating, check_array
from scratchcv.layers.roi_align import roi_align, roi_align_backward
from scratchcv.layers.shapes import Pair


def crop_masks(masks: Array, boxes: Array, size: int | Pair, indices: Array | None = None) -> Array:
    """Cut each box out of its mask and resize it: Mask R-CNN's target for the mask predicted in that box.

    It is `roi_align` of masks, each a feature map of one channel.

    Parameters
    ----------
    masks : ndarray of shape (R, H, W)
        Masks of whole images; of booleans or integers, they become the boxes' dtype.
    boxes : ndarray of shape (K, 4)
        `xyxy`, in pixels.
    size : int or (int, int)
        Height and width of the results; 28 in Mask R-CNN.
    indices : ndarray of int, shape (K,), optional
        The mask of each box: the object that it was matched with. By default box k is cut from mask k.

    Returns
    -------
    ndarray of shape (K, height, width)
        Means of bilinear samples; fractions where an edge passes through.

    References
    ----------
    He, Gkioxari, Dollár, Girshick, "Mask R-CNN", 2017, section 3.1, training;
    torchvision.models.detection.roi_heads.project_masks_on_boxes.

    Examples
    --------
    >>> mask = np.array([[0, 1, 1, 1], [0, 1, 1, 1]], dtype=bool)
    >>> crop_masks(mask[None], np.array([[0, 0, 2, 1.0]]), (1, 2)).tolist()
    [[[0.5, 1.0]]]
    """
    boxes = as_floating(check_array("boxes", boxes, ("K", 4)))
    masks = check_array("masks", masks, ("R", "H", "W"))
    masks = masks.astype(boxes.dtype) if masks.dtype.kind in "biu" else masks
    return roi_align(masks[:, None], _rois(boxes, indices, len(masks)), size)[:, 0]


def crop_masks_backward(
    dy: Array, boxes: Array, masks_shape: Sequence[int], indices: Array | None = None
) -> Array:
    """Return the gradient of the masks: that of `roi_align`, each crop's to its mask.

    Parameters
    ----------
    dy : ndarray of shape (K, height, width)
        Gradient of the crops.
    boxes, indices
        What `crop_masks` was called with.
    masks_shape : (int, int, int)
        (R, H, W).

    Returns
    -------
    ndarray of shape (R, H, W)

    Examples
    --------
    >>> crop_masks_backward(np.ones((1, 1, 1)), np.array([[0, 0, 2, 1.0]]), (1, 1, 3)).tolist()
    [[[0.25, 0.5, 0.25]]]
    """
    dy = check_array("dy", dy, ("K", "height", "width"))
    R, H, W = masks_shape
    rois = _rois(as_floating(check_array("boxes", boxes, ("K", 4))), indices, R)
    return roi_align_backward(dy[:, None], rois, (R, 1, H, W), dy.shape[1:])[:, 0]


def _rois(boxes: Array, indices: Array | None, count: int) -> Array:
    """Return regions (K, 5): each box and its mask."""
    if indices is None:
        check_array("boxes", boxes, (count, 4))
        indices = np.arange(count)
    indices = check_array("indices", indices, (len(boxes),))
    return np.concatenate([indices[:, None].astype(boxes.dtype), boxes], axis=1)
