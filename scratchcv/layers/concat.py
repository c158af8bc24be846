"""Concatenation: feature maps side by side, as along U-Net's skip connections."""

from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array, as_floating
from scratchcv.layers.layer import Layer
from scratchcv.layers.shapes import axis_index


def concat(inputs: Sequence[Array], dim: int = 1) -> Array:
    r"""Return arrays joined along an axis.

    .. math:: y = [x_1, x_2, \dots]

    Parameters
    ----------
    inputs : sequence of ndarray
        Equal in shape but for the joined axis. The first one's dtype decides.
    dim : int
        The axis: 1 is that of the channels.

    Returns
    -------
    ndarray
        As long along the axis as all inputs together.

    Raises
    ------
    ValueError
        When there is nothing to join, or the shapes do not fit.

    References
    ----------
    torch.cat; Ronneberger, Fischer, Brox, "U-Net", 2015, figure 1; lecture S1, lines 1717-1792.

    Examples
    --------
    >>> concat([np.zeros((1, 2, 4, 4)), np.ones((1, 3, 4, 4))]).shape
    (1, 5, 4, 4)
    """
    if len(inputs) == 0:
        raise ValueError("inputs must be at least one array, got none")
    arrays = [as_floating(x) for x in inputs]
    first = arrays[0]
    axis = axis_index("dim", dim, first.ndim)
    before, behind = first.shape[:axis], first.shape[axis + 1 :]
    for number, x in enumerate(arrays):
        if x.ndim != first.ndim or (x.shape[:axis], x.shape[axis + 1 :]) != (before, behind):
            raise ValueError(
                f"inputs[{number}] must be shaped like inputs[0] but for axis {dim}, "
                f"got {x.shape} and {first.shape}"
            )
    return np.concatenate(arrays, axis=axis, dtype=first.dtype)


def concat_backward(dy: Array, sizes: Sequence[int], dim: int = 1) -> tuple[Array, ...]:
    r"""Return the gradient of each input: its own piece of dy.

    .. math:: [dx_1, dx_2, \dots] = dy

    Parameters
    ----------
    dy : ndarray
        Gradient of the output.
    sizes : sequence of int
        Each input's length along the axis.
    dim : int
        The axis.

    Returns
    -------
    tuple of ndarray
        Views of dy.

    Raises
    ------
    ValueError
        When the lengths do not add up to dy's.

    Examples
    --------
    >>> [dx.tolist() for dx in concat_backward(np.array([[1.0, 2.0, 3.0]]), [1, 2])]
    [[[1.0]], [[2.0, 3.0]]]
    """
    axis = axis_index("dim", dim, dy.ndim)
    if sum(sizes) != dy.shape[axis] or min(sizes, default=0) < 0:
        raise ValueError(f"sizes must add up to {dy.shape[axis]}, dy's length along axis {dim}, got {sizes}")
    return tuple(np.split(dy, np.cumsum(sizes)[:-1], axis=axis))


class Concat(Layer):
    """Join its inputs along an axis; see `concat`.

    Parameters
    ----------
    dim : int
        The axis.

    Examples
    --------
    >>> Concat()(np.zeros((1, 2, 4, 4)), np.ones((1, 3, 4, 4))).shape
    (1, 5, 4, 4)
    """

    def __init__(self, dim: int = 1) -> None:
        self.dim = dim

    def forward(self, *inputs: Array) -> tuple[Array, tuple[int, ...]]:
        """Return the joined inputs; the cache is their lengths."""
        return concat(inputs, self.dim), tuple(x.shape[self.dim] for x in inputs)

    def backward(self, dy: Array, cache: tuple[int, ...]) -> tuple[Array, ...]:
        """Return each input's piece of dy."""
        return concat_backward(dy, cache, self.dim)
