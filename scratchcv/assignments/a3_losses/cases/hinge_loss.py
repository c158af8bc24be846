"""Inputs for `hinge_loss`: beyond the margin, within it, on the wrong side, and ignored."""

import numpy as np

from scratchcv.grading import Call
from scratchcv.losses.reduction import reduce


def _scores(rng, shape, *, ignored=False):
    """Return scores and targets: of both, some content, some within the margin, some on the wrong side."""
    count = int(np.prod(shape))
    order = rng.permutation(count)
    y = np.where(order % 2 == 0, 1, -1)
    margin = np.choose(
        order // 2 % 3,
        [rng.uniform(1.2, 4, count), rng.uniform(0.1, 0.9, count), rng.uniform(-4, -0.2, count)],
    )
    scores = y * margin
    if ignored:
        y = np.where(order % 4 == 3, 0, y)
    return scores.reshape(shape), y.reshape(shape)


def _shape(rng):
    return int(rng.integers(4, 8)), 3


def first_scores(rng):
    """Content, within the margin, and on the wrong side."""
    return Call(np.array([2.0, 0.5, 0.5]), np.array([1, 1, -1]), reduction="none")


def one_machine_for_each_class(rng):
    """R-CNN's proposals and classes: each column is a machine that answers yes (+1) or no (-1)."""
    scores = np.array([[1.5, -2.0, -0.5], [0.25, 0.5, -3.0], [-0.75, -1.5, 0.5], [-2.0, -1.25, -1.75]])
    return Call(scores, np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1], [-1, -1, -1]]))


def first_sum(rng):
    """Five scores, summed."""
    return Call(np.array([2.0, 0.5, 0.25, -1.0, -3.0]), np.array([1, 1, -1, 1, -1]), reduction="sum")


def first_ignored(rng):
    """Target 0: a proposal that overlaps an object in part counts neither in the loss nor in its mean."""
    return Call(np.array([0.5, 0.5, -2.0]), np.array([1, 0, 1]))


def first_squared(rng):
    """Squared: no kink."""
    return Call(np.array([2.0, 0.5, 0.5]), np.array([1, 1, -1]), squared=True, reduction="none")


def each_score(rng):
    """Each score's own loss."""
    return Call(*_scores(rng, _shape(rng)), reduction="none")


def mean(rng):
    """Mean of the scores' losses."""
    return Call(*_scores(rng, _shape(rng)))


def total(rng):
    """Sum of the scores' losses."""
    return Call(*_scores(rng, _shape(rng)), reduction="sum")


def yes_only(rng):
    """Targets that are all +1."""
    scores, y = _scores(rng, (8,))
    return Call(scores * y, np.ones_like(y), reduction="none")


def no_only(rng):
    """Targets that are all -1."""
    scores, y = _scores(rng, (8,))
    return Call(-scores * y, -np.ones_like(y), reduction="none")


def wrong_side(rng):
    """Scores far on the wrong side."""
    y = rng.permutation(np.array([1, -1, 1, -1, 1]))
    return Call(-y * rng.uniform(5, 100, 5), y)


def undecided(rng):
    """Scores of exactly 0: they cost 1."""
    _, y = _scores(rng, _shape(rng))
    return Call(np.zeros(y.shape), y, reduction="none")


def at_the_margin(rng):
    """Scores exactly at the margin, where the formula's gradient is 0."""
    y = rng.permutation(np.array([1, -1, 1, -1, 1, -1]))
    return Call(y * np.array([1.0, 1.0, 0.5, -0.5, 2.0, 1.0]), y, reduction="none")


def ignored(rng):
    """Ignored ones among the others."""
    return Call(*_scores(rng, (12,), ignored=True), reduction="none")


def ignored_mean(rng):
    """Ignored ones, which the mean does not count."""
    return Call(*_scores(rng, (int(rng.integers(4, 8)), 3), ignored=True))


def ignored_total(rng):
    """Ignored ones, summed."""
    return Call(*_scores(rng, (int(rng.integers(12, 20)),), ignored=True), reduction="sum")


def squared(rng):
    """Squared, each score's own loss."""
    return Call(*_scores(rng, _shape(rng)), squared=True, reduction="none")


def squared_mean(rng):
    """Squared, with ignored ones, mean."""
    return Call(*_scores(rng, (12,), ignored=True), squared=True)


def squared_total(rng):
    """Squared, summed."""
    return Call(*_scores(rng, _shape(rng)), squared=True, reduction="sum")


def single_precision(rng):
    """Single precision."""
    scores, y = _scores(rng, _shape(rng))
    return Call(scores.astype(np.float32), y)


def whole_numbers(rng):
    """Scores that are integers, mean."""
    y = rng.permutation(np.array([1, -1, 1, -1, 1, -1, 1]))
    return Call(y * np.array([2, 3, 0, -1, -2, 0, -4]), y)


def many(rng):
    """About a hundred scores, mean."""
    return Call(*_scores(rng, (int(rng.integers(9, 13)), 9), ignored=True))


def a_batch(rng):
    """Proposals of several images: three axes."""
    return Call(*_scores(rng, (2, int(rng.integers(3, 6)), 5)), reduction="sum")


def all_content(rng):
    """Scores that are all beyond the margin."""
    y = rng.choice([-1, 1], 5)
    return Call(y * rng.uniform(1.1, 4, 5), y)


def all_ignored(rng):
    """Targets that are all 0: the mean of nothing is 0."""
    return Call(rng.uniform(-2, 2, 4), np.zeros(4, int))


def no_scores(rng):
    """No proposals."""
    return Call(np.zeros((0, 3)), np.zeros((0, 3), int))


VISIBLE = (first_scores, one_machine_for_each_class, first_sum, first_ignored, first_squared)
HIDDEN = (
    each_score,
    mean,
    total,
    yes_only,
    no_only,
    wrong_side,
    undecided,
    at_the_margin,
    ignored,
    ignored_mean,
    ignored_total,
    squared,
    squared_mean,
    squared_total,
    single_precision,
    whole_numbers,
    many,
    a_batch,
)
EDGES = (all_content, all_ignored, no_scores)


def magnitude(scores, targets, *, squared=False, reduction="mean"):
    """Return the loss with 1 + |s| for 1 - ys where the margin is violated; beyond it, all is exactly 0."""
    y = np.asarray(targets, float)
    violated = (y != 0) & (y * scores < 1)
    losses = violated * (1 + np.abs(np.asarray(scores, float)))
    dscores = violated * np.ones(losses.shape)
    if squared:
        losses, dscores = losses**2, 2 * losses
    return reduce(losses, dscores, reduction, int(np.count_nonzero(targets)))
