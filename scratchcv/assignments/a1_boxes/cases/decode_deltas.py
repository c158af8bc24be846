"""Inputs for `decode_deltas`: moves, growths, weights, and what the limit holds back."""

import math
from collections.abc import Sequence

import numpy as np

from scratchcv.assignments.a1_boxes.draw import draw_boxes
from scratchcv.boxes.deltas import MAX_LOG_SCALE
from scratchcv.checks import Array
from scratchcv.grading import Call

VARIANCES = (0.1, 0.1, 0.2, 0.2)


def lecture_proposal(rng: np.random.Generator) -> Call:
    """Proposal of 50 × 80 with t = (.1, .2, ln 2, 0)."""
    return Call(np.array([[0.1, 0.2, math.log(2), 0]]), np.array([[75.0, 60, 125, 140]]))


def lecture_dog(rng: np.random.Generator) -> Call:
    """EE 628's second anchor, back to its dog by deltas with variances."""
    deltas = np.array([[1.4, 10.0, 2.593969, 7.175422]])
    return Call(deltas, np.array([[0.15, 0.2, 0.4, 0.4]]), variances=VARIANCES)


def nothing_changes(rng: np.random.Generator) -> Call:
    """Four zeros: the anchor itself."""
    return Call(np.zeros((1, 4)), np.array([[10.0, 20, 40, 80]]))


def torchvision_weights(rng: np.random.Generator) -> Call:
    """One width to the right and one height up, with torchvision's weights."""
    return Call(np.array([[10.0, -10, 0, 0]]), np.array([[10.0, 20, 40, 80]]), weights=(10, 10, 5, 5))


def beyond_the_limit(rng: np.random.Generator) -> Call:
    """Growth of e⁸, which the limit turns into 1000 / 16."""
    return Call(np.array([[0.0, 0, 8, 0]]), np.array([[0.0, 0, 16, 16]]))


def _deltas(rng: np.random.Generator, count: int) -> Array:
    """Return deltas whose numbers are between .2 and 1 in size, of either sign."""
    return rng.choice([-1, 1], (count, 4)) * rng.uniform(0.2, 1, (count, 4))


def neither(rng: np.random.Generator) -> Call:
    """Neither weights nor variances."""
    count = int(rng.integers(3, 7))
    return Call(_deltas(rng, count), draw_boxes(rng, count))


def only_moved(rng: np.random.Generator) -> Call:
    """Nothing but moves."""
    return Call(_deltas(rng, 4) * [1, 1, 0, 0], draw_boxes(rng, 4))


def only_stretched(rng: np.random.Generator) -> Call:
    """Nothing but growth."""
    return Call(_deltas(rng, 4) * [0, 0, 1, 1], draw_boxes(rng, 4))


def with_variances(rng: np.random.Generator) -> Call:
    """SSD's variances."""
    return Call(5 * _deltas(rng, 4), draw_boxes(rng, 4), variances=VARIANCES)


def with_weights(rng: np.random.Generator) -> Call:
    """Weights as torchvision has them."""
    return Call(5 * _deltas(rng, 4), draw_boxes(rng, 4), weights=(10.0, 10.0, 5.0, 5.0))


def four_weights(rng: np.random.Generator) -> Call:
    """Four weights, all different."""
    weights = tuple(rng.permutation([0.5, 2.0, 3.0, 7.0]).tolist())
    return Call(_deltas(rng, 3), draw_boxes(rng, 3), weights=weights)


def four_variances(rng: np.random.Generator) -> Call:
    """Four variances, all different."""
    variances = tuple(rng.permutation([0.25, 0.1, 0.4, 2.0]).tolist())
    return Call(_deltas(rng, 3), draw_boxes(rng, 3), variances=variances)


def _with_large(rng: np.random.Generator, low: float, high: float) -> Array:
    """Return deltas, of which each row has one growth between low and high."""
    deltas = _deltas(rng, 4)
    deltas[np.arange(4), [2, 3, 2, 3]] = rng.uniform(low, high, 4)
    return deltas


def default_limit(rng: np.random.Generator) -> Call:
    """Growths beyond the usual limit."""
    return Call(_with_large(rng, 4.3, 7), draw_boxes(rng, 4))


def no_limit(rng: np.random.Generator) -> Call:
    """Growths beyond the usual limit, with clip=None."""
    return Call(_with_large(rng, 4.3, 6), draw_boxes(rng, 4), clip=None)


def own_limit(rng: np.random.Generator) -> Call:
    """Growths beyond a limit of one's own."""
    return Call(_with_large(rng, 1.4, 3), draw_boxes(rng, 4), clip=float(rng.uniform(1.1, 1.3)))


def limit_with_weights(rng: np.random.Generator) -> Call:
    """Deltas that are beyond the limit only before they are divided by their weights."""
    return Call(_with_large(rng, 5, 9), draw_boxes(rng, 4), weights=(10, 10, 5, 5))


def limit_with_variances(rng: np.random.Generator) -> Call:
    """Deltas that are beyond the limit only after they are multiplied by their variances."""
    return Call(_with_large(rng, 2.5, 3.5), draw_boxes(rng, 4), variances=(1.0, 1.0, 2.0, 2.0))


def far_moves(rng: np.random.Generator) -> Call:
    """Many widths away, which nothing limits."""
    return Call(_deltas(rng, 4) + np.outer(rng.permutation([-9, -9, 9, 9]), [1, 1, 0, 0]), draw_boxes(rng, 4))


def strong_shrinking(rng: np.random.Generator) -> Call:
    """Boxes that shrink to almost nothing: the limit acts upwards only."""
    return Call(_with_large(rng, -8, -5), draw_boxes(rng, 4))


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers of single precision."""
    return Call(_deltas(rng, 4).astype(np.float32), draw_boxes(rng, 4).astype(np.float32))


def fractions_of_the_image(rng: np.random.Generator) -> Call:
    """Coordinates between 0 and 1."""
    return Call(_deltas(rng, 4), draw_boxes(rng, 4, extent=0.8))


def left_of_the_image(rng: np.random.Generator) -> Call:
    """Anchors at negative coordinates."""
    return Call(_deltas(rng, 4), draw_boxes(rng, 4) - 150)


def one_pair(rng: np.random.Generator) -> Call:
    """One anchor and its deltas."""
    return Call(_deltas(rng, 1), draw_boxes(rng, 1), variances=VARIANCES)


def large(rng: np.random.Generator) -> Call:
    """Many anchors in a large image."""
    return Call(3 * _deltas(rng, 150), draw_boxes(rng, 150, extent=1500.0), weights=(10, 10, 5, 5))


def no_boxes(rng: np.random.Generator) -> Call:
    """No anchor at all."""
    return Call(np.zeros((0, 4)), np.zeros((0, 4)))


def zeros(rng: np.random.Generator) -> Call:
    """Zeros: the anchors themselves."""
    return Call(np.zeros((3, 4)), draw_boxes(rng, 3))


VISIBLE = (lecture_proposal, lecture_dog, nothing_changes, torchvision_weights, beyond_the_limit)
HIDDEN = (
    neither,
    only_moved,
    only_stretched,
    with_variances,
    with_weights,
    four_weights,
    four_variances,
    default_limit,
    no_limit,
    own_limit,
    limit_with_weights,
    limit_with_variances,
    far_moves,
    strong_shrinking,
    single_precision,
    fractions_of_the_image,
    left_of_the_image,
    one_pair,
    large,
)
EDGES = (no_boxes, zeros)


def magnitude(
    deltas: Array,
    anchors: Array,
    *,
    weights: Sequence[float] | None = None,
    variances: Sequence[float] | None = None,
    clip: float | None = MAX_LOG_SCALE,
) -> Array:
    """Return the formula with + for −, and e^t as large as a rounding of t makes it."""
    factors = np.ones(4) if weights is None else np.array(weights, np.float64)
    if variances is not None:
        factors = 1 / np.array(variances)
    offsets = deltas / factors
    exponents = np.minimum(offsets[:, 2:], math.inf if clip is None else clip)
    growths = np.exp(exponents) * (1 + abs(exponents))
    reach = abs(anchors[:, :2]) + abs(anchors[:, 2:])
    return np.tile(reach * (1 + abs(offsets[:, :2]) + growths), 2)
