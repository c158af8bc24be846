"""Right ways to write `hinge_loss` that differ from the library's."""

import numpy as np


def _reduced(losses, dscores, reduction, count):
    if reduction == "mean" and count:
        return losses.sum() / count, dscores / count
    return (losses, dscores) if reduction == "none" else (losses.sum(), dscores)


def loops(scores, targets, *, squared=False, reduction="mean"):
    """One score after the other."""
    losses, dscores, count = np.zeros(scores.shape), np.zeros(scores.shape), 0
    for place in np.ndindex(*scores.shape):
        s, y = float(scores[place]), int(targets[place])
        count += y != 0
        if y == 0 or y * s >= 1:
            continue
        losses[place] = (1 - y * s) ** 2 if squared else 1 - y * s
        dscores[place] = -2 * y * (1 - y * s) if squared else -y
    return _reduced(losses, dscores, reduction, count)


def violated_first(scores, targets, *, squared=False, reduction="mean"):
    """Violated margins first, then everything multiplied with it."""
    s = scores if scores.dtype.kind == "f" else scores.astype(float)
    violated = (targets * s < 1) * (targets != 0)
    losses = (1 - targets * s) * violated
    dscores = (-targets * violated).astype(s.dtype)
    if squared:
        dscores, losses = 2 * losses * dscores, losses * losses
    return _reduced(losses, dscores, reduction, int(abs(targets).sum()))


def by_masks(scores, targets, *, squared=False, reduction="mean"):
    """Positives and negatives apart, by masks."""
    losses = np.zeros(scores.shape, np.result_type(scores, np.float32))
    dscores = np.zeros_like(losses)
    for y in (1, -1):
        mask = (targets == y) & (y * scores < 1)
        missing = 1 - y * scores[mask]
        losses[mask] = missing**2 if squared else missing
        dscores[mask] = -y * (2 * missing if squared else np.ones_like(missing))
    return _reduced(losses, dscores, reduction, int((targets != 0).sum()))


def power_and_sign(scores, targets, *, squared=False, reduction="mean"):
    """One formula for both powers, with the sign of the loss as the condition."""
    power = 2 if squared else 1
    missing = np.clip(1.0 - targets * scores, 0, None) * abs(targets)
    dscores = -power * targets * np.sign(missing) * missing ** (power - 1)
    return _reduced(missing**power, dscores, reduction, np.count_nonzero(targets))


def only_what_counts(scores, targets, *, squared=False, reduction="mean"):
    """Ignored ones dropped at the start, and put back as zeros at the end; the mean is NumPy's."""
    used = targets.astype(bool)
    s, y = scores[used], targets[used]
    h = np.maximum(1 - y * s, 0.0)
    g = np.where(h > 0, -y, 0) * (2.0 * h if squared else np.ones(len(h)))
    h = h**2 if squared else h
    if reduction == "mean":
        g = g / max(len(h), 1)
    dscores = np.zeros(scores.shape)
    dscores[used] = g
    if reduction == "none":
        losses = np.zeros(scores.shape)
        losses[used] = h
        return losses, dscores
    if reduction == "mean":
        return h.mean() if len(h) else 0.0, dscores
    return h.sum(), dscores


def doubles_in_columns(scores, targets, *, squared=False, reduction="mean"):
    """Double precision for everything, with arrays whose memory is in columns."""
    loss, dscores = loops(scores, targets, squared=squared, reduction=reduction)
    return (np.asfortranarray(loss) if np.ndim(loss) else float(loss)), np.asfortranarray(dscores)
