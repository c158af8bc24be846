"""Wrong ways to write `rpn_loss`, each with what to tell the student."""

import numpy as np

IGNORE = -2


def _entropy(x, yes):
    """Return the binary cross-entropies of scores, and their gradients."""
    small = np.exp(-abs(x))
    p = np.where(x < 0, small, 1) / (1 + small)
    return np.maximum(x, 0) - x * yes + np.log1p(small), p - yes


def _smooth_l1(d, beta):
    near = abs(d) < beta
    return np.where(near, d * d / (2 * beta), abs(d) - beta / 2), np.clip(d / beta, -1, 1)


def _divisors(labels, images, n_cls, n_reg):
    sampled = max(np.count_nonzero(labels != IGNORE), 1)
    return [sampled if n is None else n * images for n in (n_cls, n_reg)]


def _loss(
    objectness,
    deltas,
    labels,
    target_deltas,
    *,
    n_cls=256,
    n_reg=2400,
    balance=10.0,
    beta=1.0,
    entropy=_entropy,
    distance=_smooth_l1,
    divisors=_divisors,
    counted=lambda labels: labels != IGNORE,
    with_box=lambda labels: labels == 1,
):
    """Return what is right, but for what replaces one of its parts."""
    images = len(objectness) if np.ndim(objectness) == 2 else 1
    of_scores, of_boxes = divisors(labels, images, n_cls, n_reg)
    scored, boxed = counted(labels), with_box(labels)
    dobjectness, ddeltas = np.zeros(objectness.shape), np.zeros(deltas.shape)
    losses, dobjectness[scored] = entropy(objectness[scored].astype(float), labels[scored] == 1)
    box, ddeltas[boxed] = distance(deltas[boxed] - target_deltas[boxed].astype(float), beta)
    named = {"objectness": losses.sum() / of_scores, "box": balance * box.sum() / of_boxes}
    return named, (dobjectness / of_scores, balance * ddeltas / of_boxes)


def ignored_are_background(objectness, deltas, labels, target_deltas, **options):
    """You take anchors that were not sampled for background; they have no part in the loss."""
    return _loss(
        objectness, deltas, labels, target_deltas, **options, counted=lambda l: np.ones(l.shape, bool)
    )


def boxes_of_all_sampled(objectness, deltas, labels, target_deltas, **options):
    """Background has a box loss in your code.

    p* is 0 there: only objects have a box that could be wrong.
    """
    return _loss(objectness, deltas, labels, target_deltas, **options, with_box=lambda l: l != IGNORE)


def boxes_of_all_anchors(objectness, deltas, labels, target_deltas, **options):
    """Every anchor has a box loss in your code, even those that were not sampled; only objects have one."""
    return _loss(
        objectness, deltas, labels, target_deltas, **options, with_box=lambda l: np.ones(l.shape, bool)
    )


def multiplied_by_the_mask(objectness, deltas, labels, target_deltas, **options):
    """You multiply box losses by p*, but 0 times NaN is NaN.

    Targets of anchors without an object are not to be looked at: select the objects first.
    """

    def distance(d, beta):
        losses, gradient = _smooth_l1(d, beta)
        return (labels == 1)[..., None] * losses, (labels == 1)[..., None] * gradient

    everywhere = {"distance": distance, "with_box": lambda l: ...}
    return _loss(objectness, deltas, labels, target_deltas, **options, **everywhere)


def background_left_out(objectness, deltas, labels, target_deltas, **options):
    """You score objects alone; background that looks like an object must cost, too."""
    return _loss(objectness, deltas, labels, target_deltas, **options, counted=lambda l: l == 1)


def labels_swapped(objectness, deltas, labels, target_deltas, **options):
    """Your scores learn the opposite: label 1 is an object, and the score is that of an object."""
    return _loss(
        objectness, deltas, labels, target_deltas, **options, entropy=lambda x, yes: _entropy(x, ~yes)
    )


def one_divisor(objectness, deltas, labels, target_deltas, **options):
    """You divide both sums by N_cls; the boxes' sum has a divisor of its own, N_reg."""

    def divisors(labels, images, n_cls, n_reg):
        return [_divisors(labels, images, n_cls, n_reg)[0]] * 2

    return _loss(objectness, deltas, labels, target_deltas, **options, divisors=divisors)


def divisors_swapped(objectness, deltas, labels, target_deltas, **options):
    """You have swapped the divisors: N_cls belongs to the scores, N_reg to the boxes."""

    def divisors(labels, images, n_cls, n_reg):
        return _divisors(labels, images, n_reg, n_cls)

    return _loss(objectness, deltas, labels, target_deltas, **options, divisors=divisors)


def always_counted(objectness, deltas, labels, target_deltas, **options):
    """You always divide by the number of sampled anchors; `n_cls` and `n_reg` say what to divide by."""

    def divisors(labels, images, n_cls, n_reg):
        return _divisors(labels, images, None, None)

    return _loss(objectness, deltas, labels, target_deltas, **options, divisors=divisors)


def counts_the_ignored(objectness, deltas, labels, target_deltas, **options):
    """Where a divisor is None you count all anchors; only those that were sampled count."""

    def divisors(labels, images, n_cls, n_reg):
        return [max(labels.size, 1) if n is None else n * images for n in (n_cls, n_reg)]

    return _loss(objectness, deltas, labels, target_deltas, **options, divisors=divisors)


def counts_objects_for_boxes(objectness, deltas, labels, target_deltas, **options):
    """Where `n_reg` is None you count the objects; the sampled anchors are counted for boxes, too."""

    def divisors(labels, images, n_cls, n_reg):
        objects = max(np.count_nonzero(labels == 1), 1)
        return [_divisors(labels, images, n_cls, n_reg)[0], objects if n_reg is None else n_reg * images]

    return _loss(objectness, deltas, labels, target_deltas, **options, divisors=divisors)


def sum_over_images(objectness, deltas, labels, target_deltas, **options):
    """Your loss of a batch is the sum over its images; with `n_cls` and `n_reg` as numbers it is the mean."""

    def divisors(labels, images, n_cls, n_reg):
        return _divisors(labels, 1, n_cls, n_reg)

    return _loss(objectness, deltas, labels, target_deltas, **options, divisors=divisors)


def counted_over_images(objectness, deltas, labels, target_deltas, **options):
    """Where a divisor is None you multiply the count by the number of images.

    It already counts those of the whole batch.
    """

    def divisors(labels, images, n_cls, n_reg):
        return [n * images for n in _divisors(labels, 1, n_cls, n_reg)]

    return _loss(objectness, deltas, labels, target_deltas, **options, divisors=divisors)


def balance_left_out(objectness, deltas, labels, target_deltas, *, balance=10.0, **options):
    """You have left out λ, the weight of the box loss."""
    return _loss(objectness, deltas, labels, target_deltas, **options, balance=1)


def balance_in_the_gradient_only(objectness, deltas, labels, target_deltas, *, balance=10.0, **options):
    """Your gradient has λ, but the box loss that you return has not: L is the sum of the two losses."""
    losses, gradients = _loss(objectness, deltas, labels, target_deltas, balance=balance, **options)
    return {**losses, "box": losses["box"] / balance}, gradients


def gradient_not_weighted(objectness, deltas, labels, target_deltas, *, balance=10.0, **options):
    """Your box loss has λ, but its gradient has not."""
    losses, (dobjectness, ddeltas) = _loss(
        objectness, deltas, labels, target_deltas, balance=balance, **options
    )
    return losses, (dobjectness, ddeltas / balance)


def gradients_not_divided(objectness, deltas, labels, target_deltas, **options):
    """Your gradients are those of the sums: they have to be divided by N_cls and N_reg like the losses."""
    losses, _ = _loss(objectness, deltas, labels, target_deltas, **options)
    ones = {"n_cls": 1, "n_reg": 1, "divisors": lambda labels, images, n_cls, n_reg: (1, 1)}
    return losses, _loss(objectness, deltas, labels, target_deltas, **{**options, **ones})[1]


def mean_of_four(objectness, deltas, labels, target_deltas, **options):
    """You average the four deltas of a box; they are added up."""

    def distance(d, beta):
        losses, gradient = _smooth_l1(d, beta)
        return losses / 4, gradient / 4

    return _loss(objectness, deltas, labels, target_deltas, **options, distance=distance)


def plain_l1(objectness, deltas, labels, target_deltas, **options):
    """Your box loss is the absolute difference: smooth L1 is a parabola below β."""
    return _loss(
        objectness, deltas, labels, target_deltas, **options, distance=lambda d, beta: (abs(d), np.sign(d))
    )


def beta_left_out(objectness, deltas, labels, target_deltas, *, beta=1.0, **options):
    """You have left out β: your parabola always ends at 1."""
    return _loss(objectness, deltas, labels, target_deltas, **options)


def gradient_of_the_probability(objectness, deltas, labels, target_deltas, **options):
    """Your gradient is that of the probability; with the sigmoid's slope it becomes p - p*."""

    def entropy(x, yes):
        losses, slope = _entropy(x, yes)
        small = np.exp(-abs(x))
        return losses, slope / np.maximum(small / (1 + small) ** 2, 1e-300)

    return _loss(objectness, deltas, labels, target_deltas, **options, entropy=entropy)


def logarithm_of_the_sigmoid(objectness, deltas, labels, target_deltas, **options):
    """Your formula is right, but for large scores it takes the logarithm of 0.

    Simplify log(sigmoid(x)) on paper first: -log(1 + exp(-x)), written so that no exponential can overflow.
    """

    def entropy(x, yes):
        with np.errstate(all="ignore"):
            p = 1 / (1 + np.exp(-x))
            return -np.log(np.where(yes, p, 1 - p)), p - yes

    return _loss(objectness, deltas, labels, target_deltas, **options, entropy=entropy)
