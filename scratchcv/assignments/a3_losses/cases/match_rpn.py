"""Inputs for `match_rpn`: matrices of IoUs in which each rule decides for somebody."""

import numpy as np

from scratchcv.grading import Call


def _iou(rng, anchors, truths, *, high=0.7, low=0.3):
    """Return IoUs, no two equal, of anchors above, below and between the thresholds, but at none."""
    bands = [(0.02, low - 0.05), (low + 0.05, high - 0.05), (high + 0.03, 0.97)]
    band = np.array(bands)[rng.permutation(np.arange(anchors) % 3)]
    largest = rng.uniform(band[:, 0], band[:, 1])
    iou = rng.uniform(0, 0.9, (anchors, truths)) * (largest[:, None] - 0.01)
    iou[np.arange(anchors), rng.integers(truths, size=anchors)] = largest
    return _apart(_apart(iou, low), high)


def _apart(iou, threshold):
    """Return the IoUs, none of them near the threshold."""
    return np.where(abs(iou - threshold) < 1e-3, iou - 2e-3, iou)


def _touched_weakly(rng, iou, low=0.3):
    """Return the IoUs with one more truth, which even its best anchor overlaps less than `low`."""
    weak = rng.uniform(0.01, 0.05, len(iou))
    poor = np.flatnonzero(iou.max(axis=1) < low)
    weak[rng.choice(poor)] = low - 0.01
    return np.column_stack([iou, weak])


def the_lectures_rules(rng):
    """Above .7, below .3, and between: positive, negative, neither."""
    return Call(np.array([[0.9, 0.1], [0.8, 0.2], [0.5, 0.1], [0.2, 0.1], [0.1, 0.75], [0.0, 0.4]]))


def best_of_its_truth(rng):
    """Truth 1 has no IoU above .7; its best anchor is positive all the same."""
    return Call(np.array([[0.8, 0.0], [0.5, 0.0], [0.2, 0.0], [0.0, 0.6], [0.0, 0.4]]))


def two_best(rng):
    """Two anchors overlap truth 1 equally well, and none better: both are positive."""
    return Call(np.array([[0.8, 0.0], [0.5, 0.0], [0.2, 0.0], [0.0, 0.4], [0.0, 0.4]]))


def best_of_one_nearer_to_another(rng):
    """Anchor 0 is the best that truth 1 has, and overlaps truth 0 more: it learns truth 0."""
    return Call(np.array([[0.6, 0.5], [0.9, 0.1], [0.0, 0.2]]))


def untouched(rng):
    """No anchor touches truth 1: it makes none positive."""
    return Call(np.array([[0.8, 0.0], [0.5, 0.0], [0.2, 0.0]]))


def a_few(rng):
    """Anchors and truths of a small image."""
    return Call(_iou(rng, int(rng.integers(9, 14)), 2))


def one_truth(rng):
    """Only one object."""
    return Call(_iou(rng, int(rng.integers(6, 10)), 1))


def weakly_touched(rng):
    """Truth whose best anchor overlaps it less than .3: that one is positive, and no negative."""
    return Call(_touched_weakly(rng, _iou(rng, 12, 2)))


def only_best_ones(rng):
    """IoUs that are all between the thresholds: only the best are positive."""
    return Call(rng.permutation(np.linspace(0.35, 0.65, 24)).reshape(8, 3))


def all_far(rng):
    """IoUs that are all below .3."""
    return Call(rng.permutation(np.linspace(0.02, 0.28, 24)).reshape(8, 3))


def equally_good(rng):
    """Several anchors that overlap a truth equally well, and none better."""
    iou = _iou(rng, 12, 2)
    equal = np.zeros(12)
    equal[rng.choice(np.flatnonzero(iou.max(axis=1) < 0.3), 3, replace=False)] = 0.5
    return Call(np.column_stack([iou, equal]))


def nearer_to_another(rng):
    """Anchor that is the best of one truth, and overlaps another one more."""
    iou = _iou(rng, 10, 2)
    largest = iou.max(axis=1)
    between = (largest > 0.3) & (largest < 0.7) & ~(iou == iou.max(axis=0)).any(axis=1)
    best_of_the_last = rng.uniform(0.01, 0.2, 10)
    best_of_the_last[between.argmax()] = 0.25
    return Call(np.column_stack([iou, best_of_the_last]))


def nobody_touches(rng):
    """Objects that no anchor touches among others."""
    iou = _iou(rng, 11, 3)
    iou[0] = rng.uniform(0, 0.01, 3)
    iou[:, rng.integers(3)] = 0
    return Call(iou)


def _at(rng, threshold):
    """Return IoUs of which two anchors have their largest at the threshold, and are no truth's best."""
    iou = _iou(rng, 9, 2)
    first, second, third, fourth = rng.permutation(9)[:4]
    iou[first], iou[second] = [threshold, 0.1], [0.0, threshold]
    iou[third], iou[fourth] = [0.9, 0.2], [0.1, 0.95]
    return iou


def exactly_high(rng):
    """IoUs of exactly the upper threshold: enough."""
    return Call(_at(rng, 0.7))


def exactly_high_strict(rng):
    """IoUs of exactly the upper threshold, where strict: too little."""
    return Call(_at(rng, 0.7), strict=True)


def exactly_low(rng):
    """IoUs of exactly the lower threshold: not negative."""
    return Call(_at(rng, 0.3))


def other_thresholds(rng):
    """Other thresholds."""
    high, low = float(rng.uniform(0.55, 0.65)), float(rng.uniform(0.15, 0.22))
    return Call(_iou(rng, 12, 3, high=high, low=low), high, low)


def one_threshold(rng):
    """Upper and lower threshold the same: no anchor is left out."""
    return Call(_apart(_iou(rng, 12, 2), 0.5), high=0.5, low=0.5)


def strict_threshold(rng):
    """Strict, with no IoU at the threshold."""
    return Call(_touched_weakly(rng, _iou(rng, 10, 3)), strict=True)


def one_anchor(rng):
    """Only one anchor: it is the best that every truth has."""
    iou = rng.permutation([0.1, 0.15, 0.05])
    return Call(np.array([[0.0, *iou, 0.25]]))


def crowded(rng):
    """More objects than anchors."""
    iou = rng.permutation(np.linspace(0.01, 0.29, 4 * 9)).reshape(4, 9)
    iou[rng.integers(4), 1:] /= 100
    return Call(iou)


def single_precision(rng):
    """Single precision."""
    return Call(_touched_weakly(rng, _iou(rng, 12, 3)).astype(np.float32))


def many(rng):
    """Hundreds of anchors, a dozen objects."""
    return Call(_iou(rng, int(rng.integers(150, 250)), int(rng.integers(9, 13))))


def no_truths(rng):
    """Image without objects: every anchor is background."""
    return Call(np.zeros((int(rng.integers(3, 7)), 0)))


def no_anchors(rng):
    """No anchors."""
    return Call(np.zeros((0, int(rng.integers(1, 4)))))


VISIBLE = (the_lectures_rules, best_of_its_truth, two_best, best_of_one_nearer_to_another, untouched)
HIDDEN = (
    a_few,
    one_truth,
    weakly_touched,
    only_best_ones,
    all_far,
    equally_good,
    nearer_to_another,
    nobody_touches,
    exactly_high,
    exactly_high_strict,
    exactly_low,
    other_thresholds,
    one_threshold,
    strict_threshold,
    one_anchor,
    crowded,
    single_precision,
    many,
)
EDGES = (no_truths, no_anchors)
