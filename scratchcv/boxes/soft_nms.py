"""Soft non-maximum suppression: a box that overlaps a better one loses score, not its life."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.checks import check_valid_boxes
from scratchcv.boxes.iou import box_iou_numpy
from scratchcv.checks import Array, as_floating, check_array

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
        When a shape differs, a box is inverted or not finite, the method is unknown, or sigma not positive.

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
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    if not sigma > 0:
        raise ValueError(f"sigma must be positive, got {sigma}")
    boxes = check_valid_boxes("boxes", boxes)
    scores = as_floating(check_array("scores", scores, (len(boxes),)))
    keep, new_scores = active_form(soft_nms_numpy)(
        np.array(boxes, np.float64, order="C"),
        np.array(scores, np.float64),
        method == "gaussian",
        float(sigma),
        float(iou_threshold),
        float(score_threshold),
    )
    return keep, new_scores.astype(scores.dtype)
