"""How much a detection and a truth overlap: IoU of boxes or of masks, or similarity of keypoints.

All that differs between COCO's three kinds of detection. Each function takes the two tables and the rows of
the pairs that are asked for, and returns a number a pair.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array
from scratchcv.masks import join_run_lengths, paired_run_length_intersections, run_length_areas
from scratchcv.metrics.detections import DetectionTable, TruthTable
from scratchcv.metrics.mask_iou import iou_of_masks
from scratchcv.metrics.object_keypoint_similarity import COCO_SIGMAS, object_keypoint_similarity

Overlaps = Callable[[DetectionTable, TruthTable, Array, Array], Array]
"""From the tables and the rows of P pairs, sorted by detection, then truth, to P numbers."""


def box_overlaps(
    detections: DetectionTable,
    truths: TruthTable,
    detection: Array,
    truth: Array,
    *,
    crowd: bool = True,
    plus_one: bool = False,
) -> Array:
    """Return the IoU of the boxes of each pair.

    Parameters
    ----------
    detections, truths : DetectionTable, TruthTable
        From `gather`.
    detection, truth : ndarray of int64, shape (P,)
        Rows of the two tables.
    crowd : bool
        Overlap with a crowd is measured by the detection's area alone, for a crowd is larger than any one
        of its members.
    plus_one : bool
        VOC's pixel rule: a box includes its last row and column of pixels, so sides are x2 - x1 + 1.

    Returns
    -------
    ndarray of float64, shape (P,)

    Notes
    -----
    Sides come first and corners from them, as COCO stores boxes: so that the last bit is that of its code.

    Examples
    --------
    >>> from scratchcv.metrics.detections import gather
    >>> tables = gather(
    ...     [{"boxes": [[0, 0, 2, 1]], "scores": [.8], "labels": [1]}],
    ...     [{"boxes": [[0, 0, 2, 2]], "labels": [1]}],
    ... )
    >>> box_overlaps(*tables, np.array([0]), np.array([0])).tolist()
    [0.5]
    """
    boxes, true_boxes = detections.shapes[detection], truths.shapes[truth]
    top_left, top_left_truth = boxes[:, :2], true_boxes[:, :2]
    sides = boxes[:, 2:] - top_left + plus_one
    sides_truth = true_boxes[:, 2:] - top_left_truth + plus_one
    common = np.minimum(top_left + sides, top_left_truth + sides_truth) - np.maximum(top_left, top_left_truth)
    intersection = np.where((common > 0).all(axis=1), common[:, 0] * common[:, 1], 0.0)
    area, area_truth = sides[:, 0] * sides[:, 1], sides_truth[:, 0] * sides_truth[:, 1]
    union = np.where(truths.crowd[truth] & crowd, area, area + area_truth - intersection)
    return np.asarray(np.divide(intersection, union, out=np.zeros_like(union), where=intersection > 0))


def mask_overlaps(detections: DetectionTable, truths: TruthTable, detection: Array, truth: Array) -> Array:
    """Return the IoU of the masks of each pair, with a crowd the intersection over the detection's area.

    Examples
    --------
    >>> from scratchcv.metrics.detections import gather
    >>> mask = np.ones((1, 4, 4), bool)
    >>> tables = gather(
    ...     [{"masks": mask, "scores": [.8], "labels": [1]}], [{"masks": mask, "labels": [1]}], "segm"
    ... )
    >>> mask_overlaps(*tables, np.array([0]), np.array([0])).tolist()
    [1.0]
    """
    if len(detection) == 0:
        return np.zeros(0)
    # Both tables are sorted alike, so the pairs look at a stretch of each.
    begin, begin_truth = detection.min(), truth.min()
    masks = list(detections.shapes[begin : detection.max() + 1])
    true_masks = list(truths.shapes[begin_truth : truth.max() + 1])
    shared = paired_run_length_intersections(masks, true_masks, detection - begin, truth - begin_truth)
    counts, begins, _ = join_run_lengths(true_masks)  # the table's areas may be given ones
    true_areas = run_length_areas(counts, begins)[truth - begin_truth]
    return iou_of_masks(shared, detections.areas[detection], true_areas, truths.crowd[truth])


def keypoint_overlaps(
    detections: DetectionTable,
    truths: TruthTable,
    detection: Array,
    truth: Array,
    *,
    sigmas: ArrayLike = COCO_SIGMAS,
) -> Array:
    """Return the object keypoint similarity of each pair.

    Examples
    --------
    >>> from scratchcv.metrics.detections import gather
    >>> points = np.ones((1, 17, 3))
    >>> tables = gather(
    ...     [{"keypoints": points, "scores": [.8], "labels": [1]}],
    ...     [{"keypoints": points, "boxes": [[0, 0, 9, 9]], "labels": [1]}],
    ...     "keypoints",
    ... )
    >>> keypoint_overlaps(*tables, np.array([0]), np.array([0])).tolist()
    [1.0]
    """

    def matrix(rows: slice, columns: slice) -> Array:
        return object_keypoint_similarity(
            detections.shapes[rows],
            truths.shapes[columns],
            truths.areas[columns],
            truths.boxes[columns],
            sigmas,
        )

    return _by_group(matrix, detections, detection, truth)


def overlaps_of(iou_type: str, sigmas: ArrayLike = COCO_SIGMAS) -> Overlaps:
    """Return the measure of a kind of detection: "bbox", "segm" or "keypoints".

    Examples
    --------
    >>> overlaps_of("segm").__name__
    'mask_overlaps'
    """
    measures: dict[str, Overlaps] = {
        "bbox": box_overlaps,
        "segm": mask_overlaps,
        "keypoints": partial(keypoint_overlaps, sigmas=sigmas),
    }
    return measures[iou_type]


def _by_group(
    matrix: Callable[[slice, slice], Array], detections: DetectionTable, detection: Array, truth: Array
) -> Array:
    """Ask for the overlaps of an image and class as a matrix; its pairs stand together, row by row."""
    groups = np.stack([detections.labels[detection], detections.images[detection]])
    begin = np.flatnonzero(np.any(np.diff(groups, prepend=-1, axis=1) != 0, axis=0))
    end = np.append(begin[1:], len(detection))[: len(begin)]
    found = [np.zeros(0)]
    for first, last in zip(begin, end - 1, strict=True):
        rows = slice(int(detection[first]), int(detection[last]) + 1)
        found.append(matrix(rows, slice(int(truth[first]), int(truth[last]) + 1)).ravel())
    return np.concatenate(found)
