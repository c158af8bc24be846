"""COCO's precision-recall curves of all classes, thresholds and limits of detections at once."""

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array
from scratchcv.metrics.average_precision import precision_at
from scratchcv.metrics.coco_result import ABSENT
from scratchcv.metrics.precision_recall import precision_envelope

_WORTH_COMPILING = 500_000
"""Detections times thresholds from which on the first call is faster with its compilation than without."""


def coco_curves(
    match: Array,
    ignored: Array,
    outside: Array,
    rows: Array,
    begin: Array,
    rank: Array,
    limits: Array,
    wanted: Array,
    levels: Array,
) -> tuple[Array, Array]:
    r"""Return the precision at given levels of recall, and the recall reached, from what was matched.

    .. math:: P(r) = \max_{k: R_k \ge r} P_k, \qquad
              P_k = \frac{TP_k}{TP_k + FP_k}, \quad R_k = \frac{TP_k}{TP + FN}

    Parameters
    ----------
    match : ndarray of int64, shape (T, D)
        At each threshold the truth that each detection found, negative where it found none.
    ignored : ndarray of bool, shape (G,)
        Truths that need not be found; what found them counts neither as hit nor as false positive.
    outside : ndarray of bool, shape (D,)
        Detections that are no false positives although they found nothing: of another size.
    rows : ndarray of int64, shape (D',)
        The detections to look at, class after class, by decreasing score within one.
    begin : ndarray of int64, shape (K + 1,)
        Where in `rows` each class begins, and the last one ends.
    rank : ndarray of int64, shape (D,)
        How many better detections of its class each one has in its image.
    limits : ndarray of int64, shape (M,)
        How many detections of a class an image may have, rising.
    wanted : ndarray of int64, shape (K,)
        How many truths are to be found.
    levels : ndarray of float64, shape (R,)
        Levels of recall, rising.

    Returns
    -------
    precision : ndarray of float64, shape (T, R, K, M)
    recall : ndarray of float64, shape (T, K, M)
        Both -1 for a class that has nothing to find.

    References
    ----------
    Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014; ``accumulate`` in its Python code.

    Examples
    --------
    One class with two objects, one threshold: a hit and a false positive.

    >>> precision, recall = coco_curves(
    ...     match=np.array([[0, -1]]), ignored=np.zeros(2, bool), outside=np.zeros(2, bool),
    ...     rows=np.array([0, 1]), begin=np.array([0, 2]), rank=np.array([0, 1]),
    ...     limits=np.array([100]), wanted=np.array([2]), levels=np.array([0, .5, 1]),
    ... )
    >>> precision[0, :, 0, 0].round(3).tolist(), recall[0, :, 0].tolist()
    ([1.0, 1.0, 0.0], [0.5])
    """
    match = np.ascontiguousarray(match)
    form = active_form(coco_curves_numpy) if match.size >= _WORTH_COMPILING else coco_curves_numpy
    return form(match, ignored, outside, rows, begin, rank, limits, wanted, levels)


def coco_curves_numpy(
    match: Array,
    ignored: Array,
    outside: Array,
    rows: Array,
    begin: Array,
    rank: Array,
    limits: Array,
    wanted: Array,
    levels: Array,
) -> tuple[Array, Array]:
    """Count hits and false positives along every class's detections; see `coco_curves`."""
    found = match >= 0
    # A detection counts by the truth that it found or, when it found none, by its own area.
    counted = ~np.where(found, np.append(ignored, False)[match], outside)
    precision = np.full((len(match), len(levels), len(wanted), len(limits)), ABSENT)
    recall = np.full((len(match), len(wanted), len(limits)), ABSENT)
    for k in np.flatnonzero(wanted):
        of_class = rows[begin[k] : begin[k + 1]]
        for m, limit in enumerate(limits):
            few = of_class[rank[of_class] < limit]
            precision[:, :, k, m], recall[:, k, m] = _curves(
                found[:, few], counted[:, few], int(wanted[k]), levels
            )
    return precision, recall


def _curves(hits: Array, counted: Array, wanted: int, levels: Array) -> tuple[Array, Array]:
    """Return the precision at each level (T, R) and the recall reached (T,), from marks of shape (T, D)."""
    true_positives = np.cumsum(hits & counted, axis=1)
    false_positives = np.cumsum(~hits & counted, axis=1)
    recall = true_positives / wanted
    # COCO's code avoids 0/0 by this smallest of summands; it lowers a first hit's precision by one ulp.
    precision = true_positives / (false_positives + true_positives + np.spacing(1))
    envelope = precision_envelope(precision)
    at_levels = [precision_at(levels, *curve) for curve in zip(recall, envelope, strict=True)]
    reached = recall[:, -1] if recall.shape[1] else np.zeros(len(recall))
    return np.array(at_levels).reshape(len(recall), len(levels)), reached
