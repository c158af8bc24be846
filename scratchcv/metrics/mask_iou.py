"""Intersection over union of masks, every pair at once."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.iou import ratio
from scratchcv.checks import Array, check_array
from scratchcv.masks import RunLengths, encode_masks, run_length_intersections
from scratchcv.masks.checks import check_masks


def mask_iou(
    masks1: ArrayLike | RunLengths, masks2: ArrayLike | RunLengths, crowd: ArrayLike | None = None
) -> Array:
    r"""Return the intersection over union of every pair of masks.

    .. math::

        \mathrm{IoU}(A, B) = \frac{|A \cap B|}{|A \cup B|}, \qquad
        |A \cap B| = \sum_{p} A_p B_p

    Parameters
    ----------
    masks1 : array_like of bool, shape (N, H, W), or RunLengths
        Masks of one image, by pixel or as run lengths.
    masks2 : array_like of bool, shape (M, H, W), or RunLengths
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
    Pixels are counted from the masks' run lengths: a mask of 300 000 pixels has some hundred runs. Masks of
    noise have almost as many runs as pixels; for them a matrix product would be faster.

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
    first, second = _runs_of("masks1", masks1), _runs_of("masks2", masks2)
    if first.size != second.size:
        shapes = [(len(runs), *runs.size) for runs in (first, second)]
        raise ValueError(
            f"masks of one image must have one size, got masks1 {shapes[0]} and masks2 {shapes[1]}"
        )
    is_crowd = np.zeros(len(second), bool)
    if crowd is not None:
        is_crowd = check_array("crowd", crowd, (len(second),)).astype(bool)
    shared = run_length_intersections(first, second)
    return iou_of_masks(shared, first.areas[:, None], second.areas, is_crowd)


def iou_of_masks(shared: Array, areas1: Array, areas2: Array, is_crowd: Array) -> Array:
    """Return IoU from the pixels shared and those of each mask, arrays that broadcast together.

    Examples
    --------
    >>> iou_of_masks(np.array([1, 1]), np.array([2, 2]), np.array([3, 3]), np.array([False, True])).tolist()
    [0.25, 0.5]
    """
    union = np.where(is_crowd, areas1, areas1 + areas2 - shared)
    return ratio(shared.astype(np.float64), union.astype(np.float64))


def _runs_of(name: str, masks: ArrayLike | RunLengths) -> RunLengths:
    return masks if isinstance(masks, RunLengths) else encode_masks(check_masks(name, masks))
