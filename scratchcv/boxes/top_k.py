"""The k best scores."""

from numpy.typing import ArrayLike

from scratchcv.boxes.gather import gather
from scratchcv.boxes.score_order import by_decreasing_score
from scratchcv.checks import Array, as_floating, check_array


def top_k(scores: ArrayLike, k: int) -> tuple[Array, Array]:
    """Return the k highest scores, best first, and where they stood.

    Parameters
    ----------
    scores : array_like of shape (N,)
        Greater is better.
    k : int
        How many; all of them if there are fewer.

    Returns
    -------
    values : ndarray of shape (min(k, N),)
        The scores, decreasing.
    indices : ndarray of int64, shape (min(k, N),)
        Indices into `scores`, equal scores by index.

    Raises
    ------
    ValueError
        When `scores` has another shape or k is negative.

    Notes
    -----
    The gradient of the scores is ``gather_backward(dvalues, indices, N)``; the order has none.
    PyTorch's ``topk`` promises no order among equal scores, and refuses k > N. NaN counts as the highest, as
    there.

    Examples
    --------
    >>> values, indices = top_k([0.2, 0.9, 0.5, 0.9], 3)
    >>> values.tolist(), indices.tolist()
    ([0.9, 0.9, 0.5], [1, 3, 2])
    """
    if k < 0:
        raise ValueError(f"k must be 0 or more, got {k}")
    scores = as_floating(check_array("scores", scores, ("N",)))
    indices = by_decreasing_score(scores, k)
    return gather(scores, indices), indices
