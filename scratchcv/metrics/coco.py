"""COCO's detection metrics: its twelve numbers, equal to those of its own code."""

from itertools import pairwise

import numpy as np

from scratchcv.boxes.area import box_area
from scratchcv.checks import Array
from scratchcv.metrics.average_precision import COCO_RECALL_LEVELS, precision_at
from scratchcv.metrics.coco_result import ABSENT, AREA_RANGES, CocoResult
from scratchcv.metrics.detection_matching import match_coco, overlapping_pairs
from scratchcv.metrics.detections import Annotations, DetectionTable, gather
from scratchcv.metrics.precision_recall import precision_envelope

COCO_IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
"""The IoU thresholds .5, .55, …, .95, rounded as COCO's own code rounds them."""


def coco_evaluate(
    predictions: Annotations, targets: Annotations, *, max_detections: tuple[int, ...] = (1, 10, 100)
) -> CocoResult:
    r"""Return COCO's twelve numbers for the detections of a data set.

    .. math:: AP = \frac{1}{10} \sum_{\theta = .5, .55, \dots, .95} \mathrm{mAP}@\theta

    Parameters
    ----------
    predictions : sequence of dict
        For each image ``boxes`` (D, 4) in pixels, ``scores`` (D,) and ``labels`` (D,).
    targets : sequence of dict
        For each image ``boxes`` (R, 4) and ``labels`` (R,); optionally ``crowd`` (R,) bool, and ``area``
        (R,), the area of the object's mask in square pixels, else the box's.
    max_detections : tuple of int
        How many detections of a class an image may have, for AR; the last also for all AP.

    Returns
    -------
    CocoResult
        ``result.stats["AP"]``, ``result.per_class[label]``, ``result.precision``; prints as a table.

    Raises
    ------
    ValueError
        When there is not one target a prediction, a key is missing, shapes disagree, a number is not finite,
        or `max_detections` does not rise.

    Notes
    -----
    A detection counts from IoU θ on (``>=``); it takes the free object that it overlaps most, among equals
    the last. For APs, APm and APl, objects outside the range of areas need not be found, and detections
    outside it that found nothing are not held against the detector. Crowds need not be found, and absorb any
    number of detections, by intersection over the detection's area. Equal scores keep the order of images,
    then of the prediction. Where there is nothing to find, a number is -1, as in COCO's code.

    ``difficult``, a mark of Pascal VOC, has no meaning here: such objects are to be found as all others.
    COCO's code gives AP = -1 when 100 is not among `max_detections`; here the last is used.

    References
    ----------
    Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014; cocodataset.org, "Detection
    Evaluation"; ``pycocotools.cocoeval``.

    Examples
    --------
    A box half as wide as its object has IoU .5: it counts at one of the ten thresholds.

    >>> result = coco_evaluate(
    ...     [{"boxes": [[0, 0, 50, 10]], "scores": [.9], "labels": [1]}],
    ...     [{"boxes": [[0, 0, 100, 10]], "labels": [1]}],
    ... )
    >>> {name: round(value, 3) for name, value in result.stats.items() if name[:2] == "AP"}
    {'AP': 0.1, 'AP50': 1.0, 'AP75': 0.0, 'APs': 0.1, 'APm': -1.0, 'APl': -1.0}
    """
    limits = tuple(int(limit) for limit in max_detections)
    if not limits or limits[0] < 1 or any(a >= b for a, b in pairwise(limits)):
        raise ValueError(f"max_detections must rise from at least 1, got {max_detections}")
    detections, truths = gather(predictions, targets)
    labels = np.unique(np.concatenate([truths.labels, detections.labels]))
    rank = _rank_in_image(detections)
    detections, rank = detections.keep(rank < limits[-1]), rank[rank < limits[-1]]
    pairs = overlapping_pairs(detections, truths, COCO_IOU_THRESHOLDS[0])

    counts = (len(labels), len(AREA_RANGES), len(limits))
    precision = np.full((len(COCO_IOU_THRESHOLDS), len(COCO_RECALL_LEVELS), *counts), ABSENT)
    recall = np.full((len(COCO_IOU_THRESHOLDS), *counts), ABSENT)
    for a, area_range in enumerate(AREA_RANGES.values()):
        ignored = truths.crowd | _outside(truths.areas, area_range)
        match = match_coco(pairs, ignored, truths.crowd, COCO_IOU_THRESHOLDS)
        found = match >= 0
        # A detection counts by the truth that it found or, when it found none, by its own area.
        counted = np.where(found, False, ~_outside(box_area(detections.boxes), area_range)[:, None])
        counted[found] = ~ignored[match[found]]
        for k, label in enumerate(labels):
            wanted = int(np.sum((truths.labels == label) & ~ignored))
            of_class = np.flatnonzero(detections.labels == label)
            of_class = of_class[np.argsort(-detections.scores[of_class], kind="stable")]
            for m, limit in enumerate(limits if wanted else ()):
                rows = of_class[rank[of_class] < limit]
                precision[:, :, k, a, m], recall[:, k, a, m] = _curves(found[rows], counted[rows], wanted)
    number_of_truths = {
        label: int(np.sum(~truths.crowd[truths.labels == label])) for label in labels.tolist()
    }
    return CocoResult(precision, recall, tuple(labels.tolist()), limits, number_of_truths)


def _rank_in_image(detections: DetectionTable) -> Array:
    """Return how many better detections of its class each detection has in its image."""
    rows = np.arange(len(detections.scores))
    is_first = np.diff(detections.labels, prepend=-1) != 0
    is_first |= np.diff(detections.images, prepend=-1) != 0
    is_first[:1] = True
    return np.asarray(rows - np.maximum.accumulate(np.where(is_first, rows, 0)))


def _outside(areas: Array, area_range: tuple[float, float]) -> Array:
    return np.asarray((areas < area_range[0]) | (areas > area_range[1]))


def _curves(hits: Array, counted: Array, wanted: int) -> tuple[Array, Array]:
    """Return precision at COCO's recall levels (T, R), and the recall reached (T,).

    `hits` and `counted` have shape (D, T), detections by decreasing score.
    """
    true_positives = np.cumsum((hits & counted).T, axis=1)
    false_positives = np.cumsum((~hits & counted).T, axis=1)
    recall = true_positives / wanted
    # COCO's code avoids 0/0 by this smallest of summands; it lowers a first hit's precision by one ulp.
    precision = true_positives / (false_positives + true_positives + np.spacing(1))
    envelope = precision_envelope(precision)
    at_levels = [precision_at(COCO_RECALL_LEVELS, *curve) for curve in zip(recall, envelope, strict=True)]
    reached = recall[:, -1] if recall.shape[1] else np.zeros(len(recall))
    return np.array(at_levels), reached
