"""Inputs for `smooth_l1_loss`: on both sides of beta, with and without weights, in all reductions."""

import numpy as np

from scratchcv.grading import Call
from scratchcv.losses.reduction import reduce_weighted


def _pair(rng, shape, beta=1.0):
    """Return predictions whose differences to their targets lie on both sides of beta and of 0."""
    count = int(np.prod(shape))
    near = rng.permutation(count) % 2 == 0
    size = np.where(near, rng.uniform(0.1, 0.9, count), rng.uniform(1.2, 4, count)) * beta
    sign = rng.permutation(np.arange(count) // 2 % 2) * 2 - 1  # about half are below their targets
    target = rng.uniform(-2, 2, count)
    return (target + sign * size).reshape(shape), target.reshape(shape)


def _boxes(rng):
    return int(rng.integers(3, 8)), 4


def the_lectures_values(rng):
    """Values of the lecture's function at -2, -1, -.5, 0, .5, 1, 2 and 10."""
    return Call(np.array([-2, -1, -0.5, 0, 0.5, 1, 2, 10]), np.zeros(8), reduction="none")


def deltas_of_boxes(rng):
    """Deltas of three boxes and their mean loss: no argument but the two."""
    return Call(*_pair(rng, (3, 4)))


def summed(rng):
    """Deltas of three boxes, summed."""
    return Call(*_pair(rng, (3, 4)), reduction="sum")


def a_ninth(rng):
    """Beta = 1/9, as many detectors have it."""
    return Call(*_pair(rng, (5,), 1 / 9), beta=1 / 9, reduction="none")


def first_weights(rng):
    """Weights: the mean divides by their sum."""
    return Call(np.array([0.5, 3.0]), np.zeros(2), weight=np.array([3.0, 1.0]))


def only_near(rng):
    """Only differences smaller than beta."""
    target = rng.uniform(-2, 2, _boxes(rng))
    return Call(target + rng.uniform(-0.9, 0.9, target.shape), target, reduction="none")


def only_far(rng):
    """Only differences larger than beta, on both sides."""
    target = rng.uniform(-2, 2, _boxes(rng))
    far = rng.choice([-1, 1], target.shape) * rng.uniform(1.5, 5, target.shape)
    return Call(target + far, target, reduction="none")


def each_element(rng):
    """Small and large differences, no reduction."""
    return Call(*_pair(rng, _boxes(rng)), reduction="none")


def mean(rng):
    """Small and large differences, their mean."""
    return Call(*_pair(rng, _boxes(rng)))


def total(rng):
    """Small and large differences, their sum."""
    return Call(*_pair(rng, _boxes(rng)), reduction="sum")


def wide_beta(rng):
    """Beta larger than 1."""
    beta = float(rng.uniform(2, 4))
    return Call(*_pair(rng, (6,), beta), beta=beta, reduction="none")


def narrow_beta(rng):
    """Beta smaller than 1, mean."""
    beta = float(rng.uniform(0.05, 0.3))
    return Call(*_pair(rng, _boxes(rng), beta), beta=beta)


def no_parabola(rng):
    """Beta = 0: nothing is left but the absolute distance."""
    return Call(*_pair(rng, _boxes(rng)), beta=0.0, reduction="sum")


def exactly_beta(rng):
    """Differences of exactly beta, where the parabola becomes the line."""
    target = rng.integers(-8, 8, 6) / 4
    return Call(target + np.array([0.5, -0.5, 0.25, -0.25, 1, -1]), target, beta=0.5, reduction="none")


def weighted(rng):
    """Weights, no reduction."""
    pair = _pair(rng, _boxes(rng))
    return Call(*pair, weight=rng.uniform(0.2, 3, pair[0].shape), reduction="none")


def weighted_mean(rng):
    """Weights, some of them zero; their mean."""
    pair = _pair(rng, _boxes(rng))
    weight = rng.uniform(0.2, 3, pair[0].shape)
    weight[rng.integers(len(weight))] = 0
    return Call(*pair, weight=weight)


def weighted_total(rng):
    """Weights and a beta, their sum."""
    pair = _pair(rng, (7,), 0.5)
    return Call(*pair, beta=0.5, weight=rng.uniform(0.2, 3, 7), reduction="sum")


def single_precision(rng):
    """Single precision."""
    prediction, target = _pair(rng, _boxes(rng))
    return Call(prediction.astype(np.float32), target.astype(np.float32))


def a_batch(rng):
    """Deltas of a batch of images: three axes."""
    return Call(*_pair(rng, (2, int(rng.integers(3, 6)), 4), 0.7), beta=0.7)


def many(rng):
    """About a hundred differences."""
    return Call(*_pair(rng, (int(rng.integers(20, 27)), 4)), reduction="sum")


def whole_numbers(rng):
    """Predictions and targets that are integers."""
    target = rng.integers(-5, 5, 8)
    return Call(target + np.array([1, -1, 2, -3, 5, -7, 3, 9]), target, beta=4.0, reduction="none")


def outliers(rng):
    """Targets that are a thousand times too far off."""
    prediction, target = _pair(rng, (6,))
    target[rng.integers(6)] += rng.uniform(1e3, 1e4)
    return Call(prediction, target)


def exactly_right(rng):
    """Predictions that are their targets."""
    target = rng.uniform(-2, 2, _boxes(rng))
    return Call(target.copy(), target, reduction="none")


def no_boxes(rng):
    """No boxes: the mean of nothing is 0."""
    return Call(np.zeros((0, 4)), np.zeros((0, 4)))


def no_weights(rng):
    """All weights zero: nothing again."""
    pair = _pair(rng, (5,))
    return Call(*pair, weight=np.zeros(5))


VISIBLE = (the_lectures_values, deltas_of_boxes, summed, a_ninth, first_weights)
HIDDEN = (
    only_near,
    only_far,
    each_element,
    mean,
    total,
    wide_beta,
    narrow_beta,
    no_parabola,
    exactly_beta,
    weighted,
    weighted_mean,
    weighted_total,
    single_precision,
    a_batch,
    many,
    whole_numbers,
    outliers,
)
EDGES = (exactly_right, no_boxes, no_weights)


def magnitude(prediction, target, *, beta=1.0, weight=None, reduction="mean"):
    """Return the loss with |d| + β/2 for the line's |d| - β/2, and what rounded inputs make of it.

    A prediction and a target that were rounded are off by |prediction| + |target| roundings, times the slope.
    """
    d, inputs = np.abs(np.asarray(prediction, float) - target), np.abs(prediction) + np.abs(target)
    near, slope = d < beta, np.minimum(d / (beta or 1), 1) if beta else np.ones(d.shape)
    losses = np.where(near, d * d / (2 * beta or 1), d + beta / 2) + slope * inputs
    return reduce_weighted(losses, slope + near * inputs / (beta or 1), weight, reduction)
