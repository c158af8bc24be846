"""Wrong ways to write `multibox_loss`, each with what to tell the student."""

import numpy as np


def _log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def _smooth_l1(d):
    return np.where(abs(d) < 1, d * d / 2, abs(d) - 0.5), np.clip(d, -1, 1)


def _background_loss(logits, labels):
    return -_log_softmax(logits)[..., 0]


def _mined(losses, positive, ratio):
    first = np.argsort(np.where(positive, np.inf, -losses), axis=1, kind="stable")
    rank = np.argsort(first, axis=1)
    return (rank < np.floor(ratio * positive.sum(axis=1, keepdims=True))) & ~positive


def _positives(labels, mined):
    return max(np.count_nonzero(labels), 1)


def _loss(
    logits,
    deltas,
    labels,
    target_deltas,
    *,
    neg_pos_ratio=3.0,
    alpha=1.0,
    hardness=_background_loss,
    mining=_mined,
    divisor=_positives,
    distance=_smooth_l1,
    log_softmax=_log_softmax,
    with_box=lambda labels, mined: labels > 0,
):
    """Return what is right, but for what replaces one of its parts."""
    logits, positive = logits.astype(float), labels > 0
    mined = mining(hardness(logits, labels), positive, neg_pos_ratio) if logits.size else positive
    counted, boxed, by = positive | mined, with_box(labels, mined), divisor(labels, mined)
    dlogits, ddeltas = np.zeros(logits.shape), np.zeros(deltas.shape)
    log_p, truth = log_softmax(logits[counted]), labels[counted]
    rows = np.arange(len(truth))
    dlogits[counted] = np.exp(log_p)
    dlogits[counted] -= np.arange(logits.shape[2]) == truth[:, None]
    box, ddeltas[boxed] = distance(deltas[boxed] - target_deltas[boxed].astype(float))
    losses = {"classification": -log_p[rows, truth].sum() / by, "box": alpha * box.sum() / by}
    return losses, (dlogits / by, alpha * ddeltas / by)


def no_mining(logits, deltas, labels, target_deltas, **options):
    """All negatives count in your code; only the hardest do, `neg_pos_ratio` for each positive."""
    return _loss(
        logits, deltas, labels, target_deltas, **options, mining=lambda h, positive, ratio: ~positive
    )


def positives_only(logits, deltas, labels, target_deltas, **options):
    """No negative counts in your code; the hardest do, `neg_pos_ratio` for each positive."""
    return _loss(
        logits, deltas, labels, target_deltas, **options, mining=lambda h, positive, ratio: positive & False
    )


def easiest_negatives(logits, deltas, labels, target_deltas, **options):
    """You keep the easiest negatives; those that look least like background have the most to teach."""
    return _loss(
        logits, deltas, labels, target_deltas, **options, hardness=lambda x, y: -_background_loss(x, y)
    )


def least_background_score(logits, deltas, labels, target_deltas, **options):
    """You rank negatives by the raw score of background; it is their probability that tells.

    A score says nothing without the scores of the other classes beside it.
    """
    return _loss(logits, deltas, labels, target_deltas, **options, hardness=lambda x, y: -x[..., 0])


def largest_object_score(logits, deltas, labels, target_deltas, **options):
    """You rank negatives by their largest raw score of an object; rank them by -log p of background."""
    return _loss(
        logits, deltas, labels, target_deltas, **options, hardness=lambda x, y: x[..., 1:].max(axis=-1)
    )


def positives_compete(logits, deltas, labels, target_deltas, **options):
    """Positives take places in your ranking of the hardest; leave them out before you sort."""

    def mining(losses, positive, ratio):
        wanted = np.floor(ratio * positive.sum(axis=1, keepdims=True))
        return (np.argsort(np.argsort(-losses, axis=1), axis=1) < wanted) & ~positive

    return _loss(logits, deltas, labels, target_deltas, **options, mining=mining)


def mined_over_the_batch(logits, deltas, labels, target_deltas, **options):
    """You mine among the negatives of all images together; each image has its own."""

    def mining(losses, positive, ratio):
        return _mined(losses.reshape(1, -1), positive.reshape(1, -1), ratio).reshape(positive.shape)

    return _loss(logits, deltas, labels, target_deltas, **options, mining=mining)


def one_negative_at_least(logits, deltas, labels, target_deltas, **options):
    """Images without objects add a negative in your code; three times no positives are no negatives."""

    def mining(losses, positive, ratio):
        mined = _mined(losses, positive, ratio)
        hardest = np.where(positive, -np.inf, losses)
        empty = ~positive.any(axis=1, keepdims=True)
        return mined | (empty & (hardest == hardest.max(axis=1, keepdims=True)))

    return _loss(logits, deltas, labels, target_deltas, **options, mining=mining)


def always_three(logits, deltas, labels, target_deltas, *, neg_pos_ratio=3.0, **options):
    """You always keep three negatives for a positive, whatever `neg_pos_ratio` is."""
    return _loss(logits, deltas, labels, target_deltas, **options)


def divided_by_all_counted(logits, deltas, labels, target_deltas, **options):
    """You divide by the number of boxes that count; P is the number of positives alone."""

    def divisor(labels, mined):
        return max(np.count_nonzero((labels > 0) | mined), 1)

    return _loss(logits, deltas, labels, target_deltas, **options, divisor=divisor)


def divided_by_images(logits, deltas, labels, target_deltas, **options):
    """You divide by the number of images; P is the number of positives in the batch."""
    return _loss(logits, deltas, labels, target_deltas, **options, divisor=lambda labels, mined: len(labels))


def not_divided(logits, deltas, labels, target_deltas, **options):
    """You do not divide by the number of positives."""
    return _loss(logits, deltas, labels, target_deltas, **options, divisor=lambda labels, mined: 1)


def image_by_image(logits, deltas, labels, target_deltas, **options):
    """You divide each image by its own positives and take the mean; P counts those of the whole batch."""
    losses, gradients = {"classification": 0.0, "box": 0.0}, []
    for parts in zip(logits, deltas, labels, target_deltas, strict=True):
        image, pair = _loss(*(part[None] for part in parts), **options)
        losses = {name: losses[name] + image[name] / len(logits) for name in losses}
        gradients.append([part[0] / len(logits) for part in pair])
    return losses, tuple(np.array(part) for part in zip(*gradients, strict=True))


def gradients_not_divided(logits, deltas, labels, target_deltas, **options):
    """Your losses are divided by P, but their gradients are not."""
    losses, _ = _loss(logits, deltas, labels, target_deltas, **options)
    return losses, not_divided(logits, deltas, labels, target_deltas, **options)[1]


def alpha_left_out(logits, deltas, labels, target_deltas, *, alpha=1.0, **options):
    """You have left out alpha, the weight of the box loss."""
    return _loss(logits, deltas, labels, target_deltas, **options)


def alpha_in_the_loss_only(logits, deltas, labels, target_deltas, *, alpha=1.0, **options):
    """Your box loss has alpha, but its gradient has not."""
    losses, _ = _loss(logits, deltas, labels, target_deltas, alpha=alpha, **options)
    return losses, _loss(logits, deltas, labels, target_deltas, **options)[1]


def boxes_of_all_that_count(logits, deltas, labels, target_deltas, **options):
    """Your hard negatives have a box loss; only positives have a box that could be wrong."""
    return _loss(
        logits, deltas, labels, target_deltas, **options, with_box=lambda labels, mined: (labels > 0) | mined
    )


def boxes_of_all(logits, deltas, labels, target_deltas, **options):
    """Every default box has a box loss in your code; only positives have one."""
    return _loss(logits, deltas, labels, target_deltas, **options, with_box=lambda labels, mined: labels > -1)


def multiplied_by_the_mask(logits, deltas, labels, target_deltas, **options):
    """You multiply box losses by a mask, but 0 times NaN is NaN.

    Targets of negatives are not to be looked at: select the positives first.
    """
    mask = (labels > 0)[..., None]

    def distance(d):
        return tuple(mask * part for part in _smooth_l1(d))

    everywhere = {"distance": distance, "with_box": lambda labels, mined: ...}
    return _loss(logits, deltas, labels, target_deltas, **options, **everywhere)


def mean_of_four(logits, deltas, labels, target_deltas, **options):
    """You average the four deltas of a box; they are added up."""
    return _loss(
        logits,
        deltas,
        labels,
        target_deltas,
        **options,
        distance=lambda d: tuple(part / 4 for part in _smooth_l1(d)),
    )


def plain_l1(logits, deltas, labels, target_deltas, **options):
    """Your box loss is the absolute difference: smooth L1 is a parabola below 1."""
    return _loss(logits, deltas, labels, target_deltas, **options, distance=lambda d: (abs(d), np.sign(d)))


def gradient_of_the_unmined(logits, deltas, labels, target_deltas, **options):
    """Your gradient reaches negatives that were not mined: what does not count has a gradient of zero."""
    losses, (_, ddeltas) = _loss(logits, deltas, labels, target_deltas, **options)
    return losses, (no_mining(logits, deltas, labels, target_deltas, **options)[1][0], ddeltas)


def probabilities_as_gradient(logits, deltas, labels, target_deltas, **options):
    """Your gradient of the logits is the softmax: 1 is missing at the true class, which must be negative."""
    losses, (dlogits, ddeltas) = _loss(logits, deltas, labels, target_deltas, **options)
    at_truth = (np.arange(logits.shape[2]) == labels[..., None]) & (dlogits != 0).any(axis=2, keepdims=True)
    return losses, (dlogits + at_truth / max(np.count_nonzero(labels), 1), ddeltas)


def overflowing_softmax(logits, deltas, labels, target_deltas, **options):
    """Your formula is right, but exponentials of large logits overflow, or all of them become 0.

    Subtract the largest logit first, which changes no softmax; log p is a difference then, no logarithm of p.
    """

    def log_softmax(x):
        with np.errstate(all="ignore"):
            return np.log(np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True))

    return _loss(logits, deltas, labels, target_deltas, **options, log_softmax=log_softmax)


def logarithm_of_softmax(logits, deltas, labels, target_deltas, **options):
    """You subtract the largest logit, but then take the logarithm of a probability that has become 0.

    log p is x - max - log Σ exp(x - max); the probability itself is not needed for it.
    """

    def log_softmax(x):
        with np.errstate(divide="ignore"):
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            return np.log(e / e.sum(axis=-1, keepdims=True))

    return _loss(logits, deltas, labels, target_deltas, **options, log_softmax=log_softmax)
