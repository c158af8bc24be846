"""Which detection found which object: the matching rules of Pascal VOC and of COCO.

Both go through the detections of a class by decreasing score; the first to claim an object scores the hit.
They differ in what a detection may claim once its favourite is taken:

- VOC: it claims the object that it overlaps most, and if that is taken it is a false positive (a duplicate);
- COCO: it claims the object that it overlaps most *among those left*.
"""

import numpy as np

from scratchcv.backend import active_form
from scratchcv.boxes.matching import BACKGROUND
from scratchcv.checks import Array
from scratchcv.metrics.overlapping_pairs import Pairs

_WORTH_COMPILING = 20_000
"""Pairs from which on the first evaluation is faster with its compilation than without."""


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
    ndarray of int64, shape (T, D)
        At each threshold the truth found, or `BACKGROUND` for a false positive. Among equal overlaps the
        truth listed last is taken.

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
    columns = (pairs.detection, pairs.truth, pairs.overlap, pairs.group)
    count = pairs.number_of_detections
    many = len(pairs.truth) >= _WORTH_COMPILING
    form = active_form(match_coco_numpy) if many else match_coco_numpy
    return form(*columns, count, ignored, repeatable, thresholds)


def match_coco_numpy(
    detection: Array,
    truth: Array,
    overlap: Array,
    group: Array,
    number_of_detections: int,
    ignored: Array,
    repeatable: Array,
    thresholds: Array,
) -> Array:
    """Match as `match_coco` does, the best detection of every image and class in one step for all of them.

    Then the second best, and so on; detections that overlap nothing take no step.
    """
    match = np.full((len(thresholds), number_of_detections), BACKGROUND, np.int64)
    free = np.ones((len(thresholds), len(ignored)), bool)
    for rows in _steps(detection, group):
        candidate, found = truth[rows], detection[rows]
        possible = (overlap[rows] >= thresholds[:, None]) & free[:, candidate]
        # Pairs of a detection are sorted by overlap, so its best pair is its last; wanted truths come first.
        preference = np.arange(len(rows)) + len(rows) * ~ignored[candidate]
        preference = np.where(possible, preference, -1)
        first = np.flatnonzero(np.diff(found, prepend=-1))
        best = np.maximum.reduceat(preference, first, axis=1)
        chosen = np.where(best >= 0, candidate[best % len(rows)], BACKGROUND)
        match[:, found[first]] = chosen
        taken = (chosen >= 0) & ~repeatable[chosen]
        free[np.nonzero(taken)[0], chosen[taken]] = False
    return match


def _steps(detection: Array, group: Array) -> list[Array]:
    """Split the pairs by the rank of their detection in its group, among those that overlap anything."""
    if len(detection) == 0:
        return []
    _, first, index = np.unique(detection, return_index=True, return_inverse=True)
    group = group[first]
    rank = (np.arange(len(group)) - np.searchsorted(group, group, side="left"))[index]
    order = np.argsort(rank, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(rank[order])) + 1)
