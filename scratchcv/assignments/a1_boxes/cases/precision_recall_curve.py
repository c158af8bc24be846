"""Inputs for `precision_recall_curve`: detections in every order, hits early and late."""

import numpy as np

from scratchcv.assignments.a1_boxes.draw import draw_scores
from scratchcv.checks import Array
from scratchcv.grading import Call


def lecture_dogs(rng: np.random.Generator) -> Call:
    """Five detections of the lecture's three dogs."""
    return Call(np.array([0.99, 0.95, 0.9, 0.5, 0.1]), np.array([True, True, False, False, True]), 3)


def unsorted_dogs(rng: np.random.Generator) -> Call:
    """Five detections of the dogs, in another order."""
    return Call(np.array([0.5, 0.99, 0.1, 0.95, 0.9]), np.array([False, True, True, True, False]), 3)


def one_not_found(rng: np.random.Generator) -> Call:
    """Three detections, and one of four objects is never found."""
    return Call(np.array([0.9, 0.8, 0.7]), np.array([1, 1, 1]), 4)


def miss_first(rng: np.random.Generator) -> Call:
    """Best of all a miss: precision begins at 0."""
    return Call(np.array([0.9, 0.6]), np.array([False, True]), 1)


def two_of_one_score(rng: np.random.Generator) -> Call:
    """Equal scores: they keep their order."""
    return Call(np.array([0.5, 0.75, 0.5]), np.array([True, False, False]), 2)


def _hits(rng: np.random.Generator, count: int, hits: int) -> Array:
    return rng.permutation(np.arange(count) < hits)


def some(rng: np.random.Generator) -> Call:
    """Hits and misses in any order."""
    count = int(rng.integers(6, 10))
    return Call(draw_scores(rng, count), _hits(rng, count, 3), 5)


def rising_scores(rng: np.random.Generator) -> Call:
    """Hits and misses by rising score."""
    hits = np.array([True, False, True, False, False, True])
    return Call(np.sort(draw_scores(rng, 6)), np.roll(hits, int(rng.integers(3))), 4)


def falling_scores(rng: np.random.Generator) -> Call:
    """Hits and misses by falling score."""
    return Call(np.sort(draw_scores(rng, 7))[::-1].copy(), _hits(rng, 7, 4), 6)


def hits_first(rng: np.random.Generator) -> Call:
    """All hits above all misses."""
    scores = draw_scores(rng, 8)
    return Call(scores, scores > np.sort(scores)[4], 4)


def misses_first(rng: np.random.Generator) -> Call:
    """All misses above all hits."""
    scores = draw_scores(rng, 8)
    return Call(scores, scores < np.sort(scores)[3], 5)


def hits_alone(rng: np.random.Generator) -> Call:
    """Nothing but hits."""
    return Call(draw_scores(rng, 5), np.ones(5, bool), int(rng.integers(6, 9)))


def all_found(rng: np.random.Generator) -> Call:
    """Everything is found, with some misses."""
    return Call(draw_scores(rng, 9), _hits(rng, 9, 4), 4)


def much_missing(rng: np.random.Generator) -> Call:
    """Many objects, few detections."""
    return Call(draw_scores(rng, 5), _hits(rng, 5, 2), int(rng.integers(20, 40)))


def numbers_as_hits(rng: np.random.Generator) -> Call:
    """Hits as zeros and ones."""
    return Call(draw_scores(rng, 7), _hits(rng, 7, 3).astype(np.int64), 5)


def any_scores(rng: np.random.Generator) -> Call:
    """Scores that are no probabilities: some below 0, some above 1."""
    return Call(10 * draw_scores(rng, 8) - 5, _hits(rng, 8, 4), 6)


def single_precision(rng: np.random.Generator) -> Call:
    """Scores of single precision."""
    return Call(draw_scores(rng, 8).astype(np.float32), _hits(rng, 8, 4), 5)


def equal_scores(rng: np.random.Generator) -> Call:
    """Scores that are often equal: equal ones keep their order."""
    hits = np.array([True, False, True, False, True, False, False, True, False])
    return Call(np.tile([0.5, 0.25, 0.75], 3), np.roll(hits, 6 * int(rng.integers(2))), 6)


def one_hit(rng: np.random.Generator) -> Call:
    """One detection, a hit, of three objects."""
    return Call(draw_scores(rng, 1), np.array([True]), 3)


def no_hits(rng: np.random.Generator) -> Call:
    """Nothing but misses: the scores come back sorted."""
    return Call(draw_scores(rng, 6), np.zeros(6, bool), 4)


def nothing_to_find(rng: np.random.Generator) -> Call:
    """No object at all: recall is NaN."""
    return Call(draw_scores(rng, 4), np.zeros(4, bool), 0)


def large(rng: np.random.Generator) -> Call:
    """Many detections."""
    return Call(draw_scores(rng, 90), _hits(rng, 90, 40), 57)


def no_detections(rng: np.random.Generator) -> Call:
    """No detection."""
    return Call(np.zeros(0), np.zeros(0, bool), 3)


VISIBLE = (lecture_dogs, unsorted_dogs, one_not_found, miss_first, two_of_one_score)
HIDDEN = (
    some,
    rising_scores,
    falling_scores,
    hits_first,
    misses_first,
    hits_alone,
    all_found,
    much_missing,
    numbers_as_hits,
    any_scores,
    single_precision,
    equal_scores,
    one_hit,
    no_hits,
    nothing_to_find,
    large,
)
EDGES = (no_detections,)


def magnitude(scores: Array, hits: Array, number_of_truths: int) -> tuple[float, float, float]:
    """Return 1 for recall and precision, sums of fractions below 1, and 0 for scores, which are exact."""
    return 1.0, 1.0, 0.0
