"""Wrong ways to write `sigmoid_focal_loss`, each with what to tell the student."""

import numpy as np


def _sigmoid(x):
    small = np.exp(-abs(x))
    return np.where(x < 0, small, 1) / (1 + small)


def _entropy(x_t):
    return np.maximum(-x_t, 0) + np.log1p(np.exp(-abs(x_t)))


def _alpha_t(yes, alpha):
    return np.ones(yes.shape) if alpha == -1 else np.where(yes, alpha, 1 - alpha)


def _slope(p, q, h, gamma):
    """Return minus the derivative with respect to the truth's logit."""
    return q**gamma * (q + gamma * p * h)


def _reduced(losses, dlogits, reduction, total):
    if reduction == "none":
        return losses, dlogits
    divisor = max(total, 1) if reduction == "mean" else 1
    return losses.sum() / divisor, dlogits / divisor


def _loss(
    logits,
    targets,
    *,
    alpha=0.25,
    gamma=2.0,
    reduction="none",
    weigh=_alpha_t,
    entropy=_entropy,
    slope=_slope,
):
    """Return what is right, but for what replaces the weights, log p_t or the slope."""
    yes = np.asarray(targets) == 1
    x_t = np.where(yes, logits, -np.asarray(logits, float))
    p, q, h = _sigmoid(x_t), _sigmoid(-x_t), entropy(x_t)
    weight = weigh(yes, alpha)
    dlogits = weight * slope(p, q, h, gamma) * np.where(yes, -1, 1)
    return _reduced(weight * q**gamma * h, dlogits, reduction, dlogits.size)


def one_alpha_for_all(logits, targets, **options):
    """You weigh negatives with alpha, too.

    Alpha is the weight of positives; negatives have 1 - alpha, or the two would not be balanced.
    """
    return _loss(logits, targets, **options, weigh=lambda yes, a: np.full(yes.shape, 1 if a == -1 else a))


def alphas_swapped(logits, targets, **options):
    """Your weights are swapped: positives have alpha, negatives 1 - alpha."""
    return _loss(logits, targets, **options, weigh=lambda yes, a: _alpha_t(~yes, a))


def minus_one_is_no_weight(logits, targets, **options):
    """You take alpha = -1 for a weight: it means that nothing is weighed."""
    return _loss(logits, targets, **options, weigh=lambda yes, a: np.where(yes, a, 1 - a))


def alpha_left_out(logits, targets, *, alpha=0.25, **options):
    """You have left out alpha."""
    return _loss(logits, targets, **options, alpha=-1)


def negatives_left_out(logits, targets, **options):
    """Your negatives cost nothing.

    A score that calls background an object must cost, or the network would call everything one.
    """
    return _loss(logits, targets, **options, weigh=lambda yes, a: yes * _alpha_t(yes, a))


def always_two(logits, targets, *, gamma=2.0, **options):
    """Your exponent is 2, whatever gamma is."""
    return _loss(logits, targets, **options)


def no_modulation(logits, targets, *, gamma=2.0, **options):
    """Yours is the balanced cross-entropy: the factor (1 - p_t)^gamma is missing."""
    return _loss(logits, targets, **options, gamma=0)


def p_of_yes_for_all(logits, targets, *, alpha=0.25, gamma=2.0, reduction="none"):
    """You focus negatives by the wrong probability.

    p_t is the probability of what is true: for a negative 1 - p, so that its factor is p^gamma.
    """
    yes = np.asarray(targets) == 1
    x_t = np.where(yes, logits, -np.asarray(logits, float))
    p, h = _sigmoid(np.asarray(logits, float)), _entropy(x_t)
    focus = _alpha_t(yes, alpha) * (1 - p) ** gamma
    dentropy = -_sigmoid(-x_t) * np.where(yes, 1, -1)
    dlogits = focus * (dentropy - gamma * p * h)
    return _reduced(focus * h, dlogits, reduction, dlogits.size)


def looking_at_the_easy(logits, targets, *, alpha=0.25, gamma=2.0, reduction="none"):
    """Your factor is p_t^gamma: it looks away from the hard ones.

    What is already right has a p_t near 1; (1 - p_t)^gamma is small there.
    """
    yes = np.asarray(targets) == 1
    x_t = np.where(yes, logits, -np.asarray(logits, float))
    p, q, h = _sigmoid(x_t), _sigmoid(-x_t), _entropy(x_t)
    focus = _alpha_t(yes, alpha) * p**gamma
    dlogits = focus * q * (gamma * h - 1) * np.where(yes, 1, -1)
    return _reduced(focus * h, dlogits, reduction, dlogits.size)


def factor_as_a_constant(logits, targets, **options):
    """Your gradient takes (1 - p_t)^gamma for a constant.

    It depends on the logit as well: the product rule gives a second term, with gamma p_t log p_t.
    """
    return _loss(logits, targets, **options, slope=lambda p, q, h, g: q**g * q)


def second_term_subtracted(logits, targets, **options):
    """One sign in your gradient is wrong: log p_t is negative, so that both terms pull the same way."""
    return _loss(logits, targets, **options, slope=lambda p, q, h, g: q**g * (q - g * p * h))


def gradient_of_the_probability(logits, targets, **options):
    """Your gradient is that of the probability, not of the logit.

    One more factor of the chain rule is missing: the sigmoid's slope, p (1 - p).
    """

    def slope(p, q, h, gamma):
        p, q = np.maximum(p, 1e-300), np.maximum(q, 1e-300)
        return _slope(p, q, h, gamma) / (p * q)

    return _loss(logits, targets, **options, slope=slope)


def gradient_of_positives(logits, targets, **options):
    """Your gradient of the negatives has the wrong sign.

    A larger logit makes a negative cost more: its gradient is positive.
    """
    loss, dlogits = _loss(logits, targets, **options)
    return loss, -abs(dlogits)


def logarithm_of_the_sigmoid(logits, targets, **options):
    """Your formula is right, but for large logits it takes the logarithm of 0.

    Simplify log(sigmoid(x)) on paper first: -log(1 + exp(-x)), written so that no exponential can overflow.
    """

    def entropy(x_t):
        with np.errstate(over="ignore"):
            return np.log(1 + np.exp(-x_t))

    return _loss(logits, targets, **options, entropy=entropy)


def clipped_probability(logits, targets, **options):
    """You clip probabilities before the logarithm, so that very wrong answers all cost the same.

    Compute log p_t from the logit; then there is no 0 to protect yourself from.
    """
    limit = np.log(1e-7)
    return _loss(logits, targets, **options, entropy=lambda x_t: _entropy(np.maximum(x_t, limit)))


def mean_over_positives(logits, targets, *, reduction="none", **options):
    """Your mean divides by the number of positives.

    RetinaNet does so afterwards; "mean" here divides by the number of elements.
    """
    losses, dlogits = _loss(logits, targets, **options)
    return _reduced(losses, dlogits, reduction, targets.sum())


def gradient_not_averaged(logits, targets, *, reduction="none", **options):
    """Your loss is a mean, but your gradient is that of the sum; divide both."""
    loss, _ = _loss(logits, targets, **options, reduction=reduction)
    return loss, _loss(logits, targets, **options)[1]


def always_the_mean(logits, targets, *, reduction="none", **options):
    """You return the mean whatever `reduction` says: by default there is one loss for each element."""
    return _loss(logits, targets, **options, reduction="mean")
