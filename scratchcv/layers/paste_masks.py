"""Mask pasting: small masks, each predicted in its box, enlarged to where they are in the image."""

from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array, as_floating, check_array, check_floating
from scratchcv.layers.resample import resample, resample_backward
from scratchcv.layers.shapes import Pair, check_whole, pair
from scratchcv.layers.taps import Taps, linear_taps


def paste_masks_in_image(masks: Array, boxes: Array, image_size: Pair, padding: int = 1) -> Array:
    r"""Enlarge each mask to its box, in an image of zeros.

    The mask of M pixels a side gets a border of p zeros, so that it fades out; the box grows by the same
    factor, and its corners are cut to whole pixels, both of which belong to it. Inside, with half-pixel
    positions,

    .. math:: y_{k,h,w} = x_k(q_h,\, q_w) \qquad
        q_w = \bigl(w - x_1 + \tfrac12\bigr) \frac{M + 2p}{x_2 - x_1 + 1} - \tfrac12 - p

    Parameters
    ----------
    masks : ndarray of shape (K, M, M) or (K, 1, M, M)
        Probabilities, or anything else.
    boxes : ndarray of shape (K, 4)
        Where each one belongs, `xyxy`, in the image's pixels.
    image_size : (int, int)
        (H, W).
    padding : int
        p, in mask pixels.

    Returns
    -------
    ndarray of shape (K, H, W) or (K, 1, H, W)
        Threshold it, at 0.5 in Mask R-CNN, for the masks.

    Raises
    ------
    ValueError
        When a shape differs or a box is not finite.

    Notes
    -----
    As torchvision's function of this name; boxes are enlarged in their own precision, since a corner that
    falls on a pixel may be cut either way. What lies outside the image is left out, whole boxes too, where
    torchvision fails. Masks that are no squares are enlarged by the factor of their width.

    References
    ----------
    He, Gkioxari, Dollár, Girshick, "Mask R-CNN", 2017, section 3.1, inference;
    torchvision.models.detection.roi_heads.paste_masks_in_image.

    Examples
    --------
    >>> y = paste_masks_in_image(np.ones((1, 2, 2)), np.array([[1, 1, 3, 3.0]]), (5, 5))
    >>> y[0, 2].round(1).tolist()
    [0.0, 0.7, 1.0, 0.7, 0.0]
    """
    masks, shape = _planes("masks", masks)
    rows, columns = _tables(boxes, masks.shape, image_size, padding)
    return resample(masks, rows, columns).reshape(*shape, *pair("image_size", image_size, least=1))


def paste_masks_in_image_backward(dy: Array, boxes: Array, mask_size: Pair, padding: int = 1) -> Array:
    r"""Return the gradient of the masks: each dy goes back to the mask pixels it was interpolated from.

    .. math:: dx_k = R_k^T\, dy_k\, C_k

    R and C are the weights of the mask's rows and columns in the image's, as in `resample`.

    Parameters
    ----------
    dy : ndarray of shape (K, H, W) or (K, 1, H, W)
        Gradient of the images.
    boxes, padding
        What `paste_masks_in_image` was called with.
    mask_size : (int, int)
        Height and width of the masks.

    Returns
    -------
    ndarray of shape (K, M, M) or (K, 1, M, M)

    Examples
    --------
    >>> boxes = np.array([[0, 0, 1, 1.0]])
    >>> paste_masks_in_image_backward(np.ones((1, 2, 2)), boxes, (2, 2), padding=0).tolist()
    [[[1.0, 1.0], [1.0, 1.0]]]
    """
    dy, shape = _planes("dy", dy)
    x_shape = (len(dy), 1, *pair("mask_size", mask_size, least=1))
    rows, columns = _tables(boxes, x_shape, dy.shape[2:], padding)
    return resample_backward(dy, rows, columns, x_shape).reshape(*shape, *x_shape[2:])


def _planes(name: str, value: Array) -> tuple[Array, tuple[int, ...]]:
    """Return planes (K, 1, height, width), and what was before height and width."""
    value = np.asarray(value)
    shape = ("K", 1, "M", "M") if value.ndim == 4 else ("K", "M", "M")
    value = check_floating(name, value, shape)
    return value.reshape(len(value), 1, *value.shape[-2:]), value.shape[:-2]


def _tables(
    boxes: Array, masks_shape: Sequence[int], image_size: Sequence[int], padding: int
) -> tuple[Taps, Taps]:
    """Return the tables of rows and columns, one for each mask."""
    K, _, height, width = masks_shape
    if min(height, width) < 1:
        raise ValueError(f"masks must have pixels, got {height} x {width}")
    padding = check_whole("padding", padding, least=0)
    boxes = as_floating(check_array("boxes", boxes, (K, 4)))
    if not np.isfinite(boxes).all():
        raise ValueError(f"boxes must be finite, got {boxes[~np.isfinite(boxes).all(axis=1)][0].tolist()}")
    boxes = np.clip(boxes, -(2.0**60), 2.0**60)  # so that no size overflows
    grown = (boxes[:, 2:] - boxes[:, :2]) * 0.5 * boxes.dtype.type((width + 2 * padding) / width)
    centre = (boxes[:, 2:] + boxes[:, :2]) * 0.5
    first, last = np.trunc(centre - grown), np.trunc(centre + grown)
    H, W = pair("image_size", tuple(image_size), least=1)
    rows = _axis(first[:, 1], last[:, 1], height, padding, H)
    columns = _axis(first[:, 0], last[:, 0], width, padding, W)
    return rows, columns


def _axis(first: Array, last: Array, side: int, padding: int, outputs: int) -> Taps:
    """Return the tables of one axis."""
    first, extent = (of_box.astype(np.float64)[:, None] for of_box in (first, last - first + 1))
    inside = np.arange(outputs) - first  # (K, outputs), from the box's first pixel
    padded = side + 2 * padding
    q = (inside + 0.5) * padded / np.maximum(extent, 1) - 0.5
    q = np.clip(q, 0, padded - 1) - padding  # the border's outermost pixels are repeated, as all borders are
    return linear_taps(q, side, (inside >= 0) & (inside < extent), border="zero")
