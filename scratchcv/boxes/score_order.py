"""The order in which boxes come: from the highest score down."""

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array, as_floating

# Scores below which sorting by NumPy takes 1 ms at most: nobody should wait for a compiler there.
_WORTH_COMPILING = 2**14


def by_decreasing_score(scores: Array, k: int | None = None) -> Array:
    """Return indices that sort scores from the highest down, equal ones by index.

    NaN counts as the highest, as in torch.

    Parameters
    ----------
    scores : ndarray of shape (N,)
        Greater is better.
    k : int, optional
        How many; by default all of them, and all if there are fewer.

    Returns
    -------
    ndarray of int64, shape (min(k, N),)

    Examples
    --------
    >>> by_decreasing_score(np.array([0.5, 0.9, 0.5])).tolist()
    [1, 0, 2]
    >>> by_decreasing_score(np.array([0.5, 0.9, 0.5]), 2).tolist()
    [1, 0]
    """
    scores = np.ascontiguousarray(as_floating(scores))
    k = scores.size if k is None else min(k, scores.size)
    many = scores.size >= _WORTH_COMPILING
    return (active_form(by_decreasing_score_numpy) if many else by_decreasing_score_numpy)(scores, k)


def by_decreasing_score_numpy(scores: Array, k: int) -> Array:
    """Sort the reversed scores and read them backwards: equal scores come by index without negating any.

    Examples
    --------
    >>> by_decreasing_score_numpy(np.array([0.5, 0.9, 0.5]), 3).tolist()
    [1, 0, 2]
    """
    rising = np.argsort(scores[::-1], kind="stable")
    return (scores.size - 1 - rising[::-1])[:k].astype(np.int64)
