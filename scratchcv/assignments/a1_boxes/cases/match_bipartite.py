"""Inputs for `match_bipartite`: matrices of IoUs in which truths compete, and thresholds met exactly."""

import numpy as np

from scratchcv.assignments.a1_boxes.draw import draw_boxes
from scratchcv.boxes.iou import box_iou_numpy
from scratchcv.checks import Array
from scratchcv.grading import Call


def lecture_labels(rng: np.random.Generator) -> Call:
    """EE 628's five anchors, its dog and its cat."""
    return Call(np.array([[0.0536, 0], [0.1417, 0], [0, 0.5657], [0, 0.2059], [0, 0.7459]]))


def lecture_walk(rng: np.random.Generator) -> Call:
    """Nine anchors and four truths, of which the largest IoUs are taken in turn: x23, x71, x54, x92."""
    iou = np.full((9, 4), 0.1) + 0.01 * np.arange(36).reshape(9, 4) / 36
    iou[1, 2], iou[6, 0], iou[4, 3], iou[8, 1] = 0.95, 0.9, 0.85, 0.8
    iou[1, 0], iou[6, 3], iou[2, 2], iou[7, 1] = 0.92, 0.88, 0.7, 0.4
    return Call(iou)


def one_anchor_for_two(rng: np.random.Generator) -> Call:
    """Two truths that overlap the same anchor most: the one that does so more gets it."""
    return Call(np.array([[0.6, 0.9], [0.3, 0.8], [0.2, 0.1]]))


def exactly_enough(rng: np.random.Generator) -> Call:
    """IoU equal to the threshold: enough."""
    return Call(np.array([[0.75], [0.5], [0.25]]), 0.5)


def exactly_too_little(rng: np.random.Generator) -> Call:
    """IoU equal to the threshold with strict=True: too little."""
    return Call(np.array([[0.75], [0.5], [0.25]]), 0.5, strict=True)


def with_minimum(rng: np.random.Generator) -> Call:
    """Two truths, of which one overlaps no anchor by more than the minimum."""
    return Call(np.array([[0.3, 0.0], [0.9, 0.0], [0.7, 1e-7]]), minimum=1e-6)


def _matrix(
    rng: np.random.Generator, anchors: int, truths: int, low: float = 0.0, high: float = 1.0
) -> Array:
    """Return IoUs between low and high, no two of them equal, none within 1e-4 of one half."""
    while True:
        ranks = rng.permutation(anchors * truths) + rng.uniform(0.1, 0.9, anchors * truths)
        iou = low + (high - low) * ranks.reshape(anchors, truths) / ranks.size
        if (abs(iou - 0.5) > 1e-4).all():
            return iou


def dense(rng: np.random.Generator) -> Call:
    """IoUs of any size."""
    return Call(_matrix(rng, int(rng.integers(7, 10)), 3, high=0.7))


def little_overlap(rng: np.random.Generator) -> Call:
    """IoUs below the threshold: every truth has an anchor nevertheless."""
    return Call(_matrix(rng, 8, 3, high=0.45))


def much_overlap(rng: np.random.Generator) -> Call:
    """IoUs above the threshold: every anchor has a truth."""
    return Call(_matrix(rng, 7, 3, low=0.55))


def contested(rng: np.random.Generator) -> Call:
    """Three truths that overlap the same anchor most."""
    iou = _matrix(rng, 7, 3, high=0.45)
    iou[int(rng.integers(7))] = np.array([0.7, 0.9, 0.8]) + rng.uniform(0, 0.05, 3)
    return Call(iou)


def second_choice(rng: np.random.Generator) -> Call:
    """Truths whose anchors overlap another truth more."""
    iou = _matrix(rng, 6, 3, high=0.3)
    first, second = rng.permutation(6)[:2]
    iou[first] = np.array([0.9, 0.2, 0.8]) + rng.uniform(0, 0.05, 3)
    iou[second] = np.array([0.7, 0.2, 0.6]) + rng.uniform(0, 0.05, 3)
    return Call(iou)


def several_enough(rng: np.random.Generator) -> Call:
    """Anchors that overlap two truths enough, the later one more."""
    iou = _matrix(rng, 9, 3, high=0.45)
    rows = rng.permutation(9)[:4]
    iou[rows, 0] = rng.uniform(0.55, 0.6, 4)
    iou[rows, 2] = rng.uniform(0.65, 0.9, 4)
    return Call(iou)


def low_threshold(rng: np.random.Generator) -> Call:
    """Threshold of .2."""
    iou = _matrix(rng, 8, 2, high=0.45)
    return Call(np.where(iou < 0.2, 0.9 * iou, iou + 0.02), 0.2)


def high_threshold(rng: np.random.Generator) -> Call:
    """Threshold of .7."""
    iou = _matrix(rng, 8, 2, low=0.5, high=0.95)
    return Call(np.where(iou < 0.7, iou - 0.05, iou + 0.04), 0.7)


def more_truths(rng: np.random.Generator) -> Call:
    """More truths than anchors: some stay without."""
    return Call(_matrix(rng, 3, 6))


def one_truth(rng: np.random.Generator) -> Call:
    """One truth alone."""
    iou = _matrix(rng, 6, 1, high=0.45)
    iou[rng.permutation(6)[:2], 0] += 0.5
    return Call(iou)


def one_anchor(rng: np.random.Generator) -> Call:
    """One anchor alone."""
    iou = _matrix(rng, 1, 4, high=0.45)
    iou[0, int(rng.integers(2, 4))] = 0.48
    return Call(iou)


def _of_halves(rng: np.random.Generator) -> Array:
    """Return IoUs of two truths, with two anchors that overlap one by exactly one half."""
    return rng.permutation(np.array([[0.875, 0.125], [0.25, 0.75], [0.5, 0.0], [0.375, 0.5], [0.25, 0.125]]))


def threshold_met(rng: np.random.Generator) -> Call:
    """IoUs equal to the threshold, which is enough."""
    return Call(_of_halves(rng), 0.5)


def threshold_met_strict(rng: np.random.Generator) -> Call:
    """IoUs equal to the threshold, which with strict=True is too little."""
    return Call(_of_halves(rng), 0.5, strict=True)


def strict(rng: np.random.Generator) -> Call:
    """Any IoUs with strict=True."""
    return Call(_matrix(rng, 8, 3, high=0.7), strict=True)


def untouched(rng: np.random.Generator) -> Call:
    """One truth that no anchor touches: it gets the first that is left."""
    iou = _matrix(rng, 6, 3, high=0.45)
    iou[0, 0], iou[:, 1] = 0.9, 0
    return Call(iou)


def untouched_with_minimum(rng: np.random.Generator) -> Call:
    """One truth that no anchor touches, with MXNet's minimum: it stays without."""
    iou = _matrix(rng, 6, 3, high=0.45)
    iou[int(rng.integers(6)), 2], iou[:, 1] = 0.9, 0
    return Call(iou, minimum=1e-6)


def high_minimum(rng: np.random.Generator) -> Call:
    """Truths that overlap no anchor by more than a minimum of .25."""
    iou = _matrix(rng, 6, 4, high=0.2)
    iou[rng.permutation(6)[:3], [0, 2, 0]] = [0.9, 0.3, 0.7]
    return Call(iou, minimum=0.25)


def minimum_met(rng: np.random.Generator) -> Call:
    """One truth whose largest IoU equals the minimum: too little."""
    iou = rng.permutation(
        np.array([[0.125, 0.75, 0.0], [0.25, 0.0, 0.125], [0.0, 0.125, 0.375], [0.0, 0.0, 0.0]])
    )
    return Call(iou, minimum=0.25)


def equal_in_a_column(rng: np.random.Generator) -> Call:
    """Equal IoUs with one truth: the first anchor wins."""
    iou = rng.permutation(np.array([[0.375, 0.125], [0.375, 0.0], [0.375, 0.25], [0.0, 0.125]]))
    return Call(iou)


def equal_in_a_row(rng: np.random.Generator) -> Call:
    """Equal IoUs with one anchor: the first truth wins."""
    row = np.array([0.25, 0.75, 0.75, 0.0])
    rows = [row, row - 0.125, [0.125, 0.25, 0.375, 0.0], [0.375, 0.25, 0.0, 0.125], [0.0, 0.125, 0.25, 0.0]]
    return Call(rng.permutation(np.array(rows)))


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers of single precision."""
    return Call(_matrix(rng, 8, 3, high=0.7).astype(np.float32))


def real_boxes(rng: np.random.Generator) -> Call:
    """IoUs of boxes, of which most do not meet."""
    while True:
        truths = draw_boxes(rng, 4)
        iou = box_iou_numpy(draw_boxes(rng, 20), truths)
        if (abs(iou - 0.5) > 1e-3).all() and (iou.max(axis=0) > 0.1).all():
            return Call(iou)


def large(rng: np.random.Generator) -> Call:
    """Many anchors."""
    return Call(_matrix(rng, 60, 8, high=0.65))


def no_truths(rng: np.random.Generator) -> Call:
    """No truth: everything is background."""
    return Call(np.zeros((5, 0)))


def no_anchors(rng: np.random.Generator) -> Call:
    """No anchor."""
    return Call(np.zeros((0, 3)))


VISIBLE = (
    lecture_labels,
    lecture_walk,
    one_anchor_for_two,
    exactly_enough,
    exactly_too_little,
    with_minimum,
)
HIDDEN = (
    dense,
    little_overlap,
    much_overlap,
    contested,
    second_choice,
    several_enough,
    low_threshold,
    high_threshold,
    more_truths,
    one_truth,
    one_anchor,
    threshold_met,
    threshold_met_strict,
    strict,
    untouched,
    untouched_with_minimum,
    high_minimum,
    minimum_met,
    equal_in_a_column,
    equal_in_a_row,
    single_precision,
    real_boxes,
    large,
)
EDGES = (no_truths, no_anchors)
