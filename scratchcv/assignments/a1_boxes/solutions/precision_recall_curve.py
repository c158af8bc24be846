"""Other ways to write `precision_recall_curve`."""

import numpy as np


def detection_by_detection(scores, hits, number_of_truths):
    """Loop over the detections, with plain Python numbers."""
    found, recall, precision, ranked = 0, [], [], []
    for rank, index in enumerate(sorted(range(len(scores)), key=lambda index: -scores[index]), 1):
        found += int(hits[index])
        recall.append(found / number_of_truths if number_of_truths else float("nan"))
        precision.append(found / rank)
        ranked.append(float(scores[index]))
    return np.array(recall), np.array(precision), np.array(ranked)


def hits_and_misses(scores, hits, number_of_truths):
    """Count misses as well, and divide hits by both."""
    order = (-scores).argsort(kind="stable")
    good = np.cumsum(hits[order] == 1)
    bad = np.cumsum(hits[order] == 0)
    recall = good / number_of_truths if number_of_truths else np.full(len(scores), np.nan)
    return recall, good / (good + bad), scores[order]


def triangle(scores, hits, number_of_truths):
    """Sum by a triangular matrix of fractions."""
    order = np.lexsort((np.arange(len(scores)), -scores))
    lower = np.tril(np.ones((len(scores), len(scores))))
    sorted_hits = hits[order].astype(float)
    ranks = lower.sum(axis=1)
    share = sorted_hits / number_of_truths if number_of_truths else sorted_hits * np.nan
    return lower @ share, (lower / ranks[:, None]) @ sorted_hits, scores[order]


def single_precision_result(scores, hits, number_of_truths):
    """Recall and precision in single precision; a list where the library has a tuple."""
    recall, precision, ranked = hits_and_misses(scores, hits, number_of_truths)
    return [recall.astype(np.float32), precision.astype(np.float32), ranked]


def one_table(scores, hits, number_of_truths):
    """Sort the rows of a table; the results are columns of it, and not contiguous."""
    table = np.column_stack([scores, hits, np.zeros(len(scores))]).astype(np.float64)
    table = table[np.argsort(-table[:, 0], kind="mergesort")]
    table[:, 1] = table[:, 1].cumsum()
    table[:, 2] = table[:, 1] / (1 + np.arange(len(table)))
    with np.errstate(invalid="ignore"):
        table[:, 1] = np.true_divide(table[:, 1], number_of_truths)
    return table[:, 1], table[:, 2], table[:, 0]
