"""From the scores of all classes of all boxes to an image's detections."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_boxes
from scratchcv.boxes.nms import batched_nms
from scratchcv.boxes.select_detections import threshold_scores
from scratchcv.boxes.top_k import top_k
from scratchcv.checks import Array, as_floating, check_array


def multiclass_nms(
    boxes: ArrayLike,
    scores: ArrayLike,
    *,
    score_thresh: float,
    nms_thresh: float,
    max_candidates: int,
    max_detections: int,
) -> tuple[Array, Array]:
    """Choose the detections of a dense detector, where each box has a score for each class.

    Class by class, scores above the threshold are candidates, the best `max_candidates` of them come to
    non-maximum suppression; of what that leaves of all classes, the best `max_detections` are the result.
    One box may be found as two classes.

    Parameters
    ----------
    boxes : array_like of shape (A, 4)
        Boxes xyxy, which all classes share.
    scores : array_like of shape (A, C)
        Column c belongs to class c + 1: there is none for the background.
    score_thresh : float
        A candidate's score exceeds it.
    nms_thresh : float
        Of two boxes of a class with a higher IoU, the weaker is dropped.
    max_candidates : int
        Of each class.
    max_detections : int
        Of the image.

    Returns
    -------
    chosen : ndarray of int64 (D,)
        Rows of `boxes`, best first.
    labels : ndarray of int64 (D,)
        Their classes, 1 … C; the scores are ``scores[chosen, labels - 1]``.

    Raises
    ------
    ValueError
        When the shapes do not fit.

    References
    ----------
    W. Liu et al., "SSD: single shot multibox detector", 2016, section 3.4 (.01, .45, 400 and 200);
    lecture S4, lines 144-146 (YOLO).

    Examples
    --------
    Two boxes on one dog, and a cat that is not quite sure to be none:

    >>> boxes = np.array([[0.0, 0, 10, 10], [1.0, 0, 10, 10], [20.0, 0, 30, 10]])
    >>> scores = np.array([[0.1, 0.9], [0.2, 0.8], [0.6, 0.3]])
    >>> chosen, labels = multiclass_nms(
    ...     boxes, scores, score_thresh=0.25, nms_thresh=0.5, max_candidates=10, max_detections=10)
    >>> chosen.tolist(), labels.tolist()
    ([0, 2, 2], [2, 1, 2])
    """
    boxes = as_boxes("boxes", boxes)
    scores = as_floating(check_array("scores", scores, (len(boxes), "C")))
    chosen, labels = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for column in range(scores.shape[1]):
        above = threshold_scores(scores[:, column], score_thresh)
        best = above[top_k(scores[above, column], max_candidates)[1]]
        chosen.append(best)
        labels.append(np.full(len(best), column + 1))
    rows, classes = np.concatenate(chosen), np.concatenate(labels)
    kept = batched_nms(boxes[rows], scores[rows, classes - 1], classes, nms_thresh)[:max_detections]
    return rows[kept], classes[kept]
