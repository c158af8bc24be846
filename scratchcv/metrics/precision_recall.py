"""The precision-recall curve: what a detector is worth at every score threshold at once."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array


def precision_recall_curve(
    scores: ArrayLike, hits: ArrayLike, number_of_truths: int
) -> tuple[Array, Array, Array]:
    r"""Return the recall and precision after each detection, taken by decreasing score.

    .. math:: P_k = \frac{TP_k}{TP_k + FP_k}, \qquad R_k = \frac{TP_k}{TP + FN}

    Parameters
    ----------
    scores : array_like of shape (D,)
        Confidence of each detection of one class, over all images.
    hits : array_like of bool, shape (D,)
        Whether the detection found an object that no better one had found.
    number_of_truths : int
        Objects of the class that should be found, TP + FN.

    Returns
    -------
    recall, precision, scores : ndarray of shape (D,)
        Point k counts the k + 1 best detections; `scores` are sorted with them. Equal scores keep the order
        in which they were given.

    Raises
    ------
    ValueError
        When shapes differ, a score is NaN, a hit neither 0 nor 1, or there are more hits than truths.

    Notes
    -----
    Without truths recall is 0/0: it is NaN, and so is the average precision.

    References
    ----------
    Everingham et al., "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 2010, section 4.2.

    Examples
    --------
    The dogs of the lecture: three to be found, five detections.

    >>> recall, precision, _ = precision_recall_curve([.99, .95, .9, .5, .1], [1, 1, 0, 0, 1], 3)
    >>> recall.round(3).tolist()
    [0.333, 0.667, 0.667, 0.667, 1.0]
    >>> precision.round(3).tolist()
    [1.0, 1.0, 0.667, 0.5, 0.6]
    """
    scores = as_floating(check_array("scores", scores, ("D",)))
    hits = check_array("hits", hits, (len(scores),))
    if not ((hits == 0) | (hits == 1)).all():
        raise ValueError("hits must be 0 or 1")
    hits = hits.astype(bool)
    if np.isnan(scores).any():
        raise ValueError(f"scores[{int(np.isnan(scores).argmax())}] is NaN")
    if hits.sum() > number_of_truths:
        raise ValueError(
            f"hits holds {int(hits.sum())} hits, but there are {number_of_truths} truths to find"
        )
    order = np.argsort(-scores, kind="stable")
    true_positives = np.cumsum(hits[order])
    precision = true_positives / np.arange(1, len(scores) + 1)
    with np.errstate(invalid="ignore"):
        recall = true_positives / np.float64(number_of_truths)
    return recall, precision, scores[order]


def precision_envelope(precision: ArrayLike) -> Array:
    r"""Return the best precision still to come: the curve without its saw teeth.

    .. math:: P_\mathrm{interp}(k) = \max_{j \ge k} P_j

    Parameters
    ----------
    precision : array_like of shape (..., D)
        Precisions in the order of increasing recall, along the last axis.

    Returns
    -------
    ndarray of shape (..., D)
        Never increasing along the last axis.

    References
    ----------
    Everingham et al., "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 2010, equation 2.

    Examples
    --------
    >>> precision_envelope([1, 1, 2 / 3, .5, .6]).round(3).tolist()
    [1.0, 1.0, 0.667, 0.6, 0.6]
    """
    reversed_precision = as_floating(precision)[..., ::-1]
    return np.asarray(np.maximum.accumulate(reversed_precision, axis=-1)[..., ::-1])
