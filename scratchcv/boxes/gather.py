"""Taking rows by index, as every selection of boxes ends, and the way back of their gradients."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array


def gather(values: ArrayLike, indices: ArrayLike) -> Array:
    """Return the rows that the indices name: y[k] = values[indices[k]].

    Parameters
    ----------
    values : array_like of shape (N, ...)
        Boxes, scores, labels, masks.
    indices : array_like of int, shape (K,)
        What `nms`, `batched_nms`, `top_k` or `threshold_scores` chose; repeated ones are fine.

    Returns
    -------
    ndarray of shape (K, ...)
        A copy, in the dtype of `values`.

    Raises
    ------
    ValueError
        When the indices are not a list of integers from 0 to N - 1.

    Notes
    -----
    This is PyTorch's ``index_select`` along the first axis; its ``gather`` takes one index an element.

    Examples
    --------
    >>> gather([[0, 0, 9, 9], [1, 1, 5, 5]], [1]).tolist()
    [[1, 1, 5, 5]]
    """
    values = np.asarray(values)
    return values[_check_indices(indices, len(values))]


def gather_backward(dy: ArrayLike, indices: ArrayLike, size: int) -> Array:
    r"""Return the gradient of the values: each row of dy goes back to where it came from.

    .. math:: dx_n = \sum_{k :\, i_k = n} dy_k

    Parameters
    ----------
    dy : array_like of shape (K, ...)
        The gradient of what was taken.
    indices : array_like of int, shape (K,)
        The same indices as in `gather`.
    size : int
        The number of rows N that there were.

    Returns
    -------
    ndarray of shape (size, ...)
        0 in the rows that were not taken; the sum where one was taken repeatedly.

    Raises
    ------
    ValueError
        When the indices are not K integers from 0 to size - 1.

    Notes
    -----
    So non-maximum suppression passes its gradient: what was kept has all of it, what was suppressed none.

    Examples
    --------
    >>> gather_backward([5.0, 7.0, 1.0], [2, 0, 2], 4).tolist()
    [7.0, 0.0, 6.0, 0.0]
    """
    dy = as_floating(dy)
    indices = _check_indices(indices, size)
    if dy.shape[:1] != indices.shape:
        raise ValueError(f"dy must have shape ({len(indices)}, ...), got {dy.shape}")
    dx = np.zeros((size, *dy.shape[1:]), dy.dtype)
    np.add.at(dx, indices, dy)
    return dx


def _check_indices(indices: ArrayLike, size: int) -> Array:
    indices = check_array("indices", indices, ("K",))
    if indices.size == 0:
        return np.zeros(0, np.int64)
    if indices.dtype.kind not in "iu":
        raise ValueError(f"indices must be integers, got {indices.dtype}")
    outside = np.flatnonzero((indices < 0) | (indices >= size))
    if outside.size:
        raise ValueError(
            f"indices[{outside[0]}] must lie between 0 and {size - 1}, got {indices[outside[0]]}"
        )
    return indices
