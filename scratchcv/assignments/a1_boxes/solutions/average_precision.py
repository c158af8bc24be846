"""Other ways to write `average_precision`."""

import numpy as np


def point_by_point(recall, precision, *, method="area"):
    """Loop backwards over the points, with plain Python numbers."""
    recall, precision = recall.tolist(), precision.tolist()
    if any(value != value for value in recall):
        return float("nan")
    if method != "area":
        count = 10 if method == "11point" else 100
        levels = [step / count for step in range(count + 1)]
        best = [
            max((p for r, p in zip(recall, precision, strict=True) if r >= level), default=0.0)
            for level in levels
        ]
        return sum(best) / len(best)
    total, best = 0.0, 0.0
    for index in range(len(recall) - 1, -1, -1):
        best = max(best, precision[index])
        total += best * (recall[index] - (recall[index - 1] if index else 0.0))
    return total


def with_sentinels(recall, precision, *, method="area"):
    """Put points at both ends, and sum where recall changes; a NumPy number comes back."""
    if np.isnan(recall).any():
        return np.nan
    r = np.concatenate(([0.0], recall, [1.0]))
    p = np.concatenate(([0.0], precision, [0.0]))
    for index in range(len(p) - 2, -1, -1):
        p[index] = max(p[index], p[index + 1])
    if method == "area":
        changes = np.flatnonzero(r[1:] != r[:-1])
        return np.sum((r[changes + 1] - r[changes]) * p[changes + 1])
    p[-1] = p[-2] if len(recall) and recall[-1] >= 1 else 0.0
    levels = np.linspace(0.0, 1.0, 11 if method == "11point" else 101)
    return np.mean([p[1:-1][recall >= level].max(initial=0.0) for level in levels])


def table_of_levels(recall, precision, *, method="area"):
    """Compare all levels with all recalls in one table."""
    if np.isnan(recall).any():
        return float("nan")
    if method == "area":
        if not len(recall):
            return 0.0
        best = np.where(recall[None, :] >= recall[:, None], precision[None, :], 0).max(axis=1)
        return float(np.dot(best, np.ediff1d(recall, to_begin=recall[0])))
    levels = np.arange(11) / 10 if method == "11point" else np.arange(101) / 100
    reached = recall[None, :] >= levels[:, None]
    return float(np.max(np.where(reached, precision, 0.0), axis=1, initial=0.0).sum() / len(levels))


def by_layers(recall, precision, *, method="area"):
    """Sum by parts: for each fall of the envelope, the recall that lies before it."""
    if np.isnan(recall).any():
        return float("nan")
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    falls = envelope - np.append(envelope[1:], 0.0) if len(envelope) else envelope
    if method == "area":
        return float((falls * recall).sum())
    count = 10 if method == "11point" else 100
    below = (np.arange(count + 1)[:, None] / count <= recall).sum(axis=0)
    return float((falls * below).sum() / (count + 1))


def single_precision_result(recall, precision, *, method="area"):
    """One number of single precision, in an array without axes."""
    return np.array(table_of_levels(recall, precision, method=method), dtype=np.float32)
