"""Warping: R-CNN's way from a box of any size and shape to the one square image that its network takes."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_boxes
from scratchcv.checks import Array, as_floating, check_array, check_floating
from scratchcv.layers.resample import resample
from scratchcv.layers.taps import Taps, linear_taps


def warp_regions(
    image: Array, boxes: ArrayLike, size: int, context: int = 0, *, fill: ArrayLike = 0.0
) -> Array:
    r"""Cut boxes out of an image and stretch each, width and height apart, to a square with some context.

    The box becomes the middle S - 2p pixels of the square, and p pixels around it are what lies there in the
    image, at the same scale. Along x (y alike), output o is the mean of n samples, about one a pixel:

    .. math:: s = \frac{x_2 - x_1}{S - 2p} \qquad
              q_{oj} = x_1 + \Bigl(o - p + \frac{j + \frac12}{n}\Bigr) s - \frac12
              \qquad n = \max(1, \lceil s \rceil)

    Parameters
    ----------
    image : ndarray of shape (C, H, W)
        Floating.
    boxes : array_like of shape (K, 4)
        Boxes xyxy in the image's pixels, which may reach beyond it.
    size : int
        S, the side of the square: 227 in the paper, 224 on the slides.
    context : int
        p, pixels of context on each side, *of the square*: 16 in the paper.
    fill : float or array_like of shape (C,)
        What is beyond the image: the mean of all images, so that it is 0 after the mean was subtracted.

    Returns
    -------
    ndarray of shape (K, C, S, S)

    Raises
    ------
    ValueError
        When a shape differs, a box is not finite or inverted, or the context leaves no pixel for the box.

    Notes
    -----
    Samples are bilinear; within half a pixel of the image's border they are its pixel. With one sample where
    an output covers several pixels, the rest of them would be left out.

    References
    ----------
    R. Girshick et al., "Rich feature hierarchies", 2014, appendix A, "warp"; lectures S0, lines 188-204,
    S2, lines 240-259.

    Examples
    --------
    Two pixels become four, and one of context on either side is what the image has there, or what is beyond:

    >>> image = np.arange(6.0).reshape(1, 1, 6)
    >>> warp_regions(image, [[2, 0, 4, 1], [4, 0, 6, 1]], 6, context=1, fill=9)[:, 0, 2].tolist()
    [[1.25, 1.75, 2.25, 2.75, 3.25, 3.75], [3.25, 3.75, 4.25, 4.75, 5.0, 9.0]]
    """
    image = check_floating("image", image, ("C", "H", "W"))
    C, H, W = image.shape
    corners = _checked(boxes, size, context)
    beyond = as_floating(fill).astype(image.dtype)
    beyond = np.broadcast_to(beyond, (C,)) if beyond.ndim == 0 else check_array("fill", beyond, (C,))
    beyond = beyond[:, None, None]
    rows = _axis(corners[:, 1], corners[:, 3], size, context, H)
    columns = _axis(corners[:, 0], corners[:, 2], size, context, W)
    # What is beyond the image weighs nothing, which is to be `fill`: the image is measured from there.
    of_image = np.zeros(len(corners), np.int64)
    warped: Array = resample((image - beyond)[None], rows, columns, of_image) + beyond
    return warped


def warped_boxes(boxes: ArrayLike, size: int, context: int = 0) -> Array:
    """Return what part of the image each square shows: its box, and the context around it.

    Parameters
    ----------
    boxes, size, context
        As for `warp_regions`.

    Returns
    -------
    ndarray of shape (K, 4)
        Boxes xyxy in the image's pixels; they may reach beyond it.

    Examples
    --------
    A box of 50 × 100 at 227 pixels with 16 of context: 195 for the box, and 16/195 of its sides around it.

    >>> warped_boxes([[0, 0, 50, 100]], 227, 16).round(1).tolist()
    [[-4.1, -8.2, 54.1, 108.2]]
    """
    boxes = _checked(boxes, size, context)
    margin = (boxes[:, 2:] - boxes[:, :2]) * (context / (size - 2 * context))
    return np.concatenate([boxes[:, :2] - margin, boxes[:, 2:] + margin], axis=1)


def _checked(boxes: ArrayLike, size: int, context: int) -> Array:
    """Return boxes in float64, finite and not inverted, and see that the square has room for them."""
    if size < 1 or not 0 <= 2 * context < size:
        raise ValueError(f"size must exceed 2 * context, got size {size} and context {context}")
    corners = as_boxes("boxes", boxes).astype(np.float64)
    good = np.isfinite(corners).all(axis=1) & (corners[:, 2:] >= corners[:, :2]).all(axis=1)
    if not good.all():
        row = int(np.argmin(good))
        raise ValueError(f"boxes[{row}] is inverted or not finite: {corners[row].tolist()}")
    return corners


def _axis(start: Array, stop: Array, size: int, context: int, pixels: int) -> Taps:
    """Return the tables of one axis: for each region the pixels of each of its outputs."""
    scale = (stop - start) / (size - 2 * context)  # (K,), pixels an output
    samples = np.clip(np.ceil(scale), 1, 2 * pixels)  # more would not see more
    j = np.arange(int(samples.max(initial=1)))
    start, scale, samples = (of_region[:, None, None] for of_region in (start, scale, samples))
    o = np.arange(size)[:, None] - context
    q = start + (o + (j + 0.5) / samples) * scale - 0.5  # (K, size, samples)
    inside = (j < samples) & (q >= -0.5) & (q <= pixels - 0.5)
    return linear_taps(q, pixels, inside / samples)
