"""Soft non-maximum suppression: a box that overlaps a better one loses score, not its life."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.checks import check_threshold, check_valid_boxes
from scratchcv.boxes.gather import gather_backward
from scratchcv.boxes.iou import box_iou_backward, box_iou_numpy
from scratchcv.checks import Array, as_floating, check_array, check_floating, check_integers

METHODS = ("gaussian", "linear")


def soft_nms_numpy(
    boxes: Array,
    scores: Array,
    gaussian: bool,
    sigma: float,
    iou_threshold: float,
    score_threshold: float,
) -> tuple[Array, Array]:
    """Return what `soft_nms` does: its loop, on float64 boxes and scores.

    Examples
    --------
    >>> boxes = np.array([[0, 0, 1, 1.0], [0, 0, 1, 0.5]])
    >>> keep, scores = soft_nms_numpy(boxes, np.array([0.9, 0.8]), False, 0.5, 0.3, 0.001)
    >>> keep.tolist(), scores.tolist()
    ([0, 1], [0.9, 0.4])
    """
    scores = scores.copy()
    left = np.flatnonzero(scores >= score_threshold)
    keep = []
    while left.size:
        best = left[np.argmax(scores[left])]
        keep.append(best)
        left = left[left != best]
        iou = box_iou_numpy(boxes[best : best + 1], boxes[left])[0]
        scores[left] *= np.exp(-(iou**2) / sigma) if gaussian else np.where(iou >= iou_threshold, 1 - iou, 1)
        left = left[scores[left] >= score_threshold]
    kept = np.array(keep, np.int64)
    return kept, scores[kept]


def soft_nms(
    boxes: ArrayLike,
    scores: ArrayLike,
    *,
    method: str = "gaussian",
    sigma: float = 0.5,
    iou_threshold: float = 0.3,
    score_threshold: float = 0.001,
) -> tuple[Array, Array]:
    """Return boxes by a score that falls with their overlap with better boxes.

    Take the box M with the highest score, lower the scores of all others, repeat with what is left:

    - gaussian: sᵢ ← sᵢ exp(−IoU(M, bᵢ)² / σ)
    - linear:   sᵢ ← sᵢ (1 − IoU(M, bᵢ)) where IoU(M, bᵢ) ≥ the threshold, else sᵢ

    Parameters
    ----------
    boxes : array_like of shape (N, 4)
        Boxes `xyxy`, pixels.
    scores : array_like of shape (N,)
        Greater is better; not negative.
    method : {"gaussian", "linear"}
        How a score falls with IoU.
    sigma : float
        Width of the Gaussian; the smaller, the nearer to hard NMS.
    iou_threshold : float
        Overlap from which on the linear form lowers a score; the Gaussian has none.
    score_threshold : float
        A box whose score is or falls below is left out.

    Returns
    -------
    keep : ndarray of int64, shape (K,)
        Indices into `boxes` by decreasing new score, equal scores by index.
    new_scores : ndarray of shape (K,)
        The lowered scores of the kept boxes, in the dtype of `scores`.

    Raises
    ------
    ValueError
        When a shape differs, a box is inverted or not finite, a score negative, anything NaN, the method
        unknown, or sigma not positive.

    Notes
    -----
    N_t of the paper is `iou_threshold`, D is `keep`. As in the paper's equation, the linear form lowers from
    IoU ≥ N_t on; the authors' program has IoU > N_t, and tests the score only of boxes that it has lowered.
    Computed in float64, whatever comes in. Classes are not looked at: call it once a class.

    References
    ----------
    N. Bodla, B. Singh, R. Chellappa, L. Davis, "Soft-NMS: improving object detection with one line of code",
    ICCV 2017, figure 2 and section 3.

    Examples
    --------
    In a crowd hard NMS loses the second of two people who stand close; here it comes out with less score.

    >>> keep, scores = soft_nms([[0, 0, 10, 20], [2, 0, 12, 20]], [0.9, 0.8])
    >>> keep.tolist(), scores.round(3).tolist()
    ([0, 1], [0.9, 0.329])
    """
    _check_options(method, sigma, iou_threshold)
    boxes, scores = _checked(boxes, scores)
    keep, new_scores = active_form(soft_nms_numpy)(
        np.array(boxes, np.float64, order="C"),
        np.array(scores, np.float64),
        method == "gaussian",
        float(sigma),
        float(iou_threshold),
        check_threshold("score_threshold", score_threshold),
    )
    return keep, new_scores.astype(scores.dtype)


def soft_nms_backward(
    dnew_scores: ArrayLike,
    boxes: ArrayLike,
    scores: ArrayLike,
    keep: ArrayLike,
    *,
    method: str = "gaussian",
    sigma: float = 0.5,
    iou_threshold: float = 0.3,
) -> tuple[Array, Array]:
    r"""Return the gradients of boxes and scores from those of the lowered scores.

    The order in which boxes were taken is constant to the gradient. Then the k-th box has its own score times
    a factor for each box before it, :math:`s'_k = s_k \prod_{j<k} f(o_{jk})` with the IoUs o, and

    .. math:: ds_k = ds'_k \prod_{j<k} f(o_{jk}) \qquad
              do_{jk} = ds'_k \, s_k \, f'(o_{jk}) \prod_{i<k,\, i \ne j} f(o_{ik})

    where :math:`f' = -2 o f / \sigma` (gaussian), −1 or, below the threshold, 0 (linear).

    Parameters
    ----------
    dnew_scores : array_like of shape (K,)
        The gradient of `soft_nms`'s new scores.
    boxes, scores : array_like of shape (N, 4) and (N,)
        As given to `soft_nms`.
    keep : array_like of int, shape (K,)
        The indices that `soft_nms` returned.
    method, sigma, iou_threshold
        As given to `soft_nms`.

    Returns
    -------
    dboxes : ndarray of shape (N, 4)
        By way of `box_iou_backward`: a score rises when its box moves away from those that lowered it.
    dscores : ndarray of shape (N,)
        0 for boxes that were not kept.

    Raises
    ------
    ValueError
        As `soft_nms`, and when an index is out of range.

    Notes
    -----
    Only boxes that were kept have lowered anything, as a box whose score falls below the threshold leaves.
    Computed in float64, box by box, so that memory grows with K and time with K².

    Examples
    --------
    The second box keeps 1 − ½ of its score, and would keep more if it were lower or the first one higher:

    >>> boxes, scores = [[0, 0, 1, 1], [0, 0, 1, 0.5]], [0.9, 0.8]
    >>> keep, _ = soft_nms(boxes, scores, method="linear")
    >>> dboxes, dscores = soft_nms_backward([0, 1], boxes, scores, keep, method="linear")
    >>> dscores.tolist(), dboxes[:, 3].round(3).tolist()
    ([0.0, 0.5], [0.4, -0.8])
    """
    _check_options(method, sigma, iou_threshold)
    boxes, scores = _checked(boxes, scores)
    keep = check_integers("keep", keep, ("K",), len(boxes))
    dnew = check_floating("dnew_scores", dnew_scores, keep.shape, np.float64)
    kept, old_scores = boxes[keep].astype(np.float64), scores[keep].astype(np.float64)
    dkept, dold_scores = np.zeros_like(kept), np.zeros_like(old_scores)
    for k in range(len(keep)):
        better, box = kept[:k], kept[k : k + 1]
        factor, slope = _factor_and_slope(box_iou_numpy(better, box), method, sigma, iou_threshold)  # (k, 1)
        dold_scores[k] = dnew[k] * factor.prod()
        diou = dnew[k] * old_scores[k] * slope * _products_of_others(factor)
        dbetter, dbox = box_iou_backward(diou, better, box)
        dkept[:k] += dbetter
        dkept[k] += dbox[0]
    dboxes, dscores = (gather_backward(gradient, keep, len(boxes)) for gradient in (dkept, dold_scores))
    return dboxes.astype(boxes.dtype), dscores.astype(scores.dtype)


def _factor_and_slope(iou: Array, method: str, sigma: float, iou_threshold: float) -> tuple[Array, Array]:
    """Return f and f' of the docstring above at each IoU."""
    if method == "gaussian":
        factor = np.exp(-(iou**2) / sigma)
        return factor, -2 * iou / sigma * factor
    lowers = iou >= iou_threshold
    return np.where(lowers, 1 - iou, 1), np.where(lowers, -1.0, 0.0)


def _products_of_others(factor: Array) -> Array:
    """Return for each factor of a column the product of all others; one of them may be 0."""
    above, below = np.ones_like(factor), np.ones_like(factor)
    above[1:] = np.cumprod(factor[:-1], axis=0)
    below[:-1] = np.cumprod(factor[:0:-1], axis=0)[::-1]
    return above * below


def _checked(boxes: ArrayLike, scores: ArrayLike) -> tuple[Array, Array]:
    boxes = check_valid_boxes("boxes", boxes)
    scores = as_floating(check_array("scores", scores, (len(boxes),)))
    for row in np.flatnonzero(~(scores >= 0))[:1]:
        raise ValueError(f"scores[{row}] must be 0 or more, got {scores[row]}")
    return boxes, scores


def _check_options(method: str, sigma: float, iou_threshold: float) -> None:
    check_threshold("iou_threshold", iou_threshold)
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    if not sigma > 0:
        raise ValueError(f"sigma must be positive, got {sigma}")
