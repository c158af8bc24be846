"""Inputs for `rpn_loss`: objects, background and ignored anchors, with all ways to divide the two sums."""

import numpy as np

from scratchcv.boxes.matching import IGNORE
from scratchcv.grading import Call
from scratchcv.layers.sigmoid import log_sigmoid

_SURE = 8.0
"""From this logit on, a probability that was rounded no longer tells how near 0 or 1 it is."""


def _anchors(rng, *shape, beta=1.0):
    """Return scores, deltas, labels and targets; all labels occur in each image, right and wrong scores.

    What is ignored has scores and targets, too, as it has in a network.
    """
    count = shape[-1]
    labels = np.array([rng.permutation(np.arange(count) % 3) for _ in range(int(np.prod(shape[:-1])))])
    labels = np.where(labels == 2, IGNORE, labels).reshape(shape)
    objectness = rng.uniform(0.3, 4, shape) * rng.choice([-1, 1], shape)
    target = rng.uniform(-1, 1, (*shape, 4))
    near = rng.permutation(np.arange(target.size) % 2 == 0).reshape(target.shape)
    size = np.where(near, rng.uniform(0.1, 0.9, target.shape), rng.uniform(1.2, 4, target.shape)) * beta
    return objectness, target + rng.choice([-1, 1], target.shape) * size, labels, target


def _count(rng):
    return int(rng.integers(9, 15))


def two_and_one_ignored(rng):
    """Object, background, and an anchor that was not sampled: two times log 2, and four smooth L1."""
    return Call(np.zeros(3), np.zeros((3, 4)), np.array([1, 0, IGNORE]), np.full((3, 4), 2.0))


def the_lectures_divisors(rng):
    """Scores and deltas of six anchors; N_cls = 256, N_reg = 2400, λ = 10."""
    return Call(*_anchors(rng, 6))


def divided_by_the_sampled(rng):
    """Both sums divided by the number of sampled anchors, without λ, with β = 1/9."""
    return Call(*_anchors(rng, 6, beta=1 / 9), n_cls=None, n_reg=None, balance=1.0, beta=1 / 9)


def two_images(rng):
    """Two images: the mean over images."""
    return Call(*_anchors(rng, 2, 3), n_cls=2, n_reg=3)


def no_objects(rng):
    """Image without objects: no box is looked at."""
    objectness, deltas, _, target = _anchors(rng, 4)
    return Call(objectness, deltas, np.array([0, 0, IGNORE, 0]), target, n_cls=3)


def one_image(rng):
    """One image, the lecture's numbers."""
    return Call(*_anchors(rng, _count(rng)))


def a_batch(rng):
    """Several images, the lecture's numbers."""
    return Call(*_anchors(rng, int(rng.integers(2, 5)), 7))


def small_sample(rng):
    """Another number of sampled anchors."""
    return Call(*_anchors(rng, _count(rng)), n_cls=int(rng.integers(16, 64)))


def small_map(rng):
    """Another number of places."""
    return Call(*_anchors(rng, _count(rng)), n_reg=float(rng.integers(100, 400)))


def counted_sample(rng):
    """N_cls counted."""
    return Call(*_anchors(rng, _count(rng)), n_cls=None, n_reg=100.0)


def counted_for_boxes(rng):
    """N_reg counted, too: all sampled anchors, not the objects alone."""
    return Call(*_anchors(rng, _count(rng)), n_cls=20, n_reg=None)


def all_counted(rng):
    """Both counted over a batch, λ = 1, β = 1/9."""
    anchors = _anchors(rng, 3, 8, beta=1 / 9)
    return Call(*anchors, n_cls=None, n_reg=None, balance=1.0, beta=1 / 9)


def other_balance(rng):
    """Another λ."""
    return Call(*_anchors(rng, _count(rng)), balance=float(rng.uniform(0.5, 5)))


def other_beta(rng):
    """Another β."""
    beta = float(rng.uniform(0.2, 0.5))
    return Call(*_anchors(rng, _count(rng), beta=beta), beta=beta)


def background_only(rng):
    """Image without objects."""
    objectness, deltas, labels, target = _anchors(rng, _count(rng))
    return Call(objectness, deltas, np.where(labels == 1, 0, labels), target)


def objects_only(rng):
    """Sample of objects alone."""
    objectness, deltas, labels, target = _anchors(rng, _count(rng))
    return Call(objectness, deltas, np.where(labels == 0, IGNORE, labels), target, n_cls=None)


def mostly_ignored(rng):
    """Few anchors are sampled of many."""
    objectness, deltas, labels, target = _anchors(rng, 2, 40)
    labels[rng.random(labels.shape) < 0.7] = IGNORE
    labels[:, :2] = [1, 0]
    return Call(objectness, deltas, labels, target, n_cls=None, n_reg=50)


def one_sampled(rng):
    """Only one anchor is sampled, and it is an object."""
    objectness, deltas, labels, target = _anchors(rng, _count(rng))
    labels[:] = IGNORE
    labels[rng.integers(len(labels))] = 1
    return Call(objectness, deltas, labels, target, n_cls=None, n_reg=None)


def targets_of_nothing(rng):
    """Targets that are NaN where there is no object: nobody may look at them."""
    objectness, deltas, labels, target = _anchors(rng, _count(rng))
    target[labels != 1] = np.nan
    return Call(objectness, deltas, labels, target)


def large_scores(rng):
    """Scores up to 1000, right and wrong: nothing may overflow, and no logarithm of 0 be taken."""
    _, deltas, labels, target = _anchors(rng, 12)
    size = rng.uniform(750, 1000, 12) * np.where(rng.permutation(12) % 4 == 0, 1, -1)
    return Call(np.where(labels == 1, size, -size), deltas, labels, target)


def single_precision(rng):
    """Single precision."""
    objectness, deltas, labels, target = _anchors(rng, _count(rng))
    floats = [array.astype(np.float32) for array in (objectness, deltas, target)]
    return Call(floats[0], floats[1], labels, floats[2])


def many(rng):
    """About eighty anchors."""
    return Call(*_anchors(rng, 2, int(rng.integers(35, 43))))


def all_ignored(rng):
    """No anchor is sampled: nothing is divided by 0."""
    objectness, deltas, labels, target = _anchors(rng, 5)
    return Call(objectness, deltas, np.full_like(labels, IGNORE), target, n_cls=None, n_reg=None)


def no_anchors(rng):
    """No anchors."""
    return Call(np.zeros(0), np.zeros((0, 4)), np.zeros(0, int), np.zeros((0, 4)))


VISIBLE = (two_and_one_ignored, the_lectures_divisors, divided_by_the_sampled, two_images, no_objects)
HIDDEN = (
    one_image,
    a_batch,
    small_sample,
    small_map,
    counted_sample,
    counted_for_boxes,
    all_counted,
    other_balance,
    other_beta,
    background_only,
    objects_only,
    mostly_ignored,
    one_sampled,
    targets_of_nothing,
    large_scores,
    single_precision,
    many,
)
EDGES = (all_ignored, no_anchors)


def magnitude(objectness, deltas, labels, target_deltas, *, n_cls=256, n_reg=2400, balance=10.0, beta=1.0):
    """Return what rounding makes of smooth L1, as in its own cases, of log p and of p - p*.

    Who takes the logarithm of a rounded p or 1 - p is off by 1 / p_t; for large scores nothing would be left
    of such a probability, and the logarithm is only off by a rounding of 1.
    """
    sampled, positive = labels != IGNORE, labels == 1
    x_t = np.where(positive, objectness, -objectness)
    h = -log_sigmoid(x_t)
    of_h = np.where(np.abs(x_t) < _SURE, np.exp(np.minimum(h, _SURE)), 1)
    target_deltas = np.where(positive[..., None], target_deltas, deltas)
    d, inputs = np.abs(deltas - target_deltas), np.abs(deltas) + np.abs(target_deltas)
    near, slope = d < beta, np.minimum(d / beta, 1)
    box = positive[..., None] * (np.where(near, d * d / (2 * beta), d + beta / 2) + slope * inputs)
    ddeltas = positive[..., None] * (slope + near * inputs / beta)
    images, count = len(objectness) if objectness.ndim == 2 else 1, max(int(sampled.sum()), 1)
    of_scores, of_boxes = (count if n is None else n * images for n in (n_cls, n_reg))
    losses = {
        "objectness": (sampled * (h + of_h)).sum() / of_scores,
        "box": balance * box.sum() / of_boxes,
    }
    return losses, (sampled * 2 / of_scores, balance * ddeltas / of_boxes)
