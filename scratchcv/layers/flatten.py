"""Flattening: neighbouring axes become one, as between convolutions and a linear layer."""

import math

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating
from scratchcv.layers.layer import Layer
from scratchcv.layers.shapes import axis_index


def flatten(x: ArrayLike, start_dim: int = 0, end_dim: int = -1) -> Array:
    r"""Return the same numbers with the axes from start_dim to end_dim as one.

    .. math:: y_{n,\,(cH + h)W + w} = x_{n,c,h,w} \qquad \text{for start\_dim} = 1

    Parameters
    ----------
    x : array_like
        Of any shape; a number becomes one element.
    start_dim, end_dim : int
        First and last axis to merge; negative ones count from the end.

    Returns
    -------
    ndarray
        A view of x where its layout in memory allows.

    Raises
    ------
    ValueError
        When x lacks an axis, or the last comes before the first.

    References
    ----------
    torch.flatten.

    Examples
    --------
    >>> flatten(np.zeros((2, 3, 4, 5)), start_dim=1).shape
    (2, 60)
    """
    x = np.asarray(x)
    axes = max(x.ndim, 1)
    first, last = axis_index("start_dim", start_dim, axes), axis_index("end_dim", end_dim, axes)
    if last < first:
        raise ValueError(f"end_dim must not come before start_dim, got {start_dim} to {end_dim}")
    return x.reshape(*x.shape[:first], math.prod(x.shape[first : last + 1]), *x.shape[last + 1 :])


def flatten_backward(dy: Array, shape: tuple[int, ...]) -> Array:
    r"""Return the gradient of the input: dy with the axes that were merged.

    .. math:: dx_{n,c,h,w} = dy_{n,\,(cH + h)W + w} \qquad \text{for start\_dim} = 1

    Parameters
    ----------
    dy : ndarray
        Gradient of the output.
    shape : tuple of int
        The input's shape.

    Returns
    -------
    ndarray of that shape

    Examples
    --------
    >>> flatten_backward(np.zeros((2, 60)), (2, 3, 4, 5)).shape
    (2, 3, 4, 5)
    """
    if dy.size != math.prod(shape):
        raise ValueError(f"dy must have as many numbers as an array of shape {tuple(shape)}, got {dy.shape}")
    return dy.reshape(shape)


class Flatten(Layer):
    """Merge axes into one, by default all but the batch's; see `flatten`.

    Parameters
    ----------
    start_dim, end_dim : int
        First and last axis to merge.

    Examples
    --------
    >>> Flatten()(np.zeros((2, 3, 4, 5))).shape
    (2, 60)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x: Array) -> tuple[Array, tuple[int, ...]]:
        """Return x with fewer axes; the cache is its shape."""
        x = as_floating(x)
        return flatten(x, self.start_dim, self.end_dim), x.shape

    def backward(self, dy: Array, cache: tuple[int, ...]) -> Array:
        """Return dy in the input's shape."""
        return flatten_backward(dy, cache)
