"""Indices that say where to read and write: a compiled loop believes them, so they are checked before."""

import numpy as np

from scratchcv.checks import Array


def check_indices(name: str, indices: Array, size: int, least: int = 0) -> Array:
    """Return indices as contiguous int64, or say which are none.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    indices : ndarray of int
        What was given.
    size : int
        One more than the largest index allowed.
    least : int
        The smallest one allowed; -1 where that stands for nowhere.

    Raises
    ------
    TypeError
        When they are no integers.
    ValueError
        When one is too small or too large.

    Examples
    --------
    >>> check_indices("indices", np.array([0, 9]), 9)
    Traceback (most recent call last):
    ValueError: indices must lie in 0…8, got 0 to 9
    """
    if indices.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, got {indices.dtype}")
    if indices.size and not least <= indices.min() <= indices.max() < size:
        raise ValueError(f"{name} must lie in {least}…{size - 1}, got {indices.min()} to {indices.max()}")
    return np.ascontiguousarray(indices, np.int64)
