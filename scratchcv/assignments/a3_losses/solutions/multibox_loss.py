"""Right ways to write `multibox_loss` that differ from the library's."""

import math

import numpy as np


def loops(logits, deltas, labels, target_deltas, *, neg_pos_ratio=3.0, alpha=1.0):
    """One default box after the other, with the functions of `math`."""
    P = max(int((labels > 0).sum()), 1)
    dlogits, ddeltas = np.zeros(logits.shape), np.zeros(deltas.shape)
    classification = box = 0.0
    for n in range(len(labels)):
        log_p = []
        for scores in logits[n].tolist():
            top = max(scores)
            total = top + math.log(sum(math.exp(score - top) for score in scores))
            log_p.append([score - total for score in scores])
        positives = [a for a in range(len(log_p)) if labels[n, a] > 0]
        negatives = sorted((a for a in range(len(log_p)) if labels[n, a] == 0), key=lambda a: log_p[a][0])
        for a in positives + negatives[: int(neg_pos_ratio * len(positives))]:
            classification -= log_p[a][labels[n, a]]
            for k, value in enumerate(log_p[a]):
                dlogits[n, a, k] = (math.exp(value) - (k == labels[n, a])) / P
        for a in positives:
            for m in range(4):
                d = float(deltas[n, a, m]) - float(target_deltas[n, a, m])
                box += 0.5 * d * d if abs(d) < 1 else abs(d) - 0.5
                ddeltas[n, a, m] = alpha * max(-1.0, min(1.0, d)) / P
    return {"classification": classification / P, "box": alpha * box / P}, (dlogits, ddeltas)


def one_hot(logits, deltas, labels, target_deltas, *, neg_pos_ratio=3.0, alpha=1.0):
    """Weights 0 and 1 for all boxes, one-hot labels, ranks by two argsorts."""
    positive = labels > 0
    one = np.eye(logits.shape[2])[labels]
    x = logits - logits.max(axis=2, keepdims=True)
    e = np.exp(x)
    log_p = x - np.log(e.sum(axis=2, keepdims=True))
    hardness = np.where(positive, -1, -log_p[:, :, 0])
    rank = (-hardness).argsort(axis=1).argsort(axis=1)
    count = positive.sum(axis=1, keepdims=True)
    weight = (positive | (rank < np.minimum(neg_pos_ratio * count // 1, labels.shape[1] - count)))[..., None]
    P = max(count.sum(), 1)
    d = np.where(positive[..., None], deltas - target_deltas, 0)
    g = np.clip(d, -1, 1)
    losses = {
        "classification": -(weight * one * log_p).sum() / P,
        "box": alpha * (g * d - g * g / 2).sum() / P,
    }
    return losses, (weight * (np.exp(log_p) - one) / P, alpha * g / P)


def flat(logits, deltas, labels, target_deltas, *, neg_pos_ratio=3.0, alpha=1.0):
    """All images' boxes in one row, what counts as a list of indices; `logaddexp` for the softmax."""
    images, anchors, classes = logits.shape
    y = labels.reshape(-1)
    x = logits.reshape(-1, classes)
    total = np.logaddexp.reduce(x, axis=1) if len(x) else np.zeros(0)
    chosen = []
    for n in range(images):
        own = np.arange(n * anchors, (n + 1) * anchors)
        objects, others = own[y[own] > 0], own[y[own] == 0]
        k = min(int(neg_pos_ratio * len(objects)), len(others))
        chosen += [*objects, *others[np.argsort(x[others, 0] - total[others])[:k]]]
    chosen = np.array(chosen, int)
    positive = np.flatnonzero(y)
    P = max(len(positive), 1)
    dlogits, ddeltas = np.zeros_like(x), np.zeros((len(x), 4), deltas.dtype)
    dlogits[chosen] = np.exp(x[chosen] - total[chosen, None]) / P
    dlogits[chosen, y[chosen]] -= 1 / P
    d = deltas.reshape(-1, 4)[positive] - target_deltas.reshape(-1, 4)[positive]
    size = np.abs(d)
    ddeltas[positive] = np.sign(d) * np.minimum(size, 1) * alpha / P
    box = np.sum(np.where(size < 1, size**2 / 2, size - 0.5)) * alpha / P
    losses = {"box": box, "classification": np.sum(total[chosen] - x[chosen, y[chosen]]) / P}
    return losses, (dlogits.reshape(logits.shape), ddeltas.reshape(deltas.shape))


def positives_and_negatives_apart(logits, deltas, labels, target_deltas, *, neg_pos_ratio=3.0, alpha=1.0):
    """Two sums, over positives and over negatives, as in the lecture; the hardest by `argpartition`."""
    P = max(np.count_nonzero(labels), 1)
    dlogits, ddeltas = np.zeros_like(logits), np.zeros_like(deltas)
    of_positives = of_negatives = of_boxes = 0.0
    for n, y in enumerate(labels):
        pos, neg = np.nonzero(y)[0], np.nonzero(y == 0)[0]
        top = logits[n].max(axis=1, keepdims=True) if len(y) else logits[n, :, :1]
        log_p = logits[n] - top - np.log(np.exp(logits[n] - top).sum(axis=1, keepdims=True))
        k = min(math.floor(neg_pos_ratio * len(pos)), len(neg))
        hard = neg[np.argpartition(log_p[neg, 0], k - 1)[:k]] if k else neg[:0]
        of_positives -= log_p[pos, y[pos]].sum()
        of_negatives -= log_p[hard, 0].sum()
        for rows in (pos, hard):
            dlogits[n, rows] = np.exp(log_p[rows])
            dlogits[n, rows, y[rows]] -= 1
        d = (deltas[n, pos] - target_deltas[n, pos]).ravel()
        near = np.abs(d) < 1
        of_boxes += 0.5 * (d[near] @ d[near]) + np.abs(d[~near]).sum() - 0.5 * np.count_nonzero(~near)
        ddeltas[n, pos] = np.where(near, d, np.sign(d)).reshape(-1, 4)
    losses = {"classification": (of_positives + of_negatives) / P, "box": alpha * of_boxes / P}
    return losses, (dlogits / P, ddeltas * (alpha / P))


def doubles_in_columns(logits, deltas, labels, target_deltas, *, neg_pos_ratio=3.0, alpha=1.0):
    """Double precision for everything, with arrays whose memory is in columns."""
    options = {"neg_pos_ratio": neg_pos_ratio, "alpha": alpha}
    losses, gradients = loops(logits, deltas, labels, target_deltas, **options)
    return losses, tuple(np.asfortranarray(gradient) for gradient in gradients)
