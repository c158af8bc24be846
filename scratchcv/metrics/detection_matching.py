"""Which detection found which object: the matching rules of Pascal VOC and of COCO.

Both go through the detections of a class by decreasing score; the first to claim an object scores the hit.
They differ in what a detection may claim once its favourite is taken:

- VOC: it claims the object that it overlaps most, and if that is taken it is a false positive (a duplicate);
- COCO: it claims the object that it overlaps most *among those left*.
"""

from dataclasses import dataclass

import numpy as np

from scratchcv.boxes.matching import BACKGROUND
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


def match_voc(pairs: Pairs, ignored: Array) -> Array:
    """Match each detection to the truth that it overlaps most; the first to come gets it.

    Parameters
    ----------
    pairs : Pairs
        Those that overlap enough to count.
    ignored : ndarray of bool, shape (G,)
        Truths that need not be found; any number of detections may match one.

    Returns
    -------
    ndarray of int64, shape (D,)
        The truth found, or `BACKGROUND` for a false positive. Among equal overlaps the truth listed first
        is taken.

    References
    ----------
    VOC2012 development kit, ``VOCevaldet.m``.

    Examples
    --------
    Two detections of one object:

    >>> pairs = Pairs(np.array([0, 1]), np.array([0, 0]), np.array([.6, .9]), np.array([0, 0]), 2)
    >>> match_voc(pairs, ignored=np.array([False])).tolist()
    [0, -1]
    """
    match = np.full(pairs.number_of_detections, BACKGROUND, np.int64)
    most = np.lexsort((-pairs.truth, pairs.overlap, pairs.detection))
    detection, last = np.unique(pairs.detection[most][::-1], return_index=True)
    truth = pairs.truth[most][::-1][last]
    first_claim = np.zeros(len(truth), bool)
    first_claim[np.unique(truth, return_index=True)[1]] = True
    claims = first_claim | ignored[truth]
    match[detection[claims]] = truth[claims]
    return match


def match_coco(pairs: Pairs, ignored: Array, repeatable: Array, thresholds: Array) -> Array:
    """Match each detection to the free truth that it overlaps most, at several thresholds at once.

    Parameters
    ----------
    pairs : Pairs
        Those that overlap enough for the lowest threshold.
    ignored : ndarray of bool, shape (G,)
        Truths that need not be found; a detection takes one only where no other is left.
    repeatable : ndarray of bool, shape (G,)
        Truths that any number of detections may match: crowds.
    thresholds : ndarray of shape (T,)
        Overlaps from which on a detection counts.

    Returns
    -------
    ndarray of int64, shape (D, T)
        The truth found, or `BACKGROUND` for a false positive. Among equal overlaps the truth listed last
        is taken.

    Notes
    -----
    The best detection of every image and class is matched first, in one step for the whole data set; then
    the second best, and so on. Detections that overlap nothing take no step.

    References
    ----------
    Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014; ``evaluateImg`` in its Python code.

    Examples
    --------
    One object, two detections, thresholds .5 and .75; the first is not good enough for the higher one.

    >>> pairs = Pairs(np.array([0, 1]), np.array([0, 0]), np.array([.6, .9]), np.array([0, 0]), 2)
    >>> wanted = np.array([False])
    >>> match_coco(pairs, wanted, wanted, np.array([.5, .75])).tolist()
    [[0, -1], [-1, 0]]
    """
    match = np.full((pairs.number_of_detections, len(thresholds)), BACKGROUND, np.int64)
    free = np.ones((len(ignored), len(thresholds)), bool)
    for rows in _steps(pairs):
        detection, truth = pairs.detection[rows], pairs.truth[rows]
        possible = (pairs.overlap[rows, None] >= thresholds) & free[truth]
        # Pairs of a detection are sorted by overlap, so its best pair is its last; wanted truths come first.
        preference = np.arange(len(rows)) + len(rows) * ~ignored[truth]
        preference = np.where(possible, preference[:, None], -1)
        first = np.flatnonzero(np.diff(detection, prepend=-1))
        best = np.maximum.reduceat(preference, first, axis=0)
        chosen = np.where(best >= 0, truth[best % len(rows)], BACKGROUND)
        match[detection[first]] = chosen
        taken = (chosen >= 0) & ~repeatable[chosen]
        free[chosen[taken], np.nonzero(taken)[1]] = False
    return match


def _steps(pairs: Pairs) -> list[Array]:
    """Split the pairs by the rank of their detection in its group, among those that overlap anything."""
    if len(pairs.detection) == 0:
        return []
    _, first, index = np.unique(pairs.detection, return_index=True, return_inverse=True)
    group = pairs.group[first]
    rank = (np.arange(len(group)) - np.searchsorted(group, group, side="left"))[index]
    order = np.argsort(rank, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(rank[order])) + 1)
