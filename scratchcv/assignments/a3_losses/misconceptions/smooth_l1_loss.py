"""Wrong ways to write `smooth_l1_loss`, each with what to tell the student."""

import numpy as np


def _right(d, beta):
    size = abs(d)
    if beta == 0:
        return size, np.sign(d)
    near = size < beta
    return np.where(near, d * d / (2 * beta), size - beta / 2), np.where(near, d / beta, np.sign(d))


def _reduced(losses, gradient, total, reduction):
    if reduction == "none":
        return losses, gradient
    divisor = (total or 1) if reduction == "mean" else 1
    return losses.sum() / divisor, gradient / divisor


def _loss(prediction, target, *, beta=1.0, weight=None, reduction="mean", curve=_right):
    """Return what is right, but for the curve of each element."""
    losses, gradient = curve(np.asarray(prediction, float) - target, beta)
    w = np.ones(losses.shape) if weight is None else weight
    return _reduced(w * losses, w * gradient, float(w.sum()), reduction)


def squares_everywhere(prediction, target, **options):
    """Your loss is the parabola everywhere.

    From |d| = beta on it is a line, |d| - beta/2, and its slope stays at 1.
    """
    return _loss(prediction, target, **options, curve=lambda d, b: (d * d / (2 * b or 1), d / (b or 1)))


def absolute_everywhere(prediction, target, **options):
    """Your loss is the absolute difference everywhere.

    For |d| < beta it is a parabola: that is what makes it smooth.
    """
    return _loss(prediction, target, **options, curve=lambda d, b: (abs(d), np.sign(d)))


def line_without_offset(prediction, target, **options):
    """Your loss jumps at |d| = beta: from the line, beta/2 is to be subtracted.

    At that place the parabola has only reached beta/2.
    """

    def curve(d, beta):
        losses, gradient = _right(d, beta)
        return np.where(abs(d) < beta, losses, abs(d)), gradient

    return _loss(prediction, target, **options, curve=curve)


def parabola_without_half(prediction, target, **options):
    """Your parabola is twice too high: it is d² / (2 beta).

    With d² / beta it would not meet the line, and its slope at |d| = beta would be 2.
    """

    def curve(d, beta):
        losses, gradient = _right(d, beta)
        factor = np.where(abs(d) < beta, 2, 1)
        return factor * losses, factor * gradient

    return _loss(prediction, target, **options, curve=curve)


def beta_is_one(prediction, target, *, beta=1, **options):
    """You have left out beta: your parabola always ends at |d| = 1."""
    return _loss(prediction, target, **options)


def _huber(d, beta):
    losses, gradient = _right(d, beta)
    return beta * losses, beta * gradient


def huber(prediction, target, **options):
    """Yours is the Huber loss, which is beta times too large.

    The slope of smooth L1 is 1 far outside, whatever beta is.
    """
    return _loss(prediction, target, **options, curve=_huber)


def one_sided(prediction, target, **options):
    """Predictions far below their targets are not on your line.

    Compare |d| with beta: a large negative d is smaller than beta, too.
    """

    def curve(d, beta):
        near = d < beta
        return np.where(near, d * d / (2 * beta or 1), d - beta / 2), np.where(near, d / (beta or 1), 1)

    return _loss(prediction, target, **options, curve=curve)


def gradient_not_clipped(prediction, target, **options):
    """Your loss is right, but its gradient is d / beta everywhere.

    On the line it is +1 or -1; that no outlier pulls harder is the point of this loss.
    """
    return _loss(prediction, target, **options, curve=lambda d, b: (_right(d, b)[0], d / (b or 1)))


def gradient_of_target(prediction, target, **options):
    """Your gradient has the opposite sign: it is the target's.

    Where the prediction is too large, more of it costs more, and its gradient is positive.
    """
    loss, gradient = _loss(prediction, target, **options)
    return loss, -gradient


def gradient_without_sign(prediction, target, **options):
    """Your gradient is never negative.

    Below its target a prediction has a negative gradient: increasing it costs less.
    """
    loss, gradient = _loss(prediction, target, **options)
    return loss, abs(gradient)


def gradient_not_averaged(prediction, target, *, reduction="mean", **options):
    """Your loss is a mean, but your gradient is that of the sum.

    Divide both by the same number.
    """
    loss, _ = _loss(prediction, target, **options, reduction=reduction)
    return loss, _loss(prediction, target, **options, reduction="sum")[1]


def always_the_mean(prediction, target, *, reduction="mean", **options):
    """You return the mean whatever `reduction` says.

    "sum" does not divide, and "none" keeps one loss for each element.
    """
    return _loss(prediction, target, **options)


def always_the_sum(prediction, target, *, reduction="mean", **options):
    """Your mean is the sum: it is not divided by the number of elements, or by the weights' sum."""
    return _loss(prediction, target, **options, reduction="none" if reduction == "none" else "sum")


def mean_over_boxes(prediction, target, *, reduction="mean", **options):
    """Your mean divides by the number of rows, but it is taken over all elements.

    A box has four of them.
    """
    loss, gradient = _loss(prediction, target, **options, reduction="none")
    return _reduced(loss, gradient, len(loss), reduction)


def weights_not_in_the_divisor(prediction, target, *, reduction="mean", **options):
    """Your weighted mean divides by the number of elements; divide by the sum of their weights."""
    loss, gradient = _loss(prediction, target, **options, reduction="none")
    return _reduced(loss, gradient, loss.size, reduction)


def weights_left_out(prediction, target, *, weight=None, **options):
    """You have left out the weights."""
    return _loss(prediction, target, **options)


def gradient_without_weights(prediction, target, *, weight=None, **options):
    """Your loss is weighted, but your gradient is not: an element's slope is multiplied, too."""
    loss, _ = _loss(prediction, target, **options, weight=weight)
    return loss, _loss(prediction, target, **options)[1]


def gradient_like_the_input(prediction, target, **options):
    """Your gradient is cut to whole numbers when the predictions are integers.

    An array made with `zeros_like` is of integers then; ask for floating-point numbers.
    """
    loss, gradient = _loss(prediction, target, **options)
    return loss, gradient.astype(prediction.dtype)
