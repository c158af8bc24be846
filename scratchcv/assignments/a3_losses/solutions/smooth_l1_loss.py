"""Right ways to write `smooth_l1_loss` that differ from the library's."""

import numpy as np


def loops(prediction, target, *, beta=1.0, weight=None, reduction="mean"):
    """One element after the other, in Python's numbers."""
    w = [1.0] * prediction.size if weight is None else weight.ravel().tolist()
    losses, gradient = [], []
    for p, t, factor in zip(prediction.ravel().tolist(), target.ravel().tolist(), w, strict=True):
        d = p - t
        if abs(d) < beta:
            losses.append(factor * 0.5 * d**2 / beta)
            gradient.append(factor * d / beta)
        else:
            losses.append(factor * (abs(d) - 0.5 * beta))
            gradient.append(factor * (1.0 if d > 0 else -1.0 if d < 0 else 0.0))
    slopes = np.array(gradient).reshape(prediction.shape)
    if reduction == "none":
        return np.array(losses).reshape(prediction.shape), slopes
    divisor = (sum(w) or 1) if reduction == "mean" else 1
    return sum(losses) / divisor, slopes / divisor


def _elements(prediction, target, beta):
    """Return |d| and d, floating."""
    d = (prediction - target).astype(np.result_type(prediction, np.float32), copy=False)
    return abs(d), d


def _reduced(losses, gradient, weight, reduction):
    w = np.ones_like(losses) if weight is None else weight
    losses, gradient = losses * w, gradient * w
    if reduction == "mean":
        total = w.sum()
        return (losses.sum() / total, gradient / total) if total else (0.0, gradient)
    return (losses.sum(), gradient) if reduction == "sum" else (losses, gradient)


def slope_first(prediction, target, *, beta=1.0, weight=None, reduction="mean"):
    """Clips the slope g first; the loss is g d - beta g² / 2 on both sides."""
    _, d = _elements(prediction, target, beta)
    g = np.clip(d / beta, -1, 1) if beta else np.sign(d)
    return _reduced(g * d - beta * g * g / 2, g, weight, reduction)


def huber_divided(prediction, target, *, beta=1.0, weight=None, reduction="mean"):
    """Huber loss, of the smaller of |d| and beta, divided by beta."""
    size, d = _elements(prediction, target, beta)
    if beta == 0:
        return _reduced(size, np.sign(d), weight, reduction)
    m = np.minimum(size, beta)
    return _reduced((m * m / 2 + beta * (size - m)) / beta, np.sign(d) * (m / beta), weight, reduction)


def masks(prediction, target, *, beta=1.0, weight=None, reduction="mean"):
    """Arrays filled by masks, near and far apart."""
    size, d = _elements(prediction, target, beta)
    near, far = size < beta, size >= beta
    losses, gradient = np.empty_like(d), np.empty_like(d)
    losses[near] = d[near] ** 2 / (2 * beta or 1)
    losses[far] = size[far] - beta / 2
    gradient[near] = d[near] / (beta or 1)
    gradient[d >= beta] = 1
    gradient[d <= -beta] = -1
    gradient[d == 0] = 0
    return _reduced(losses, gradient, weight, reduction)


def products_of_booleans(prediction, target, *, beta=1.0, weight=None, reduction="mean"):
    """Two terms, each multiplied with where it holds; the mean is an average."""
    size, d = _elements(prediction, target, beta)
    near = size < beta
    b = beta if beta else 1.0
    losses = near * (0.5 * d * d / b) + ~near * (size - 0.5 * beta)
    gradient = near * (d / b) + ~near * np.sign(d)
    if reduction == "mean" and weight is not None and weight.any():
        return np.average(losses, weights=weight), gradient * weight / np.sum(weight)
    return _reduced(losses, gradient, weight, reduction)


def doubles_in_columns(prediction, target, *, beta=1.0, weight=None, reduction="mean"):
    """Double precision for everything, with a gradient whose memory is in columns."""
    loss, gradient = loops(prediction, target, beta=beta, weight=weight, reduction=reduction)
    return np.asarray(loss), np.asfortranarray(gradient)
