"""The detections and truths of a data set that overlap enough to be matched: few, however large it is."""

from dataclasses import dataclass

import numpy as np

from scratchcv.checks import Array
from scratchcv.metrics.detections import DetectionTable, TruthTable
from scratchcv.metrics.overlaps import Overlaps, box_overlaps

_CHUNK = 1 << 20
"""Pairs looked at together: bounds the memory that crowded images take."""


@dataclass(frozen=True)
class Pairs:
    """The detections and truths of the same image and class that overlap enough.

    Sorted by detection, then overlap, then truth; all arrays have shape (P,).

    Attributes
    ----------
    detection, truth : ndarray of int64
        Rows of the two tables.
    overlap : ndarray of float64
        Their IoU, or another measure of `scratchcv.metrics.overlaps`.
    group : ndarray of int64
        A number for each image and class, rising: detections compete for truths within it.
    number_of_detections : int
        Rows of the detection table, those without any pair included.
    """

    detection: Array
    truth: Array
    overlap: Array
    group: Array
    number_of_detections: int


def overlapping_pairs(
    detections: DetectionTable,
    truths: TruthTable,
    least_overlap: float,
    *,
    strict: bool = False,
    overlaps: Overlaps = box_overlaps,
) -> Pairs:
    """List the pairs of detection and truth whose overlap reaches `least_overlap`.

    Parameters
    ----------
    detections, truths : DetectionTable, TruthTable
        From `gather`.
    least_overlap : float
        Pairs below it, and pairs that do not overlap at all, are left out.
    strict : bool
        Whether to leave out the pairs exactly at it, too.
    overlaps : callable
        The measure: `box_overlaps`, `mask_overlaps` or `keypoint_overlaps`.

    Returns
    -------
    Pairs
        Their number is small even where the data set is large.

    Examples
    --------
    >>> from scratchcv.metrics.detections import gather
    >>> tables = gather(
    ...     [{"boxes": [[0, 0, 2, 2], [0, 0, 2, 1]], "scores": [.9, .8], "labels": [1, 1]}],
    ...     [{"boxes": [[0, 0, 2, 2]], "labels": [1]}],
    ... )
    >>> overlapping_pairs(*tables, .3).overlap.tolist()
    [1.0, 0.5]
    """
    groups, first, count = _truths_of_each(detections, truths)
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    for rows in _chunks(count):
        detection = np.repeat(rows, count[rows])
        begin = np.cumsum(count[rows]) - count[rows]
        truth = first[detection] + np.arange(len(detection)) - np.repeat(begin, count[rows])
        overlap = overlaps(detections, truths, detection, truth)
        enough = (overlap > least_overlap if strict else overlap >= least_overlap) & (overlap > 0)
        found.append((detection[enough], truth[enough], overlap[enough]))
    detection, truth, overlap = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((truth, overlap, detection))
    detection = detection[order]
    return Pairs(detection, truth[order], overlap[order], groups[detection], len(count))


def _truths_of_each(detections: DetectionTable, truths: TruthTable) -> tuple[Array, Array, Array]:
    """Return each detection's group, and where the truths of that group begin and how many they are."""
    images = 1 + max(int(table.images.max(initial=-1)) for table in (detections, truths))
    codes = np.unique(np.concatenate([detections.labels, truths.labels]), return_inverse=True)[1]
    group = codes * images + np.concatenate([detections.images, truths.images])
    of_detections, of_truths = np.split(group, [len(detections.labels)])
    first = np.searchsorted(of_truths, of_detections, side="left")
    return of_detections, first, np.searchsorted(of_truths, of_detections, side="right") - first


def _chunks(count: Array) -> list[Array]:
    """Split the detections, in order, so that each part has about `_CHUNK` pairs to look at."""
    part = np.cumsum(count) // _CHUNK
    return np.split(np.arange(len(count)), np.flatnonzero(np.diff(part)) + 1)
