"""Taking rows by index, as every selection of boxes ends, and the way back of their gradients."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_integers


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
    TypeError
        When the indices are no integers.
    ValueError
        When one of them does not lie between 0 and N - 1, or `values` is a single number.

    Notes
    -----
    This is PyTorch's ``index_select`` along the first axis; its ``gather`` takes one index an element.

    Examples
    --------
    >>> gather([[0, 0, 9, 9], [1, 1, 5, 5]], [1]).tolist()
    [[1, 1, 5, 5]]
    """
    values = np.asarray(values)
    if values.ndim == 0:
        raise ValueError("values must have shape (N, ...), got ()")
    return values[check_integers("indices", indices, ("K",), len(values))]


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
    TypeError
        When the indices are no integers.
    ValueError
        When one of them does not lie between 0 and size - 1, or there is not one for each row of dy.

    Notes
    -----
    So non-maximum suppression passes its gradient: what was kept has all of it, what was suppressed none.

    Examples
    --------
    >>> gather_backward([5.0, 7.0, 1.0], [2, 0, 2], 4).tolist()
    [7.0, 0.0, 6.0, 0.0]
    """
    dy = as_floating(dy)
    indices = check_integers("indices", indices, ("K",), size)
    if dy.shape[:1] != indices.shape:
        raise ValueError(f"dy must have shape ({len(indices)}, ...), got {dy.shape}")
    dx = np.zeros((size, *dy.shape[1:]), dy.dtype)
    np.add.at(dx, indices, dy)
    return dx
