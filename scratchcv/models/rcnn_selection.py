"""Which of R-CNN's scored proposals may come out: the slides' "many choices here"."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes import (
    best_class,
    select_least_background,
    select_top_of_class,
    select_top_of_image,
    threshold_scores,
)
from scratchcv.checks import Array, as_floating, check_array

SELECTIONS = ("class", "image", "background")


def select_candidates(
    scores: ArrayLike, selection: str = "class", k: int = 100, threshold: float = 0.0
) -> tuple[Array, Array]:
    """Return the proposals, and the class of each, that compete in non-maximum suppression.

    Parameters
    ----------
    scores : array_like of shape (P, K + 1)
        Of each proposal for each class, the background first.
    selection : {"class", "image", "background"}
        The k best of each class; the k best pairs of a proposal and a class; or the k proposals that are the
        least background, each with its best class.
    k : int
        How many.
    threshold : float
        What the score must exceed in any case.

    Returns
    -------
    rows, labels : ndarray of int64, shape (C,)

    Raises
    ------
    ValueError
        When `scores` is not a matrix of a background and at least one class, or the selection is unknown.

    References
    ----------
    Lectures S0, line 220, S1, line 305, S2, line 304.

    Examples
    --------
    >>> scores = [[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.1, 0.6, 0.3]]
    >>> for selection in SELECTIONS:
    ...     rows, labels = select_candidates(scores, selection, 1)
    ...     print(selection, rows.tolist(), labels.tolist())
    class [2, 1] [1, 2]
    image [2] [1]
    background [1] [1]
    """
    scores = as_floating(check_array("scores", scores, ("P", "K + 1")))
    if selection == "class":
        of_classes = [select_top_of_class(scores, label, k) for label in range(1, scores.shape[1])]
        rows = np.concatenate([np.zeros(0, np.int64), *of_classes])
        labels = np.repeat(np.arange(1, scores.shape[1]), [len(of_class) for of_class in of_classes])
    elif selection == "image":
        rows, labels = select_top_of_image(scores, k)
    elif selection == "background":
        rows = select_least_background(scores, k)
        labels = best_class(scores)[1][rows]
    else:
        raise ValueError(f"selection must be one of {', '.join(SELECTIONS)}, got {selection!r}")
    enough = threshold_scores(scores[rows, labels], threshold)
    return rows[enough], labels[enough]
