"""Right ways to write `match_rpn` that differ from the library's."""

import numpy as np


def loops(iou, high=0.7, low=0.3, *, strict=False):
    """One anchor after the other, rule by rule."""
    anchors, truths = iou.shape
    matches = []
    for a in range(anchors):
        row = [float(value) for value in iou[a]]
        largest = max(row, default=0.0)
        is_best = any(
            row[g] > 0 and all(iou[other, g] <= row[g] for other in range(anchors)) for g in range(truths)
        )
        if truths and (is_best or largest > high or (largest == high and not strict)):
            matches.append(row.index(largest))
        else:
            matches.append(-1 if not truths or largest < low else -2)
    return np.array(matches, np.int64)


def overwriting(iou, high=0.7, low=0.3, *, strict=False):
    """All ignored at first, then the rules overwrite each other; the best come last."""
    matches = np.full(len(iou), -2)
    largest = iou.max(axis=1, initial=0)
    matches[largest < low] = -1
    if not iou.shape[1]:
        matches[:] = -1
    if not iou.size:
        return matches
    choice = iou.argmax(axis=1)
    enough = np.greater(largest, high) if strict else np.greater_equal(largest, high)
    matches[enough] = choice[enough]
    for truth in range(iou.shape[1]):
        column = iou[:, truth]
        if column.any():
            best = np.flatnonzero(column == column.max())
            matches[best] = choice[best]
    return matches


def chosen_from_a_list(iou, high=0.7, low=0.3, *, strict=False):
    """`np.select` among the three answers, with 32-bit integers."""
    if 0 in iou.shape:
        return np.full(iou.shape[0], -1, np.int32)
    largest, best = np.max(iou, axis=1), np.max(iou, axis=0)
    is_best = np.any((iou >= best) & (best > 0), axis=1)
    enough = (largest - high > 0) if strict else (largest - high >= 0)
    answers = [np.argmax(iou, axis=1), np.full(len(iou), -1)]
    return np.select([is_best | enough, largest < low], answers, -2).astype(np.int32)


def transposed(iou, high=0.7, low=0.3, *, strict=False):
    """Truths as rows, and the largest by sorting."""
    by_truth = iou.T
    if not by_truth.size:
        return np.zeros(by_truth.shape[1], np.int64) - 1
    order = np.argsort(-by_truth, axis=0, kind="stable")[0]
    largest = by_truth[order, np.arange(by_truth.shape[1])]
    positive = ~(largest <= high) if strict else ~(largest < high)
    for row in by_truth:
        positive = positive | ((row == np.sort(row)[-1]) & (row > 0))
    return np.where(positive, order, -1 - (largest >= low).astype(int))


def sets(iou, high=0.7, low=0.3, *, strict=False):
    """Best, near and far anchors as sets."""
    if not iou.size:
        return np.array([-1] * len(iou), np.int64)
    best = {(int(a), int(g)) for a, g in np.argwhere(iou == iou.max(axis=0)) if iou[a, g] > 0}
    near = {int(a) for a in np.argwhere(iou > high if strict else iou >= high)[:, 0]} | {a for a, _ in best}
    far = {a for a in range(len(iou)) if (iou[a] < low).all()} - near
    matches = np.full(len(iou), -2, np.int64)
    matches[list(far)] = -1
    for anchor in near:
        matches[anchor] = int(np.argmax(iou[anchor]))
    return matches
