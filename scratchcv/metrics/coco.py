"""COCO's metrics of boxes, masks and keypoints, equal to those of its own code."""

from collections.abc import Sequence
from itertools import pairwise
from operator import index

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array
from scratchcv.metrics.annotations import Annotations
from scratchcv.metrics.average_precision import COCO_RECALL_LEVELS
from scratchcv.metrics.coco_curves import coco_curves
from scratchcv.metrics.coco_result import AREA_LIMITS, CocoResult, area_ranges
from scratchcv.metrics.detection_matching import match_coco
from scratchcv.metrics.detections import DetectionTable, gather
from scratchcv.metrics.object_keypoint_similarity import COCO_SIGMAS, check_sigmas
from scratchcv.metrics.overlapping_pairs import overlapping_pairs
from scratchcv.metrics.overlaps import overlaps_of

COCO_IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
"""The IoU thresholds .5, .55, …, .95, rounded as COCO's own code rounds them."""


MAX_DETECTIONS = {"bbox": (1, 10, 100), "segm": (1, 10, 100), "keypoints": (20,)}
"""How many detections of a class an image may have, by what is compared."""


def coco_evaluate(
    predictions: Annotations,
    targets: Annotations,
    *,
    iou_type: str = "bbox",
    max_detections: Sequence[int] | None = None,
    sigmas: ArrayLike = COCO_SIGMAS,
    area_limits: tuple[float, float] = AREA_LIMITS,
) -> CocoResult:
    r"""Return COCO's twelve numbers for the boxes or masks of a data set, or its ten for keypoints.

    .. math:: AP = \frac{1}{10} \sum_{\theta = .5, .55, \dots, .95} \mathrm{mAP}@\theta

    Parameters
    ----------
    predictions : sequence of dict
        For each image ``scores`` (D,), ``labels`` (D,), and ``boxes`` (D, 4) in pixels, ``masks`` (D, H, W)
        bool or as `RunLengths`, or ``keypoints`` (D, P, 3) of x, y and anything.
    targets : sequence of dict
        For each image ``labels`` (R,), and ``boxes`` (R, 4), ``masks`` (R, H, W) or ``keypoints`` (R, P, 3)
        of x, y and visibility, with ``boxes``; optionally ``crowd`` (or ``iscrowd``) (R,) bool, and ``area``
        (R,), the area of the object's mask in square pixels, else that of ``masks`` or of the boxes.
    iou_type : {"bbox", "segm", "keypoints"}
        What is compared: boxes and masks by IoU, keypoints by `object_keypoint_similarity`.
    max_detections : sequence of int, optional
        How many detections of a class an image may have, for AR; the last also for all AP. By default 1, 10
        and 100, for keypoints 20.
    sigmas : array_like of shape (P,)
        For keypoints, how far annotators stray from each, relative to the square root of the area.
    area_limits : (float, float)
        Square pixels up to which an object is small, and up to which medium. COCO's, 32² and 96², are for
        photographs of some 640 x 480 pixels.

    Returns
    -------
    CocoResult
        ``result.stats["AP"]``, ``result.per_class[label]``, ``result.precision``; prints as a table.

    Raises
    ------
    ValueError
        When there is not one target a prediction, a key is missing, shapes disagree, a number is not finite,
        a box is inverted, an area is negative, or `max_detections` or
        `area_limits` do not rise.
    TypeError
        When the predictions, the targets or one of them is of the wrong kind.

    Notes
    -----
    A detection counts from IoU θ on (``>=``); it takes the free object that it overlaps most, among equals
    the last. For APs, APm and APl, objects outside the range of areas need not be found, and detections
    outside it that found nothing are not held against the detector. Crowds need not be found, and absorb any
    number of detections, by intersection over the detection's area. Equal scores keep the order of images,
    then of the prediction. Where there is nothing to find, a number is -1, as in COCO's code.

    A person without labelled keypoints need not be found either; a crowd of persons is compared as one
    person is. The area of a predicted pose is that of the box around all of its keypoints.

    ``difficult``, a mark of Pascal VOC, has no meaning here: such objects are to be found as all others.
    COCO's code gives AP = -1 when 100 is not among `max_detections`; here the last is used.

    References
    ----------
    Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014; cocodataset.org, "Detection
    Evaluation" and "Keypoint Evaluation"; ``pycocotools.cocoeval``.

    Examples
    --------
    A box half as wide as its object has IoU .5: it counts at one of the ten thresholds.

    >>> result = coco_evaluate(
    ...     [{"boxes": [[0, 0, 50, 10]], "scores": [.9], "labels": [1]}],
    ...     [{"boxes": [[0, 0, 100, 10]], "labels": [1]}],
    ... )
    >>> {name: round(value, 3) for name, value in result.stats.items() if name[:2] == "AP"}
    {'AP': 0.1, 'AP50': 1.0, 'AP75': 0.0, 'APs': 0.1, 'APm': -1.0, 'APl': -1.0}

    So has a mask that covers half of its object.

    >>> object_, half = np.ones((1, 10, 40), bool), np.arange(40) < np.full((1, 10, 1), 20)
    >>> found, truth = [{"masks": half, "scores": [.9], "labels": [1]}], [{"masks": object_, "labels": [1]}]
    >>> round(coco_evaluate(found, truth, iou_type="segm").stats["AP"], 3)
    0.1
    """
    sigmas = check_sigmas(sigmas)
    detections, truths = gather(predictions, targets, iou_type, len(sigmas))
    limits = MAX_DETECTIONS[iou_type] if max_detections is None else tuple(map(index, max_detections))
    if not limits or limits[0] < 1 or any(a >= b for a, b in pairwise(limits)):
        raise ValueError(f"max_detections must rise from at least 1, got {max_detections}")
    if not 0 < area_limits[0] < area_limits[1]:
        raise ValueError(f"area_limits must rise from above 0, got {area_limits}")
    need_not_be_found = truths.crowd
    if iou_type == "keypoints":
        need_not_be_found = truths.crowd | ~(truths.shapes[..., 2] > 0).any(axis=1)
    labels = np.unique(np.concatenate([truths.labels, detections.labels]))
    rank = _rank_in_image(detections)
    detections, rank = detections.keep(rank < limits[-1]), rank[rank < limits[-1]]
    overlaps = overlaps_of(iou_type, sigmas)
    pairs = overlapping_pairs(detections, truths, COCO_IOU_THRESHOLDS[0], overlaps=overlaps)
    by_class = np.lexsort((-detections.scores, detections.labels))
    begin = _begin_of_each(labels, detections.labels)

    precision, recall = [], []
    for area_range in area_ranges(iou_type, area_limits).values():
        ignored = need_not_be_found | _outside(truths.areas, area_range)
        curves = coco_curves(
            match_coco(pairs, ignored, truths.crowd, COCO_IOU_THRESHOLDS),
            ignored,
            _outside(detections.areas, area_range),
            by_class,
            begin,
            rank,
            np.array(limits),
            np.diff(_begin_of_each(labels, truths.labels[~ignored])),
            COCO_RECALL_LEVELS,
        )
        precision.append(curves[0])
        recall.append(curves[1])
    to_find = np.diff(_begin_of_each(labels, truths.labels[~need_not_be_found]))
    return CocoResult(
        np.stack(precision, axis=3),
        np.stack(recall, axis=2),
        tuple(labels.tolist()),
        limits,
        dict(zip(labels.tolist(), to_find.tolist(), strict=True)),
        iou_type,
    )


def _begin_of_each(labels: Array, given: Array) -> Array:
    """Return where each of the labels (K,) begins among the given ones, and where the last one ends."""
    return np.append(np.searchsorted(given, labels), len(given))


def _rank_in_image(detections: DetectionTable) -> Array:
    """Return how many better detections of its class each detection has in its image."""
    rows = np.arange(len(detections.scores))
    is_first = np.diff(detections.labels, prepend=-1) != 0
    is_first |= np.diff(detections.images, prepend=-1) != 0
    is_first[:1] = True
    return np.asarray(rows - np.maximum.accumulate(np.where(is_first, rows, 0)))


def _outside(areas: Array, area_range: tuple[float, float]) -> Array:
    return np.asarray((areas < area_range[0]) | (areas > area_range[1]))
