"""Mistakes in `precision_recall_curve`."""

import numpy as np


def _order(scores):
    return np.argsort(-scores, kind="stable")


def _recall(found, truths):
    with np.errstate(invalid="ignore", divide="ignore"):
        return found / np.float64(truths)


def _curve(scores, hits, number_of_truths, order=None):
    """Return the curve of detections taken in an order, by decreasing score where none is given."""
    order = _order(scores) if order is None else order
    found = np.cumsum(hits[order] != 0)
    return _recall(found, number_of_truths), found / np.arange(1, len(scores) + 1), scores[order]


def unsorted(scores, hits, number_of_truths):
    """You take the detections as they come; sort them first, the highest score first."""
    return _curve(scores, hits, number_of_truths, np.arange(len(scores)))


def worst_first(scores, hits, number_of_truths):
    """You begin with the lowest score: argsort sorts upwards."""
    return _curve(scores, hits, number_of_truths, np.argsort(scores, kind="stable"))


def hits_left_behind(scores, hits, number_of_truths):
    """You sort the scores, and leave the hits as they were.

    Sort both by the same order, so that each hit stays with its score.
    """
    recall, precision, _ = _curve(scores, hits, number_of_truths, np.arange(len(scores)))
    return recall, precision, scores[_order(scores)]


def scores_left_behind(scores, hits, number_of_truths):
    """You return the scores as they were given; they belong to the points, and so come sorted."""
    recall, precision, _ = _curve(scores, hits, number_of_truths)
    return recall, precision, scores.copy()


def ties_reversed(scores, hits, number_of_truths):
    """Your equal scores come in reverse order, as when argsort is read backwards.

    Sort the negative scores by a stable method: equal ones keep their order.
    """
    return _curve(scores, hits, number_of_truths, np.argsort(scores, kind="stable")[::-1])


def recall_of_the_found(scores, hits, number_of_truths):
    """You divide by the hits that there are, and so recall always ends at 1.

    Divide by all objects, found or not.
    """
    found = np.cumsum(hits[_order(scores)] != 0)
    _, precision, scores = _curve(scores, hits, number_of_truths)
    return _recall(found, found[-1] if len(found) else 0), precision, scores


def recall_of_detections(scores, hits, number_of_truths):
    """You divide by the number of detections; recall is the found part of all objects."""
    _, precision, ranked = _curve(scores, hits, number_of_truths)
    return np.cumsum(hits[_order(scores)] != 0) / max(len(scores), 1), precision, ranked


def precision_of_truths(scores, hits, number_of_truths):
    """Your precision is divided by the number of objects; that is recall.

    Divide by the detections that have been taken so far.
    """
    recall, _, ranked = _curve(scores, hits, number_of_truths)
    return recall, recall.copy(), ranked


def precision_of_all(scores, hits, number_of_truths):
    """You divide by all detections; point k counts the first k + 1 of them only."""
    recall, _, ranked = _curve(scores, hits, number_of_truths)
    return recall, np.cumsum(hits[_order(scores)] != 0) / max(len(scores), 1), ranked


def counted_from_zero(scores, hits, number_of_truths):
    """You divide by 0 at the first point, by 1 at the second: point k counts k + 1 detections."""
    recall, precision, ranked = _curve(scores, hits, number_of_truths)
    count = np.arange(len(scores))
    with np.errstate(divide="ignore", invalid="ignore"):
        return recall, precision * (count + 1) / count, ranked


def not_accumulated(scores, hits, number_of_truths):
    """You look at each detection alone; point k counts the k + 1 best together, a cumulative sum."""
    order = _order(scores)
    hit = hits[order].astype(float)
    return _recall(hit, number_of_truths), hit, scores[order]


def hits_over_misses(scores, hits, number_of_truths):
    """You divide hits by misses; precision is the part of hits among hits and misses together."""
    recall, precision, ranked = _curve(scores, hits, number_of_truths)
    with np.errstate(divide="ignore", invalid="ignore"):
        return recall, precision / (1 - precision), ranked


def misses_counted(scores, hits, number_of_truths):
    """You count the misses where the hits should be counted."""
    return _curve(scores, hits == 0, number_of_truths)


def results_exchanged(scores, hits, number_of_truths):
    """You return precision first; the order is recall, precision, scores."""
    recall, precision, ranked = _curve(scores, hits, number_of_truths)
    return precision, recall, ranked


def without_scores(scores, hits, number_of_truths):
    """You return two arrays; the sorted scores are the third part of the result."""
    return _curve(scores, hits, number_of_truths)[:2]


def begun_at_zero(scores, hits, number_of_truths):
    """You put a point of recall 0 and precision 1 in front.

    No detection stands for it; there is one point for each detection.
    """
    recall, precision, ranked = _curve(scores, hits, number_of_truths)
    return np.append(0.0, recall), np.append(1.0, precision), ranked


def nothing_is_all(scores, hits, number_of_truths):
    """Where there is nothing to find you say recall 0; it is 0 / 0, and NaN says so.

    With 0, a class that is in no image would count as one that the detector never finds.
    """
    return _curve(scores, hits, max(number_of_truths, 1))


def thinned_out(scores, hits, number_of_truths):
    """You keep one point for each recall; there is to be one for each detection, misses too."""
    recall, precision, ranked = _curve(scores, hits, number_of_truths)
    kept = hits[_order(scores)] != 0
    return recall[kept], precision[kept], ranked[kept]
