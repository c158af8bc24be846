"""Inputs for `encode_deltas`: moved, stretched, weighted."""

from collections.abc import Sequence

import numpy as np

from scratchcv.assignments.a1_boxes.draw import draw_boxes
from scratchcv.checks import Array
from scratchcv.grading import Call

VARIANCES = (0.1, 0.1, 0.2, 0.2)


def lecture_proposal(rng: np.random.Generator) -> Call:
    """Object twice as wide as its proposal, .1 widths and .2 heights away."""
    return Call(np.array([[55.0, 76, 155, 156]]), np.array([[75.0, 60, 125, 140]]))


def lecture_dog_and_cat(rng: np.random.Generator) -> Call:
    """EE 628's dog and cat with their anchors 1, 2 and 4, and its variances."""
    dog, cat = [0.1, 0.08, 0.52, 0.92], [0.55, 0.2, 0.9, 0.88]
    anchors = [[0.15, 0.2, 0.4, 0.4], [0.63, 0.05, 0.88, 0.98], [0.57, 0.3, 0.92, 0.9]]
    return Call(np.array([dog, cat, cat]), np.array(anchors), variances=VARIANCES)


def box_is_its_anchor(rng: np.random.Generator) -> Call:
    """Box that is its anchor: four zeros."""
    return Call(np.array([[10.0, 20, 40, 80]]), np.array([[10.0, 20, 40, 80]]))


def one_width_to_the_right(rng: np.random.Generator) -> Call:
    """Box one width to the right of its anchor, and with torchvision's weights."""
    return Call(np.array([[40.0, 20, 70, 80]]), np.array([[10.0, 20, 40, 80]]), weights=(10, 10, 5, 5))


def with_eps(rng: np.random.Generator) -> Call:
    """Twice as wide and half as high, with a large eps."""
    return Call(np.array([[0.0, 15, 80, 45]]), np.array([[20.0, 0, 60, 60]]), eps=0.5)


def _pairs(rng: np.random.Generator, count: int, extent: float = 100.0) -> tuple[Array, Array]:
    """Return boxes and for each an anchor that is another size and not far away."""
    boxes = draw_boxes(rng, count, extent=extent)
    move = 0.05 * extent * rng.choice([-1, 1], (count, 2)) * rng.uniform(0.5, 2, (count, 2))
    sides = (boxes[:, 2:] - boxes[:, :2]) * np.exp(rng.choice([-1, 1], (count, 2)) * rng.uniform(0.2, 1))
    sides[:, 1] *= 1.1
    corners = boxes[:, :2] + move
    return boxes, np.hstack([corners, corners + sides])


def neither(rng: np.random.Generator) -> Call:
    """Neither weights nor variances."""
    return Call(*_pairs(rng, int(rng.integers(3, 7))))


def only_moved(rng: np.random.Generator) -> Call:
    """Boxes of the size of their anchors, at other places."""
    anchors = draw_boxes(rng, 4)
    return Call(anchors + np.tile(rng.uniform(2, 20, (4, 2)), 2), anchors)


def only_stretched(rng: np.random.Generator) -> Call:
    """Boxes with the centres of their anchors and other sizes."""
    centers, sides = rng.uniform(40, 60, (4, 2)), rng.uniform(10, 30, (4, 2))
    grown = sides * rng.uniform([1.2, 0.3], [2.5, 0.8], (4, 2))
    boxes = np.hstack([centers - grown / 2, centers + grown / 2])
    return Call(boxes, np.hstack([centers - sides / 2, centers + sides / 2]))


def with_variances(rng: np.random.Generator) -> Call:
    """SSD's variances."""
    return Call(*_pairs(rng, 4), variances=VARIANCES)


def with_weights(rng: np.random.Generator) -> Call:
    """Weights as torchvision has them."""
    return Call(*_pairs(rng, 4), weights=(10.0, 10.0, 5.0, 5.0))


def four_weights(rng: np.random.Generator) -> Call:
    """Four weights, all different."""
    return Call(*_pairs(rng, 3), weights=tuple(rng.permutation([0.5, 2.0, 3.0, 7.0]).tolist()))


def four_variances(rng: np.random.Generator) -> Call:
    """Four variances, all different."""
    return Call(*_pairs(rng, 3), variances=tuple(rng.permutation([0.25, 0.1, 0.4, 2.0]).tolist()))


def small_eps(rng: np.random.Generator) -> Call:
    """Small eps, as d2l adds it."""
    return Call(*_pairs(rng, 4), eps=1e-6)


def large_eps(rng: np.random.Generator) -> Call:
    """Large eps, which shows."""
    return Call(*_pairs(rng, 4), eps=float(rng.uniform(0.1, 0.3)))


def eps_and_variances(rng: np.random.Generator) -> Call:
    """Variances and an eps together."""
    return Call(*_pairs(rng, 3), variances=VARIANCES, eps=0.01)


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers of single precision."""
    boxes, anchors = _pairs(rng, 4)
    return Call(boxes.astype(np.float32), anchors.astype(np.float32))


def single_precision_variances(rng: np.random.Generator) -> Call:
    """Numbers of single precision with variances."""
    boxes, anchors = _pairs(rng, 4)
    return Call(boxes.astype(np.float32), anchors.astype(np.float32), variances=VARIANCES)


def fractions_of_the_image(rng: np.random.Generator) -> Call:
    """Coordinates between 0 and 1."""
    return Call(*_pairs(rng, 4, extent=0.8))


def left_of_the_image(rng: np.random.Generator) -> Call:
    """Boxes at negative coordinates."""
    boxes, anchors = _pairs(rng, 4)
    return Call(boxes - 150, anchors - 150)


def wide_anchors(rng: np.random.Generator) -> Call:
    """High boxes and wide anchors."""
    corners = rng.uniform(0, 40, (2, 4, 2))
    sides = np.stack([rng.uniform([10, 60], [20, 90], (4, 2)), rng.uniform([60, 10], [90, 20], (4, 2))])
    boxes, anchors = np.concatenate([corners, corners + sides], axis=2)
    return Call(boxes, anchors)


def one_pair(rng: np.random.Generator) -> Call:
    """One box and its anchor."""
    return Call(*_pairs(rng, 1), variances=VARIANCES)


def large(rng: np.random.Generator) -> Call:
    """Many boxes in a large image."""
    return Call(*_pairs(rng, 150, extent=1500.0), weights=(10, 10, 5, 5))


def no_boxes(rng: np.random.Generator) -> Call:
    """No box at all."""
    return Call(np.zeros((0, 4)), np.zeros((0, 4)))


def anchors_themselves(rng: np.random.Generator) -> Call:
    """Boxes that are their anchors: zeros."""
    anchors = draw_boxes(rng, 3)
    return Call(anchors.copy(), anchors)


VISIBLE = (lecture_proposal, lecture_dog_and_cat, box_is_its_anchor, one_width_to_the_right, with_eps)
HIDDEN = (
    neither,
    only_moved,
    only_stretched,
    with_variances,
    with_weights,
    four_weights,
    four_variances,
    small_eps,
    large_eps,
    eps_and_variances,
    single_precision,
    single_precision_variances,
    fractions_of_the_image,
    left_of_the_image,
    wide_anchors,
    one_pair,
    large,
)
EDGES = (no_boxes, anchors_themselves)


def magnitude(
    gt_boxes: Array,
    anchors: Array,
    *,
    weights: Sequence[float] | None = None,
    variances: Sequence[float] | None = None,
    eps: float = 0.0,
) -> Array:
    """Return the deltas with + for −, and logarithms as large as rounded coordinates make them."""
    factors = np.ones(4) if weights is None else np.array(weights)
    if variances is not None:
        factors = 1 / np.array(variances)
    sides, prior_sides = gt_boxes[:, 2:] - gt_boxes[:, :2], anchors[:, 2:] - anchors[:, :2]
    reach, prior_reach = (abs(each[:, :2]) + abs(each[:, 2:]) for each in (gt_boxes, anchors))
    moves = (reach + prior_reach) / prior_sides
    growths = 1 + eps + abs(np.log(sides)) + abs(np.log(prior_sides))
    growths += reach / sides + prior_reach / prior_sides
    return np.asarray(factors * np.hstack([moves * (1 + prior_reach / prior_sides), growths]))
