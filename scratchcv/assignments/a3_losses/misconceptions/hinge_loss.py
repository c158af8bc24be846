"""Wrong ways to write `hinge_loss`, each with what to tell the student."""

import numpy as np


def _margins(scores, targets):
    y = np.asarray(targets, float)
    return 1 - y * scores, y


def _reduced(losses, dscores, reduction, total):
    if reduction == "none":
        return losses, dscores
    divisor = max(total, 1) if reduction == "mean" else 1
    return losses.sum() / divisor, dscores / divisor


def _loss(scores, targets, *, squared=False, reduction="mean"):
    missing, y = _margins(scores, targets)
    losses = np.where(y != 0, np.maximum(missing, 0), 0)
    dscores = np.where(losses > 0, -y, 0)
    if squared:
        losses, dscores = losses**2, 2 * losses * dscores
    return _reduced(losses, dscores, reduction, np.count_nonzero(targets))


def _signed(losses, dscores, targets, squared, reduction):
    """Square and reduce losses and gradients of a wrong formula, as is right."""
    used = np.asarray(targets) != 0
    losses, dscores = used * losses, used * dscores
    if squared:
        losses, dscores = losses**2, 2 * losses * dscores
    return _reduced(losses, dscores, reduction, np.count_nonzero(targets))


def no_margin(scores, targets, *, squared=False, reduction="mean"):
    """Your loss is 0 as soon as the sign is right; a score has to be right by a margin of 1.

    max(0, -ys) is the perceptron's loss.
    """
    _, y = _margins(scores, targets)
    losses = np.maximum(-y * scores, 0)
    return _signed(losses, np.where(losses > 0, -y, 0), targets, squared, reduction)


def targets_zero_and_one(scores, targets, *, squared=False, reduction="mean"):
    """Your negatives have no margin: max(0, s) instead of max(0, 1 + s).

    The target is -1 there, not 0.
    """
    missing, y = _margins(scores, targets)
    losses = np.maximum(np.where(y > 0, missing, np.asarray(scores, float)), 0)
    return _signed(losses, np.where(losses > 0, -y, 0), targets, squared, reduction)


def positives_only(scores, targets, *, squared=False, reduction="mean"):
    """Your loss looks at positives alone: a high score of what is none must cost, too."""
    missing, y = _margins(scores, targets)
    losses = np.where(y > 0, np.maximum(missing, 0), 0)
    return _signed(losses, np.where(losses > 0, -y, 0), targets, squared, reduction)


def sign_of_targets_left_out(scores, targets, *, squared=False, reduction="mean"):
    """You treat negatives like positives: the target's sign multiplies the score, 1 - ys."""
    losses = np.maximum(1 - np.asarray(scores, float), 0)
    return _signed(losses, np.where(losses > 0, -1.0, 0), targets, squared, reduction)


def not_clipped(scores, targets, *, squared=False, reduction="mean"):
    """Your loss becomes negative beyond the margin.

    It is max(0, 1 - ys): a machine is content there, and nothing pulls at the score.
    """
    missing, y = _margins(scores, targets)
    return _signed(missing, -y, targets, squared, reduction)


def gradient_everywhere(scores, targets, *, squared=False, reduction="mean"):
    """Your gradient does not stop at the margin.

    Where the loss is 0 its slope is 0 as well; only violated margins pull.
    """
    loss, _ = _loss(scores, targets, squared=squared, reduction=reduction)
    missing, y = _margins(scores, targets)
    slopes = -y * (2 * abs(missing) if squared else 1)
    return loss, _reduced(slopes, slopes, reduction, np.count_nonzero(targets))[1]


def gradient_with_the_wrong_sign(scores, targets, **options):
    """Your gradient has the opposite sign.

    A positive's loss falls when its score rises: the gradient is -y.
    """
    loss, dscores = _loss(scores, targets, **options)
    return loss, -dscores


def gradient_without_target(scores, targets, **options):
    """Your gradient is negative for negatives, too: the factor y is missing."""
    loss, dscores = _loss(scores, targets, **options)
    return loss, -abs(dscores)


def slope_at_the_kink(scores, targets, *, squared=False, reduction="mean"):
    """At ys = 1 your gradient is -y, but the condition is ys < 1.

    A score exactly at the margin is content.
    """
    missing, y = _margins(scores, targets)
    return _signed(np.maximum(missing, 0), np.where(missing >= 0, -y, 0), targets, squared, reduction)


def ignored_cost_one(scores, targets, *, squared=False, reduction="mean"):
    """Targets of 0 cost 1 each: max(0, 1 - 0 s) is 1.

    They are to be left out, from the sum and from the mean.
    """
    missing, y = _margins(scores, targets)
    losses = np.maximum(missing, 0)
    dscores = np.where(losses > 0, -y, 0)
    if squared:
        losses, dscores = losses**2, 2 * losses * dscores
    return _reduced(losses, dscores, reduction, losses.size)


def ignored_in_the_mean(scores, targets, *, reduction="mean", **options):
    """Your mean divides by the number of all scores: those with target 0 do not count."""
    losses, dscores = _loss(scores, targets, **options, reduction="none")
    return _reduced(losses, dscores, reduction, losses.size)


def ignored_are_negatives(scores, targets, **options):
    """You take targets of 0 for negatives: 0 means that nothing is to be learned, and -1 is the no."""
    return _loss(scores, np.where(np.asarray(targets) > 0, 1, -1), **options)


def mean_over_support_vectors(scores, targets, *, reduction="mean", **options):
    """Your mean divides by the number of violated margins; those that are content count, with 0."""
    losses, dscores = _loss(scores, targets, **options, reduction="none")
    return _reduced(losses, dscores, reduction, np.count_nonzero(losses))


def square_left_out(scores, targets, *, squared=False, **options):
    """You have left out `squared`."""
    return _loss(scores, targets, **options)


def gradient_of_the_square(scores, targets, *, squared=False, reduction="mean"):
    """Your squared loss has the gradient of the plain one.

    The chain rule multiplies it with twice the margin that is missing.
    """
    loss, _ = _loss(scores, targets, squared=squared, reduction=reduction)
    return loss, _loss(scores, targets, reduction=reduction)[1]


def square_without_two(scores, targets, *, squared=False, **options):
    """Your squared loss has half its gradient: the derivative of a square brings a 2."""
    loss, dscores = _loss(scores, targets, squared=squared, **options)
    return loss, dscores / 2 if squared else dscores


def always_the_mean(scores, targets, *, reduction="mean", **options):
    """You return the mean whatever `reduction` says."""
    return _loss(scores, targets, **options)


def gradient_not_averaged(scores, targets, *, reduction="mean", **options):
    """Your loss is a mean, but your gradient is that of the sum; divide both."""
    loss, _ = _loss(scores, targets, **options, reduction=reduction)
    return loss, _loss(scores, targets, **options, reduction="sum")[1]


def cut_to_whole_numbers(scores, targets, **options):
    """Your gradient is cut to whole numbers when the scores are integers.

    An array made with `zeros_like` is of integers then; ask for floating-point numbers.
    """
    loss, dscores = _loss(scores, targets, **options)
    return loss, dscores.astype(scores.dtype)
