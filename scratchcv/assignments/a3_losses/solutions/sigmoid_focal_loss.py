"""Right ways to write `sigmoid_focal_loss` that differ from the library's."""

import math

import numpy as np


def _reduced(losses, dlogits, reduction):
    if reduction == "mean" and losses.size:
        return losses.mean(), dlogits / losses.size
    return (losses, dlogits) if reduction == "none" else (losses.sum(), dlogits)


def loops(logits, targets, *, alpha=0.25, gamma=2.0, reduction="none"):
    """One anchor after the other, with the functions of `math`."""
    losses, slopes = np.zeros(logits.shape), np.zeros(logits.shape)
    for place in np.ndindex(*logits.shape):
        yes = bool(targets[place])
        x = float(logits[place]) if yes else -float(logits[place])
        e = math.exp(-abs(x))
        h = max(-x, 0.0) + math.log1p(e)
        p, q = (1 / (1 + e), e / (1 + e)) if x > 0 else (e / (1 + e), 1 / (1 + e))
        weight = 1.0 if alpha == -1 else alpha if yes else 1 - alpha
        losses[place] = weight * q**gamma * h
        slopes[place] = weight * q**gamma * (q + gamma * p * h) * (-1 if yes else 1)
    return _reduced(losses, slopes, reduction)


def logaddexp(logits, targets, *, alpha=0.25, gamma=2.0, reduction="none"):
    """All by `logaddexp`: even the power is an exponential of a logarithm."""
    sign = 2.0 * targets - 1
    h, log_q = np.logaddexp(0, -sign * logits), -np.logaddexp(0, sign * logits)  # -log p_t, log(1 - p_t)
    weight = 1.0 if alpha == -1 else alpha * targets + (1 - alpha) * (1 - targets)
    focus = weight * np.exp(gamma * log_q)
    return _reduced(focus * h, -sign * focus * (np.exp(log_q) + gamma * np.exp(-h) * h), reduction)


def cross_entropy_first(logits, targets, *, alpha=0.25, gamma=2.0, reduction="none"):
    """Cross-entropy from logits, then p_t and alpha_t mixed by arithmetic with the targets."""
    x = logits.astype(float) if logits.dtype.kind == "i" else logits
    e = np.exp(-abs(x))
    p = np.where(x >= 0, 1 / (1 + e), e / (1 + e))
    entropy = np.maximum(x, 0) - x * targets + np.log1p(e)
    p_t = p * targets + (1 - p) * (1 - targets)
    alpha_t = alpha * targets + (1 - alpha) * (1 - targets) if alpha >= 0 else 1.0
    loss = alpha_t * (1 - p_t) ** gamma * entropy
    slope = alpha_t * (1 - p_t) ** gamma * (1 - p_t + gamma * p_t * entropy)
    return _reduced(loss, np.where(targets == 1, -slope, slope), reduction)


def two_halves(logits, targets, *, alpha=0.25, gamma=2.0, reduction="none"):
    """Positives and negatives apart, by masks; 1 - p_t from the exponential of the loss itself."""
    losses = np.zeros(logits.shape, np.result_type(logits, np.float32))
    dlogits = np.zeros_like(losses)
    weights = (1.0, 1.0) if alpha == -1 else (1 - alpha, alpha)
    for label, sign in ((0, 1), (1, -1)):
        mask = targets == label
        z = sign * logits[mask]  # the larger, the more wrong
        h = np.where(z > 0, z, 0) + np.log1p(np.exp(-abs(z)))
        q = -np.expm1(-h)
        losses[mask] = weights[label] * q**gamma * h
        dlogits[mask] = sign * weights[label] * q**gamma * (q + gamma * np.exp(-h) * h)
    return _reduced(losses, dlogits, reduction)


def product_rule(logits, targets, *, alpha=0.25, gamma=2.0, reduction="none"):
    """Product rule, factor by factor, with a sigmoid by the hyperbolic tangent."""
    sign = np.where(targets == 1, 1.0, -1.0)
    z = sign * logits
    q = 0.5 * (1 - np.tanh(z / 2))
    p = 0.5 * (1 + np.tanh(z / 2))
    log_p = np.minimum(z, 0) - np.log1p(np.exp(-abs(z)))
    factor, dfactor = q**gamma, -gamma * q**gamma * p  # d(1 - p)^γ/dz
    weight = 1 if alpha == -1 else np.where(targets == 1, alpha, 1 - alpha)
    losses = -weight * factor * log_p
    dlogits = -weight * sign * (dfactor * log_p + factor * q)
    return _reduced(losses, dlogits, reduction)


def doubles_in_columns(logits, targets, *, alpha=0.25, gamma=2.0, reduction="none"):
    """Double precision for everything, with arrays whose memory is in columns."""
    loss, dlogits = loops(logits, targets, alpha=alpha, gamma=gamma, reduction=reduction)
    return (np.asfortranarray(loss) if np.ndim(loss) else float(loss)), np.asfortranarray(dlogits)
