"""Intersection over union of masks, every pair at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.iou import ratio
from scratchcv.checks import Array, check_array
from scratchcv.metrics.annotations import check_masks

_STRIP = 1 << 23
"""Pixels of all masks looked at together: bounds the memory that many large masks take."""


def mask_iou(masks1: ArrayLike, masks2: ArrayLike, crowd: ArrayLike | None = None) -> Array:
    r"""Return the intersection over union of every pair of masks.

    .. math::

        \mathrm{IoU}(A, B) = \frac{|A \cap B|}{|A \cup B|}, \qquad
        |A \cap B| = \sum_{p} A_p B_p

    Parameters
    ----------
    masks1 : array_like of bool, shape (N, H, W)
        Masks of one image, by pixel.
    masks2 : array_like of bool, shape (M, H, W)
        Masks of the same image.
    crowd : array_like of bool, shape (M,), optional
        Which of `masks2` are crowds: the overlap with one is the intersection over the *first* mask's area,
        for a crowd is larger than any of its members.

    Returns
    -------
    ndarray of float64, shape (N, M)
        0 where nothing is shared, so between empty masks too.

    Raises
    ------
    ValueError
        When a shape differs or the masks are no masks.

    Notes
    -----
    The intersections are a matrix product of masks written as rows of zeros and ones, summed over strips of
    the image to bound its memory. Only the pixels within the box around all of `masks2` can be shared; the
    product looks at no others.

    References
    ----------
    Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014; ``pycocotools.mask.iou``.

    Examples
    --------
    >>> left, all_of_it = [[1, 1, 0], [1, 1, 0]], [[1, 1, 1], [1, 1, 1]]
    >>> mask_iou([left], [left, all_of_it]).round(4).tolist()
    [[1.0, 0.6667]]
    >>> mask_iou([left], [all_of_it], crowd=[True]).tolist()
    [[1.0]]
    """
    first, second = check_masks("masks1", masks1), check_masks("masks2", masks2)
    if first.shape[1:] != second.shape[1:]:
        raise ValueError(
            f"masks of one image must have one size, got masks1 {first.shape} and masks2 {second.shape}"
        )
    is_crowd = np.zeros(len(second), bool)
    if crowd is not None:
        is_crowd = check_array("crowd", crowd, (len(second),)).astype(bool)
    shared = _intersections(first, second)
    area = mask_areas(first)[:, None]
    union = np.where(is_crowd, area, area + mask_areas(second) - shared)
    return ratio(shared, union)


def mask_areas(masks: Sequence[Array] | Array) -> Array:
    """Return the number of pixels of each mask, in float64.

    Parameters
    ----------
    masks : sequence of ndarray of bool, shape (H, W)
        Of any sizes.

    Examples
    --------
    >>> mask_areas([np.ones((2, 3), bool), np.zeros((1, 1), bool)]).tolist()
    [6.0, 0.0]
    """
    return np.array([np.count_nonzero(mask) for mask in masks], np.float64)


def _intersections(first: Array, second: Array) -> Array:
    """Return the pixels that each pair shares, (N, M)."""
    shared = np.zeros((len(first), len(second)))
    rows = np.flatnonzero(second.any(axis=(0, 2)))
    columns = np.flatnonzero(second.any(axis=(0, 1)))
    if len(first) == 0 or len(rows) == 0:
        return shared
    width = columns[-1] + 1 - columns[0]
    step = max(1, _STRIP // (int(width) * (len(first) + len(second))))
    for top in range(rows[0], rows[-1] + 1, step):
        strip = np.s_[:, top : top + step, columns[0] : columns[-1] + 1]
        # float32 counts exactly up to 2²⁴ pixels, and a strip has fewer.
        a: Array = first[strip].astype(np.float32).reshape(len(first), -1)
        b: Array = second[strip].astype(np.float32).reshape(len(second), -1)
        shared += np.matmul(a, b.T)
    return shared
