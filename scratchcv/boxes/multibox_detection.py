"""From the scores and deltas of anchors to detections, by the rules of d2l or of MXNet."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_boxes, check_threshold
from scratchcv.boxes.clip import clip_boxes_to_image
from scratchcv.boxes.decode_deltas import decode_deltas
from scratchcv.boxes.multibox_target import MULTIBOX_VARIANCES
from scratchcv.boxes.nms import batched_nms
from scratchcv.boxes.score_order import by_decreasing_score
from scratchcv.boxes.select_detections import best_class
from scratchcv.checks import Array, as_floating, check_array

LAYOUTS = ("d2l", "mxnet")


def multibox_detection(
    scores: ArrayLike,
    deltas: ArrayLike,
    anchors: ArrayLike,
    *,
    nms_threshold: float = 0.5,
    score_threshold: float = 0.01,
    variances: Sequence[float] = MULTIBOX_VARIANCES,
    class_aware: bool = False,
    strict: bool = True,
    clip: bool = False,
    layout: str = "d2l",
) -> Array:
    """Decode the anchors of one image, give each its best class, and suppress duplicates.

    ================== ============================ ==================================
    argument           d2l, the default             MXNet
    ================== ============================ ==================================
    ``class_aware``    False: a dog deletes a cat   True, unless ``force_suppress``
    ``strict``         True: drops IoU > threshold  False: drops IoU ≥ threshold
    ``clip``           False                        True: into [0, 1]
    ``layout``         "d2l"                        "mxnet"
    ================== ============================ ==================================

    Parameters
    ----------
    scores : array_like of shape (A, K + 1)
        Class probabilities of each anchor, the background first; d2l and MXNet have them transposed.
    deltas : array_like of shape (A, 4)
        Predicted deltas.
    anchors : array_like of shape (A, 4)
        Boxes xyxy; relative to the image when clipped.
    nms_threshold : float
        The overlap from which on a box counts as a duplicate.
    score_threshold : float
        A score below this makes no detection.
    variances : sequence of 4 float
        As for `decode_deltas`.
    class_aware, strict, clip
        See the table.
    layout : {"d2l", "mxnet"}
        Which rows come out where; see the notes.

    Returns
    -------
    ndarray of shape (A, 6)
        Rows (class, score, x1, y1, x2, y2), with classes 0 … K - 1 without the background, and -1 for what
        is no detection.

    Raises
    ------
    ValueError
        When a shape differs, a threshold is NaN or the layout is unknown.

    Notes
    -----
    "d2l": what NMS kept comes first, by score, then the rest by index. A score below the threshold is taken
    for a certain background: its class becomes -1 and its score 1 - score.
    "mxnet": scores below the threshold are dropped before NMS; the others come by score, suppressed ones in
    their place with class -1; rows of -1 fill up.

    This selects, as `nms` does. A gradient of boxes or scores goes back by the parts: `best_class_backward`,
    `decode_deltas_backward`, `clip_boxes_to_image_backward`, `gather_backward`.

    References
    ----------
    S. Aydore, EE 628, lecture 12, lines 587-715. A. Zhang et al., "Dive into deep learning", section "Anchor
    boxes". MXNet 1.x, ``multibox_detection.cc``.

    Examples
    --------
    The book's three dogs and a cat; the second and third dog overlap the first by .74 and .55:

    >>> anchors = [[0.1, 0.08, 0.52, 0.92], [0.08, 0.2, 0.56, 0.95], [0.15, 0.3, 0.62, 0.91],
    ...            [0.55, 0.2, 0.9, 0.88]]
    >>> scores = np.transpose([[0, 0, 0, 0], [0.9, 0.8, 0.7, 0.1], [0.1, 0.2, 0.3, 0.9]])
    >>> multibox_detection(scores, np.zeros((4, 4)), anchors)[:, :3].round(2).tolist()
    [[0.0, 0.9, 0.1], [1.0, 0.9, 0.55], [-1.0, 0.8, 0.08], [-1.0, 0.7, 0.15]]
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout must be one of {', '.join(LAYOUTS)}, got {layout!r}")
    anchors = as_boxes("anchors", anchors)
    deltas = check_array("deltas", deltas, anchors.shape)
    scores = as_floating(check_array("scores", scores, (len(anchors), "K + 1")))
    best, labels = best_class(scores)
    boxes = decode_deltas(deltas, anchors, variances=variances, clip=None)
    if clip:
        boxes = clip_boxes_to_image(boxes, (1, 1))
    rows: Array = np.concatenate([labels[:, None] - 1, best[:, None], boxes], axis=1, dtype=scores.dtype)
    low = best < check_threshold("score_threshold", score_threshold)
    running = np.flatnonzero(~low) if layout == "mxnet" else np.arange(len(anchors))
    groups = labels[running] if class_aware else np.zeros(len(running), np.int64)
    kept = running[batched_nms(boxes[running], best[running], groups, nms_threshold, strict=strict)]
    suppressed = np.setdiff1d(running, kept)
    rows[suppressed, 0] = -1
    if layout == "d2l":
        rows[low, 0] = -1
        rows[low, 1] = 1 - best[low]
        return rows.take(np.concatenate([kept, suppressed]), axis=0)
    filled = np.full_like(rows, -1)
    filled[: len(running)] = rows[running[by_decreasing_score(best[running])]]
    return filled
