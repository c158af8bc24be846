"""Which scored boxes are put out: R-CNN's three strategies, and the score that a box is sorted by."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import check_threshold
from scratchcv.boxes.top_k import top_k
from scratchcv.checks import Array, as_floating, check_array, check_integers


def best_class(scores: ArrayLike, *, background: int = 0) -> tuple[Array, Array]:
    r"""Return each box's highest class score, and the class that has it; the background does not run.

    .. math:: s_n = \max_{c \ne \text{background}} p_{nc}

    Parameters
    ----------
    scores : array_like of shape (N, K + 1)
        Class probabilities of each box.
    background : int
        The background's column: 0 here, in SSD, torchvision, d2l and MXNet; -1 where it comes last, as in
        Detectron2.

    Returns
    -------
    best : ndarray of shape (N,)
    labels : ndarray of int64, shape (N,)
        Columns of `scores`; of equal scores the first.

    Raises
    ------
    ValueError
        When `scores` is not a matrix of a background and at least one class.

    References
    ----------
    S. Aydore, EE 628, lecture 12, 2019, lines 622-643: the confidence level of a box.

    Examples
    --------
    >>> best, labels = best_class([[0.7, 0.1, 0.2], [0.1, 0.6, 0.3]])
    >>> best.tolist(), labels.tolist()
    ([0.2, 0.6], [2, 1])
    """
    scores, foreground = _scores_and_foreground(scores, background)
    labels = foreground[scores[:, foreground].argmax(axis=1)]
    return np.take_along_axis(scores, labels[:, None], axis=1)[:, 0], labels


def best_class_backward(dbest: ArrayLike, labels: ArrayLike, num_columns: int) -> Array:
    """Return the gradient of the class scores: dbest in the column of the label, 0 elsewhere.

    Parameters
    ----------
    dbest : array_like of shape (N,)
        The gradient of `best_class`'s scores.
    labels : array_like of int, shape (N,)
        The labels that it returned.
    num_columns : int
        K + 1, the background included.

    Returns
    -------
    ndarray of shape (N, num_columns)

    Raises
    ------
    TypeError
        When the labels are no integers.
    ValueError
        When the shapes differ, or a label is no column.

    Examples
    --------
    >>> best_class_backward([5.0, 7.0], [2, 1], 3).tolist()
    [[0.0, 0.0, 5.0], [0.0, 7.0, 0.0]]
    """
    dbest = as_floating(check_array("dbest", dbest, ("N",)))
    labels = check_integers("labels", labels, (len(dbest),), num_columns)
    dscores = np.zeros((len(dbest), num_columns), dbest.dtype)
    np.put_along_axis(dscores, labels[:, None], dbest[:, None], axis=1)
    return dscores


def threshold_scores(scores: ArrayLike, threshold: float, *, strict: bool = True) -> Array:
    """Return the indices of the scores that are high enough.

    Parameters
    ----------
    scores : array_like of shape (N,)
        Greater is better.
    threshold : float
        What enough is.
    strict : bool
        Take scores > threshold (torchvision); if False, those ≥ threshold (d2l, MXNet, `soft_nms`).

    Returns
    -------
    ndarray of int64, shape (K,)
        Indices into `scores`, increasing.

    Raises
    ------
    ValueError
        When `scores` has another shape, or the threshold is NaN.

    Notes
    -----
    What is taken keeps its gradient, by `gather_backward`; the choice has none, and the threshold neither.

    Examples
    --------
    >>> threshold_scores([0.4, 0.5, 0.6], 0.5).tolist()
    [2]
    >>> threshold_scores([0.4, 0.5, 0.6], 0.5, strict=False).tolist()
    [1, 2]
    """
    scores = as_floating(check_array("scores", scores, ("N",)))
    threshold = check_threshold("threshold", threshold)
    enough = scores > threshold if strict else scores >= threshold
    return np.flatnonzero(enough).astype(np.int64)


def select_least_background(scores: ArrayLike, k: int, *, background: int = 0) -> Array:
    """Return the k boxes with the lowest background scores, whatever their class.

    Parameters
    ----------
    scores : array_like of shape (N, K + 1)
        Class probabilities of each box.
    k : int
        How many; all of them if there are fewer.
    background : int
        The background's column.

    Returns
    -------
    ndarray of int64, shape (min(k, N),)
        Indices of boxes, least background first, equal ones by index.

    Raises
    ------
    ValueError
        When `scores` is not a matrix of a background and at least one class, or k is negative.

    References
    ----------
    Gu, Umeå 2023, line 220: "output bottom K proposals with lowest background scores".

    Examples
    --------
    >>> select_least_background([[0.7, 0.3], [0.1, 0.9], [0.4, 0.6]], 2).tolist()
    [1, 2]
    """
    scores, _ = _scores_and_foreground(scores, background)
    return top_k(-scores[:, background], k)[1]


def select_top_of_class(scores: ArrayLike, label: int, k: int) -> Array:
    """Return the k boxes that score highest for one class.

    Parameters
    ----------
    scores : array_like of shape (N, K + 1)
        Class probabilities of each box.
    label : int
        The class: a column of `scores`.
    k : int
        How many; all of them if there are fewer.

    Returns
    -------
    ndarray of int64, shape (min(k, N),)
        Indices of boxes, best first, equal ones by index.

    Raises
    ------
    ValueError
        When `scores` is not a matrix, the class is none of its columns, or k is negative.

    References
    ----------
    Gu, Umeå 2023, line 220: "output top K proposals with highest classification scores for the given class".

    Examples
    --------
    >>> select_top_of_class([[0.1, 0.2, 0.7], [0.1, 0.5, 0.4], [0, 0.9, 0.1]], 1, 2).tolist()
    [2, 1]
    """
    scores = as_floating(check_array("scores", scores, ("N", "K + 1")))
    if not 0 <= label < scores.shape[1]:
        raise ValueError(f"label must lie between 0 and {scores.shape[1] - 1}, got {label}")
    return top_k(scores[:, label], k)[1]


def select_top_of_image(scores: ArrayLike, k: int, *, background: int = 0) -> tuple[Array, Array]:
    """Return the k highest of all class scores of an image: a box may come out for several classes.

    Parameters
    ----------
    scores : array_like of shape (N, K + 1)
        Class probabilities of each box.
    k : int
        How many pairs of a box and a class; all of them if there are fewer.
    background : int
        The background's column, which is left out.

    Returns
    -------
    indices, labels : ndarray of int64, shape (min(k, N · K),)
        The box and the class of each, best first; equal scores by box, then by class.

    Raises
    ------
    ValueError
        When `scores` is not a matrix of a background and at least one class, or k is negative.

    References
    ----------
    Object detection deck after J. Johnson, line 305: "Or take top K proposals per image?"

    Examples
    --------
    >>> indices, labels = select_top_of_image([[0.1, 0.2, 0.7], [0.1, 0.5, 0.4], [0, 0.9, 0.1]], 3)
    >>> indices.tolist(), labels.tolist()
    ([2, 0, 1], [1, 2, 1])
    """
    scores, foreground = _scores_and_foreground(scores, background)
    _, order = top_k(scores[:, foreground].reshape(-1), k)
    return order // len(foreground), foreground[order % len(foreground)]


def _scores_and_foreground(scores: ArrayLike, background: int) -> tuple[Array, Array]:
    """Return the checked scores, and which of their columns are classes."""
    scores = as_floating(check_array("scores", scores, ("N", "K + 1")))
    columns = scores.shape[1]
    if columns < 2 or not -columns <= background < columns:
        raise ValueError(f"scores must have a background ({background}) and a class, got {scores.shape}")
    return scores, np.delete(np.arange(columns), background)
