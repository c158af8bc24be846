"""Inputs for `nms`: crowds, chains, thresholds met exactly, and scores in every order."""

import numpy as np

from scratchcv.assignments.a1_boxes.draw import clear_of, draw_crowds, draw_scores
from scratchcv.boxes.iou import box_iou_numpy
from scratchcv.checks import Array
from scratchcv.grading import Call


def lecture_example(rng: np.random.Generator) -> Call:
    """Blue, orange, purple and yellow of the lecture, with the threshold .7."""
    boxes = [[20, 40, 120, 140], [20, 40, 132, 154], [89, 109, 189, 199], [75, 111, 177, 201]]
    return Call(np.array(boxes, float), np.array([0.9, 0.8, 0.75, 0.7]), 0.7)


def lecture_dogs(rng: np.random.Generator) -> Call:
    """EE 628's three boxes of a dog and one of a cat, with the threshold .5."""
    boxes = [
        [0.1, 0.08, 0.52, 0.92],
        [0.08, 0.2, 0.56, 0.95],
        [0.15, 0.3, 0.62, 0.91],
        [0.55, 0.2, 0.9, 0.88],
    ]
    return Call(np.array(boxes), np.array([0.9, 0.8, 0.7, 0.95]), 0.5)


def chain_of_three(rng: np.random.Generator) -> Call:
    """Three boxes in a row: the first drops the second, which therefore cannot drop the third."""
    return Call(np.array([[0.0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]]), np.array([0.9, 0.8, 0.7]), 0.3)


def exactly_half(rng: np.random.Generator) -> Call:
    """IoU equal to the threshold: not above it, so both stay."""
    return Call(np.array([[0.0, 0, 2, 1], [0, 0, 1, 1], [0, 0, 2, 0.75]]), np.array([0.7, 0.9, 0.8]), 0.5)


def exactly_half_drops(rng: np.random.Generator) -> Call:
    """IoU equal to the threshold, with strict=False: one of the two goes."""
    return Call(np.array([[0.0, 0, 2, 1], [0, 0, 1, 1]]), np.array([0.8, 0.9]), 0.5, strict=False)


def two_of_one_score(rng: np.random.Generator) -> Call:
    """Equal scores: either of the two may drop the other."""
    boxes = np.array([[0.0, 0, 10, 10], [20, 0, 30, 10], [0, 0, 10, 9]])
    return Call(boxes, np.array([0.5, 0.9, 0.5]), 0.5)


def _crowds(
    rng: np.random.Generator, threshold: float, crowds: int, each: int, extent: float = 100.0
) -> tuple[Array, Array, float]:
    """Return boxes in crowds, of which some go, and scores, of which the first is not the best."""
    while True:
        boxes = draw_crowds(rng, crowds, each, extent=extent)
        scores = draw_scores(rng, len(boxes))
        overlapping = np.triu(box_iou_numpy(boxes, boxes) > threshold, 1)
        if clear_of(threshold, boxes) and overlapping.sum() >= 2 and scores.argmax() > 0:
            return boxes, scores, threshold


def one_crowd(rng: np.random.Generator) -> Call:
    """One crowd of boxes."""
    return Call(*_crowds(rng, 0.5, 1, 7))


def two_crowds(rng: np.random.Generator) -> Call:
    """Two crowds of boxes far from each other."""
    return Call(*_crowds(rng, 0.5, 2, 5))


def low_threshold(rng: np.random.Generator) -> Call:
    """Low threshold: one of each crowd stays."""
    return Call(*_crowds(rng, 0.1, 3, 3))


def high_threshold(rng: np.random.Generator) -> Call:
    """High threshold: few go."""
    return Call(*_crowds(rng, 0.75, 2, 6))


def rising_scores(rng: np.random.Generator) -> Call:
    """Boxes by rising score."""
    boxes, scores, threshold = _crowds(rng, 0.5, 3, 3)
    return Call(boxes, np.sort(scores), threshold)


def falling_scores(rng: np.random.Generator) -> Call:
    """Boxes by falling score."""
    boxes, scores, threshold = _crowds(rng, 0.5, 3, 3)
    return Call(boxes, np.sort(scores)[::-1].copy(), threshold)


def chains(rng: np.random.Generator) -> Call:
    """Boxes in a row, each of which overlaps only its neighbours."""
    count = int(rng.integers(5, 9))
    left = 60.0 * np.arange(count) + rng.uniform(0, 2, count)
    boxes = np.stack([left, np.zeros(count), left + 100, np.full(count, rng.uniform(20, 90))], axis=1)
    order = rng.permutation(count)
    return Call(boxes[order], (1 - order / count) * rng.uniform(0.5, 1), 0.2)


def steps_of_a_chain(rng: np.random.Generator) -> Call:
    """Three boxes in a row: the middle one goes, and cannot drop the last."""
    boxes = np.array([[0.0, 0, 10, 10], [4, 0, 14, 10], [6, 0, 16, 10]]) * rng.uniform(1, 9)
    order = rng.permutation(3)
    return Call(boxes[order], np.array([0.9, 0.8, 0.3])[order], 0.35)


def kept_long_ago(rng: np.random.Generator) -> Call:
    """Last of all a duplicate of the first that was kept."""
    boxes, scores, threshold = _crowds(rng, 0.5, 4, 1 + int(rng.integers(2, 4)))
    first = int(scores.argmax())
    late = boxes[first] + np.array([0.0, 0, 1, 1])
    boxes = np.vstack([boxes, late])
    return Call(boxes, np.append(scores, scores.min() / 2), threshold)


def inside(rng: np.random.Generator) -> Call:
    """Small boxes inside of large ones: much of the small one is covered, the IoU is low."""
    large = np.array([[0.0, 0, 80, 80], [200, 0, 280, 90], [201, 1, 281, 91]])
    small = large[:2] + rng.uniform(5, 20, (2, 1)) * [1, 1, -1, -1]
    boxes = np.vstack([large, small[:, [0, 1, 2, 3]] - [0, 0, 20, 20]])
    order = rng.permutation(5)
    return Call(boxes[order], draw_scores(rng, 5), 0.6)


def scores_of_any_size(rng: np.random.Generator) -> Call:
    """Scores that are no probabilities: some below 0, some above 1."""
    boxes, scores, threshold = _crowds(rng, 0.4, 4, 2)
    return Call(boxes, 40 * (scores - scores.max()) + 4, threshold)


def fractions_of_the_image(rng: np.random.Generator) -> Call:
    """Coordinates between 0 and 1."""
    return Call(*_crowds(rng, 0.6, 1, 6, extent=0.7))


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers of single precision."""
    boxes, scores, threshold = _crowds(rng, 0.5, 2, 4)
    return Call(boxes.astype(np.float32), scores.astype(np.float32), threshold)


def _halves(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return pairs of boxes whose IoU is one half exactly, and one pair above it."""
    x, y, width, height = rng.integers(1, 30, (4, 3)).astype(float)
    whole = np.stack([x, y, x + 2 * width, y + 4 * height], axis=1) + 200 * np.arange(3)[:, None]
    part = whole - np.stack([0 * width, 0 * width, width, 0 * width], axis=1)
    part[2, 2:] += [width[2], -height[2]]
    order = rng.permutation(6)
    return np.vstack([whole, part])[order], draw_scores(rng, 6)


def threshold_met(rng: np.random.Generator) -> Call:
    """IoUs that equal the threshold of .5, which is not enough to go."""
    return Call(*_halves(rng), 0.5)


def threshold_met_not_strict(rng: np.random.Generator) -> Call:
    """IoUs that equal the threshold of .5, which with strict=False is enough."""
    return Call(*_halves(rng), 0.5, strict=False)


def not_strict(rng: np.random.Generator) -> Call:
    """Two crowds with strict=False."""
    return Call(*_crowds(rng, 0.5, 2, 4), strict=False)


def threshold_of_zero(rng: np.random.Generator) -> Call:
    """Threshold of 0: who shares anything with a better one goes."""
    boxes = draw_crowds(rng, 3, 3)
    return Call(boxes, draw_scores(rng, 9), 0.0)


def threshold_of_one(rng: np.random.Generator) -> Call:
    """Threshold of 1: nothing goes, not even one of two equal boxes."""
    boxes = draw_crowds(rng, 2, 3)
    return Call(np.vstack([boxes, boxes[1:3]]), draw_scores(rng, 8), 1.0)


def large(rng: np.random.Generator) -> Call:
    """Many crowds."""
    return Call(*_crowds(rng, 0.5, 7, 5))


def equal_scores(rng: np.random.Generator) -> Call:
    """Scores that are often equal: any order among equal ones is right."""
    boxes, _, threshold = _crowds(rng, 0.5, 3, 4)
    return Call(boxes, rng.permutation(np.repeat([0.25, 0.5, 0.75], 4)), threshold)


def one_score_for_all(rng: np.random.Generator) -> Call:
    """One score for all boxes of two crowds: any order is right."""
    boxes, _, threshold = _crowds(rng, 0.5, 2, 4)
    return Call(boxes, np.full(8, 0.5), threshold)


def no_boxes(rng: np.random.Generator) -> Call:
    """No box at all."""
    return Call(np.zeros((0, 4)), np.zeros(0), 0.5)


def one_box(rng: np.random.Generator) -> Call:
    """One box alone."""
    return Call(draw_crowds(rng, 1, 1), draw_scores(rng, 1), 0.5)


VISIBLE = (
    lecture_example,
    lecture_dogs,
    chain_of_three,
    exactly_half,
    exactly_half_drops,
    two_of_one_score,
)
HIDDEN = (
    one_crowd,
    two_crowds,
    low_threshold,
    high_threshold,
    rising_scores,
    falling_scores,
    chains,
    steps_of_a_chain,
    kept_long_ago,
    inside,
    scores_of_any_size,
    fractions_of_the_image,
    single_precision,
    threshold_met,
    threshold_met_not_strict,
    not_strict,
    threshold_of_zero,
    threshold_of_one,
    large,
    equal_scores,
    one_score_for_all,
)
EDGES = (no_boxes, one_box)


def accepts(
    found: Array, expected: Array, boxes: Array, scores: Array, iou_threshold: float, *, strict: bool = True
) -> str:
    """Say what is wrong with the kept boxes, whatever the order among equal scores was."""
    found = np.asarray(found, np.int64)  # a list may stand for an array
    if ((found < 0) | (found >= len(boxes))).any():
        return f"an index is not one of the {len(boxes)} boxes"
    if len(np.unique(found)) < len(found):
        return "a box is kept twice"
    if (np.diff(scores[found].astype(np.float64)) > 0).any():
        return "the kept boxes must come by decreasing score"
    boxes = boxes.astype(np.float64)
    iou = box_iou_numpy(boxes, boxes)
    duplicates = iou > iou_threshold if strict else iou >= iou_threshold
    kept = np.isin(np.arange(len(boxes)), found)
    if (duplicates[np.ix_(kept, kept)] & ~np.eye(int(kept.sum()), dtype=bool)).any():
        return "two kept boxes overlap too much"
    rivals = duplicates[:, kept] & (scores[kept] >= scores[:, None])
    if not (kept | rivals.any(axis=1)).all():
        return "a box is missing that no better kept box overlaps too much"
    return ""
