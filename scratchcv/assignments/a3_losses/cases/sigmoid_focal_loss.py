"""Inputs for `sigmoid_focal_loss`: sure and unsure, right and wrong, for many alphas and gammas."""

import numpy as np

from scratchcv.grading import Call
from scratchcv.layers.sigmoid import log_sigmoid, sigmoid
from scratchcv.losses.reduction import reduce

_SURE = 8.0
"""From this logit on, a probability that was rounded no longer tells how near 0 or 1 it is."""


def _anchors(rng, shape=None):
    """Return logits and targets, of which both kinds occur, right and wrong."""
    shape = shape or (int(rng.integers(6, 12)),)
    count = int(np.prod(shape))
    order = rng.permutation(count)
    logits = rng.uniform(0.3, 4, count) * (order % 2 * 2 - 1)
    return logits.reshape(shape), (order // 2 % 2).reshape(shape)


def the_lectures_values(rng):
    """Positives that got the lecture's probabilities .1, .3, .5, .6 and .9, not weighted."""
    p = np.array([0.1, 0.3, 0.5, 0.6, 0.9])
    return Call(np.log(p / (1 - p)), np.ones(5, int), alpha=-1)


def the_lectures_cross_entropy(rng):
    """Gamma = 0 of the same: the cross-entropy."""
    p = np.array([0.1, 0.3, 0.5, 0.6, 0.9])
    return Call(np.log(p / (1 - p)), np.ones(5, int), alpha=-1, gamma=0.0)


def the_lectures_five(rng):
    """Gamma = 5 of the same: the figure's lowest curve."""
    p = np.array([0.1, 0.3, 0.5, 0.6, 0.9])
    return Call(np.log(p / (1 - p)), np.ones(5, int), alpha=-1, gamma=5.0)


def first_anchors(rng):
    """Positives and negatives, with alpha and gamma as RetinaNet has them."""
    return Call(np.array([2.0, -1.0, 2.0, -1.0]), np.array([1, 1, 0, 0]))


def first_sum(rng):
    """Their sum."""
    return Call(np.array([2.0, -1.0, 2.0, -1.0]), np.array([1, 1, 0, 0]), reduction="sum")


def first_mean(rng):
    """Their mean."""
    return Call(np.array([2.0, -1.0, 2.0, -1.0]), np.array([1, 1, 0, 0]), reduction="mean")


def positives(rng):
    """Positives alone."""
    logits, _ = _anchors(rng)
    return Call(logits, np.ones(len(logits), int))


def negatives(rng):
    """Negatives alone."""
    logits, _ = _anchors(rng)
    return Call(logits, np.zeros(len(logits), int))


def both(rng):
    """Positives and negatives."""
    return Call(*_anchors(rng))


def not_weighted(rng):
    """Alpha = -1: nothing is weighted."""
    return Call(*_anchors(rng), alpha=-1)


def heavy_positives(rng):
    """Alpha near 1."""
    return Call(*_anchors(rng), alpha=float(rng.uniform(0.7, 0.95)))


def only_positives_weigh(rng):
    """Alpha = 1: negatives weigh nothing."""
    return Call(*_anchors(rng), alpha=1.0)


def cross_entropy(rng):
    """Gamma = 0: cross-entropy, weighted."""
    return Call(*_anchors(rng), gamma=0.0)


def gamma_one(rng):
    """Gamma = 1, and both kinds weigh the same."""
    return Call(*_anchors(rng), alpha=0.5, gamma=1.0)


def gamma_below_one(rng):
    """Gamma between 0 and 1."""
    return Call(*_anchors(rng), gamma=float(rng.uniform(0.2, 0.8)))


def large_gamma(rng):
    """Gamma from 3 to 5."""
    return Call(*_anchors(rng), gamma=float(rng.uniform(3, 5)))


def mean(rng):
    """Mean of positives and negatives."""
    return Call(*_anchors(rng), reduction="mean")


def total(rng):
    """Sum of positives and negatives, another gamma."""
    return Call(*_anchors(rng), gamma=1.5, reduction="sum")


def of_classes(rng):
    """Anchors and classes: two axes, mean."""
    return Call(*_anchors(rng, (int(rng.integers(3, 7)), 5)), reduction="mean")


def floating_targets(rng):
    """Targets 0.0 and 1.0, in a batch: three axes."""
    logits, targets = _anchors(rng, (2, int(rng.integers(3, 6)), 3))
    return Call(logits, targets.astype(float), gamma=3.0)


def whole_logits(rng):
    """Logits that are integers."""
    return Call(rng.permutation(np.array([-3, -2, -1, 1, 2, 3])), np.array([1, 0, 1, 0, 1, 0]))


def many(rng):
    """About a hundred scores, summed."""
    return Call(*_anchors(rng, (int(rng.integers(9, 13)), 9)), reduction="sum")


def single_precision(rng):
    """Single precision."""
    logits, targets = _anchors(rng, (12,))
    return Call(logits.astype(np.float32), targets)


def large_logits(rng):
    """Logits up to 1000, right and wrong: nothing may overflow, and no logarithm of 0 be taken."""
    logits = np.array([1000.0, -1000.0, *rng.uniform(40, 900, 3), *rng.uniform(-900, -40, 3)])
    return Call(logits, np.array([0, 1, 0, 1, 0, 1, 0, 1]))


def large_logits_summed(rng):
    """Large logits, nearly all of them wrong, summed without weights."""
    logits = rng.uniform(750, 900, 6) * np.array([1, -1, 1, -1, 1, 1])
    return Call(logits, np.array([0, 1, 0, 1, 1, 0]), alpha=-1, gamma=1.0, reduction="sum")


def no_anchors(rng):
    """No anchors."""
    return Call(np.zeros((0, 3)), np.zeros((0, 3), int))


def mean_of_nothing(rng):
    """No anchors: the mean of nothing is 0."""
    return Call(np.zeros(0), np.zeros(0, int), reduction="mean")


VISIBLE = (
    the_lectures_values,
    the_lectures_cross_entropy,
    the_lectures_five,
    first_anchors,
    first_sum,
    first_mean,
)
HIDDEN = (
    positives,
    negatives,
    both,
    not_weighted,
    heavy_positives,
    only_positives_weigh,
    cross_entropy,
    gamma_one,
    gamma_below_one,
    large_gamma,
    mean,
    total,
    of_classes,
    floating_targets,
    whole_logits,
    many,
    single_precision,
    large_logits,
    large_logits_summed,
)
EDGES = (no_anchors, mean_of_nothing)


def magnitude(logits, targets, *, alpha=0.25, gamma=2.0, reduction="none"):
    r"""Return what a rounding of p_t, of 1 - p_t and of log p_t makes of the loss and of its gradient.

    With q = 1 - p_t and h = -log p_t, the loss is :math:`\alpha_t q^\gamma h`. The lecture's formula takes
    :math:`1 - \sigma(x)`, which is off by a rounding of 1: in q directly, and in h by 1 / p_t. For large
    logits nothing would be left of such a probability; there h is only off by a rounding of 1.
    """
    yes = np.asarray(targets) == 1
    x_t = np.where(yes, logits, -np.asarray(logits, float))
    weight = np.ones(x_t.shape) if alpha == -1 else np.where(yes, alpha, 1 - alpha)
    p, q, h = sigmoid(x_t), sigmoid(-x_t), -log_sigmoid(x_t)
    of_h = np.where(np.abs(x_t) < _SURE, 1 / np.maximum(p, np.exp(-_SURE)), 1)  # how far h is off
    ratio = np.divide(h, q, out=np.ones_like(h), where=q > 0)  # what remains of h where q^γ loses a power
    losses = weight * q**gamma * (h + of_h + gamma * ratio)
    dlogits = weight * q**gamma * (1 + q + gamma * (1 + p * h * (2 + gamma) + p * of_h + gamma * p * ratio))
    return reduce(losses, dlogits, reduction, losses.size)
