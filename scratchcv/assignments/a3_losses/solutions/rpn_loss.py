"""Right ways to write `rpn_loss` that differ from the library's."""

import math

import numpy as np

IGNORE = -2


def loops(objectness, deltas, labels, target_deltas, *, n_cls=256, n_reg=2400, balance=10.0, beta=1.0):
    """One anchor after the other, with the functions of `math`."""
    sampled = sum(1 for label in labels.ravel() if label != IGNORE)
    images = len(labels) if labels.ndim == 2 else 1
    of_scores = n_cls * images if n_cls is not None else max(sampled, 1)
    of_boxes = n_reg * images if n_reg is not None else max(sampled, 1)
    dobjectness, ddeltas = np.zeros(objectness.shape), np.zeros(deltas.shape)
    score_loss = box_loss = 0.0
    for place in np.ndindex(*labels.shape):
        if labels[place] == IGNORE:
            continue
        x, yes = float(objectness[place]), float(labels[place])
        score_loss += max(x, 0.0) - x * yes + math.log1p(math.exp(-abs(x)))
        p = 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))
        dobjectness[place] = (p - yes) / of_scores
        for k in range(4 if yes else 0):
            d = float(deltas[(*place, k)]) - float(target_deltas[(*place, k)])
            box_loss += 0.5 * d * d / beta if abs(d) < beta else abs(d) - 0.5 * beta
            ddeltas[(*place, k)] = balance * max(-1.0, min(1.0, d / beta)) / of_boxes
    return {"objectness": score_loss / of_scores, "box": balance * box_loss / of_boxes}, (
        dobjectness,
        ddeltas,
    )


def signed_scores(
    objectness, deltas, labels, target_deltas, *, n_cls=256, n_reg=2400, balance=10.0, beta=1.0
):
    """Scores with the sign of their label, by `logaddexp`; boxes flat, by index."""
    images = labels.shape[0] if labels.ndim > 1 else 1
    sign = np.select([labels == 1, labels == 0], [1.0, -1.0], 0.0)
    count = max(int(abs(sign).sum()), 1)
    a = 1 / (count if n_cls is None else n_cls * images)
    b = balance / (count if n_reg is None else n_reg * images)
    z = sign * objectness
    scores = (np.logaddexp(0, -z) * abs(sign)).sum() * a
    dobjectness = -a * sign * np.exp(-np.logaddexp(0, z))
    objects = np.flatnonzero(labels == 1)
    d = deltas.reshape(-1, 4)[objects] - target_deltas.reshape(-1, 4)[objects]
    m = np.minimum(abs(d), beta)
    ddeltas = np.zeros((labels.size, 4))
    ddeltas[objects] = b * np.sign(d) * (m / beta)
    box = b * np.sum(m * m / (2 * beta) + abs(d) - m)
    return {"box": box, "objectness": scores}, (dobjectness, ddeltas.reshape(deltas.shape))


def weights_of_anchors(
    objectness, deltas, labels, target_deltas, *, n_cls=256, n_reg=2400, balance=10.0, beta=1.0
):
    """Each anchor's weight first; NaN targets are replaced before anything is computed."""
    images = len(objectness) if objectness.ndim == 2 else 1
    used, object_ = (labels != IGNORE).astype(float), (labels == 1).astype(float)
    count = max(used.sum(), 1)
    w = used / (count if n_cls is None else n_cls * images)
    v = (balance * object_ / (count if n_reg is None else n_reg * images))[..., None]
    x = objectness.astype(np.float64)
    e = np.exp(-abs(x))
    log_p, log_q = np.minimum(x, 0) - np.log1p(e), np.minimum(-x, 0) - np.log1p(e)
    scores = -(w * (object_ * log_p + (1 - object_) * log_q)).sum()
    d = deltas - np.where(v > 0, target_deltas, deltas)
    slope = np.clip(d / beta, -1, 1)
    box = (v * (slope * d - beta / 2 * slope**2)).sum()
    return {"objectness": float(scores), "box": float(box)}, (w * (np.exp(log_p) - object_), v * slope)


def image_by_image(
    objectness, deltas, labels, target_deltas, *, n_cls=256, n_reg=2400, balance=10.0, beta=1.0
):
    """One image after the other, added up."""
    single = objectness.ndim == 1
    stacks = [array[None] if single else array for array in (objectness, deltas, labels, target_deltas)]
    sampled = max(int((labels >= 0).sum()), 1)
    N = len(stacks[0])
    of_scores, of_boxes = (sampled if n is None else n * N for n in (n_cls, n_reg))
    totals, gradients = np.zeros(2), []
    for x, t, y, t_hat in zip(*stacks, strict=True):
        use, pos = y >= 0, y > 0
        dx, dt = np.zeros_like(x), np.zeros_like(t)
        z = np.where(y == 1, -x, x)[use]
        totals[0] += np.sum(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))))
        dx[use] = np.where(y == 1, -1, 1)[use] * 0.5 * (1 + np.tanh(0.5 * z))
        d = t[pos] - t_hat[pos]
        near = np.abs(d) < beta
        totals[1] += np.sum((d[near] / beta) * d[near]) / 2 + np.sum(np.abs(d[~near]) - beta / 2)
        dt[pos] = np.where(near, d / beta, np.sign(d))
        gradients.append((dx / of_scores, dt * (balance / of_boxes)))
    dobjectness, ddeltas = (np.array(part) for part in zip(*gradients, strict=True))
    if single:
        dobjectness, ddeltas = dobjectness[0], ddeltas[0]
    return {"objectness": totals[0] / of_scores, "box": balance * totals[1] / of_boxes}, [
        dobjectness,
        ddeltas,
    ]


def doubles_in_columns(
    objectness, deltas, labels, target_deltas, *, n_cls=256, n_reg=2400, balance=10.0, beta=1.0
):
    """Double precision for everything, with arrays whose memory is in columns."""
    options = {"n_cls": n_cls, "n_reg": n_reg, "balance": balance, "beta": beta}
    losses, gradients = loops(objectness, deltas, labels, target_deltas, **options)
    return losses, tuple(np.asfortranarray(gradient) for gradient in gradients)
