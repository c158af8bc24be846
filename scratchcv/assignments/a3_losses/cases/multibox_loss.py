"""Inputs for `multibox_loss`: images with many, few and no objects, hard and easy negatives."""

import numpy as np

from scratchcv.boxes.sampling import hard_negative_mask
from scratchcv.grading import Call
from scratchcv.layers.softmax import log_softmax


def _boxes(rng, anchors, *positives, classes=3):
    """Return logits, deltas, labels and targets of images with these numbers of positives.

    The negatives' losses of an image are apart, so that their order does not depend on rounding.
    """
    images = len(positives)
    labels = np.zeros((images, anchors), int)
    for row, count in zip(labels, positives, strict=True):
        row[rng.choice(anchors, count, replace=False)] = rng.integers(1, classes + 1, count)
    logits = rng.uniform(-2, 2, (images, anchors, classes + 1))
    # A negative's loss is log(1 + Σ exp(x_k) / exp(x_0)): the background's logit is chosen to give the loss.
    wanted = np.array([rng.permutation(anchors) for _ in positives]) / anchors * 2 + 0.1
    others = np.log(np.exp(logits[..., 1:]).sum(axis=-1))
    logits[..., 0] = others - np.log(np.expm1(wanted))
    shape = images, anchors, 4
    target = rng.uniform(-1, 1, shape)
    near = rng.permutation(np.arange(target.size) % 2 == 0).reshape(shape)
    size = np.where(near, rng.uniform(0.1, 0.9, shape), rng.uniform(1.2, 3, shape))
    return logits, target + rng.choice([-1, 1], shape) * size, labels, target


def one_positive_three_negatives(rng):
    """One positive and three negatives that know nothing: four times log 2."""
    labels = np.array([[1, 0, 0, 0]])
    return Call(np.zeros((1, 4, 2)), np.zeros((1, 4, 4)), labels, np.full((1, 4, 4), 0.5))


def three_of_five(rng):
    """One positive and five negatives: the two easiest are left out."""
    background = np.array([0.0, 2.0, -1.0, 3.0, 0.5, -2.0])
    logits = np.stack([background, np.zeros(6), np.zeros(6)], axis=1)[None]
    labels = np.array([[2, 0, 0, 0, 0, 0]])
    return Call(logits, np.zeros((1, 6, 4)), labels, np.array([[[0.5, -0.5, 2.0, 0.0]] * 6]))


def two_images(rng):
    """Two images, one with two objects and one with one."""
    return Call(*_boxes(rng, 6, 2, 1))


def beside_an_empty_image(rng):
    """Image without objects beside one with: it adds nothing."""
    return Call(*_boxes(rng, 5, 0, 1))


def other_weights(rng):
    """One negative for a positive, and half the box loss."""
    return Call(*_boxes(rng, 5, 2), neg_pos_ratio=1.0, alpha=0.5)


def one_image(rng):
    """One image."""
    return Call(*_boxes(rng, int(rng.integers(14, 19)), int(rng.integers(2, 4))))


def a_batch(rng):
    """Images with different numbers of objects."""
    return Call(*_boxes(rng, 15, *rng.permutation([1, 2, 3])))


def some_without_objects(rng):
    """Images with and without objects."""
    return Call(*_boxes(rng, 9, *rng.permutation([0, 2, 0])))


def too_few_negatives(rng):
    """Fewer negatives than are wanted."""
    return Call(*_boxes(rng, 8, *rng.permutation([3, 5])))


def one_class(rng):
    """Only one object, and one class beside the background."""
    return Call(*_boxes(rng, 12, 1, classes=1))


def many_classes(rng):
    """Many classes."""
    return Call(*_boxes(rng, 7, 1, 1, classes=int(rng.integers(8, 13))))


def no_box_loss(rng):
    """Alpha = 0: no box counts."""
    return Call(*_boxes(rng, 10, 2), alpha=0.0)


def heavy_boxes(rng):
    """Alpha larger than 1."""
    return Call(*_boxes(rng, 10, 2, 1), alpha=float(rng.uniform(2, 5)))


def as_many_negatives(rng):
    """As many negatives as positives."""
    return Call(*_boxes(rng, 13, *rng.permutation([2, 4])), neg_pos_ratio=1.0)


def no_negatives(rng):
    """Ratio 0: positives alone."""
    return Call(*_boxes(rng, 8, 1, 2), neg_pos_ratio=0.0)


def fractional_ratio(rng):
    """Fractional ratio, rounded down."""
    return Call(*_boxes(rng, 12, 1, 3), neg_pos_ratio=1.5)


def all_positive(rng):
    """Image whose boxes are all positive."""
    return Call(*_boxes(rng, 5, 5))


def probability_not_score(rng):
    """Negatives with a large background score that have a larger score elsewhere."""
    logits, deltas, labels, target = _boxes(rng, 12, 2)
    return Call(logits + rng.uniform(-4, 4, (1, 12, 1)), deltas, labels, target)


def targets_of_nothing(rng):
    """Targets that are NaN where there is no object: nobody may look at them."""
    logits, deltas, labels, target = _boxes(rng, 9, 2, 1)
    target[labels == 0] = np.nan
    return Call(logits, deltas, labels, target)


def large_logits(rng):
    """Logits up to 1000: nothing may overflow, and no logarithm of 0 be taken."""
    logits, deltas, labels, target = _boxes(rng, 9, 2)
    steps = rng.permutation(9)[:, None] * 100.0 + 200
    logits[0] = np.where(np.arange(4) == 0, -1, rng.uniform(0.95, 1, (9, 4))) * steps
    return Call(logits, deltas, labels, target)


def single_precision(rng):
    """Single precision."""
    logits, deltas, labels, target = _boxes(rng, 11, 1, 2)
    floats = [array.astype(np.float32) for array in (logits, deltas, target)]
    return Call(floats[0], floats[1], labels, floats[2])


def many(rng):
    """About a hundred default boxes."""
    return Call(*_boxes(rng, int(rng.integers(45, 55)), 5, 4, classes=4))


def no_objects(rng):
    """Batch without any object: its loss is 0."""
    return Call(*_boxes(rng, 6, 0, 0))


def no_anchors(rng):
    """No default boxes."""
    return Call(np.zeros((2, 0, 3)), np.zeros((2, 0, 4)), np.zeros((2, 0), int), np.zeros((2, 0, 4)))


VISIBLE = (one_positive_three_negatives, three_of_five, two_images, beside_an_empty_image, other_weights)
HIDDEN = (
    one_image,
    a_batch,
    some_without_objects,
    too_few_negatives,
    one_class,
    many_classes,
    no_box_loss,
    heavy_boxes,
    as_many_negatives,
    no_negatives,
    fractional_ratio,
    all_positive,
    probability_not_score,
    targets_of_nothing,
    large_logits,
    single_precision,
    many,
)
EDGES = (no_objects, no_anchors)


def magnitude(logits, deltas, labels, target_deltas, *, neg_pos_ratio=3.0, alpha=1.0):
    """Return what rounding makes of smooth L1, as in its own cases, and of softmax.

    A logarithm of a sum of exponentials adds a rounding of the largest logit and of 1; who takes it of a
    rounded probability is off by a rounding of 1, too.
    """
    positive = labels > 0
    log_p = log_softmax(logits, axis=2)
    counted = positive | hard_negative_mask(-log_p[..., 0], positive, neg_pos_ratio)
    entropy = -np.take_along_axis(log_p, labels[..., None], axis=2)[..., 0]
    largest = np.abs(logits).max(axis=2, initial=0)
    target_deltas = np.where(positive[..., None], target_deltas, deltas)
    d, inputs = np.abs(deltas - target_deltas), np.abs(deltas) + np.abs(target_deltas)
    near, slope = d < 1, np.minimum(d, 1)
    box = positive[..., None] * (np.where(near, d * d / 2, d + 0.5) + slope * inputs)
    ddeltas = positive[..., None] * (slope + near * inputs)
    P = max(int(positive.sum()), 1)
    losses = {"classification": ((entropy + largest + 1) * counted).sum() / P, "box": alpha * box.sum() / P}
    dlogits = counted[..., None] * ((1 + largest[..., None]) * np.exp(log_p) + 1) / P
    return losses, (dlogits, alpha * ddeltas / P)
