"""Tables of taps: the pixels of a row or column that each output is a weighted sum of."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from scratchcv.checks import Array, check_array, check_integers


class Taps(NamedTuple):
    """A sparse matrix, or one for each region: which pixels make up an output, with what weights.

    ``y[o] = Σ_i weights[o, i] x[first[o] + i]`` over i below ``length[o]``.

    Parameters
    ----------
    first : ndarray of int64, shape (T, outputs)
        The leftmost pixel of each output. T is 1 for all images alike, else the number of regions.
    length : ndarray of int64, shape (T, outputs)
        How many pixels; 0 beyond the image, where the output is 0.
    weights : ndarray of shape (T, outputs, taps)
        Zero from `length` on.

    Examples
    --------
    >>> Taps(np.array([[0, 1]]), np.array([[2, 1]]), np.array([[[0.5, 0.5], [1, 0]]])).length.tolist()
    [[2, 1]]
    """

    first: Array
    length: Array
    weights: Array

    def are_copies(self) -> bool:
        """Say whether every output is one pixel as it is, the same one for all regions."""
        return self.weights.shape[::2] == (1, 1) and bool((self.weights == 1).all())


def check_taps(name: str, taps: Taps, size: int, dtype: DTypeLike) -> Taps:
    """Return a table in int64 and the images' dtype, or say that it has no such pixels.

    Examples
    --------
    >>> check_taps("rows", single_taps(np.array([3])), 3, np.float64)
    Traceback (most recent call last):
    ValueError: rows.first must lie in 0…2, got rows.first[0, 0] = 3
    """
    T, outputs = np.shape(taps.first)
    weights = check_array(f"{name}.weights", taps.weights, (T, outputs, "taps"))
    first = check_integers(f"{name}.first", taps.first, (T, outputs), size)
    length = check_integers(f"{name}.length", taps.length, (T, outputs), weights.shape[2] + 1)
    last = first + length - 1
    if last.size and last.max() >= size:
        raise ValueError(f"{name} must take pixels in 0…{size - 1}, got {first.min()} to {last.max()}")
    return Taps(first, length, np.ascontiguousarray(weights, dtype))


def single_taps(indices: Array) -> Taps:
    """Return the taps of outputs that copy one pixel each: nearest neighbour, reflection.

    Parameters
    ----------
    indices : ndarray of int, shape (outputs,)
        The pixel of each output.

    Examples
    --------
    >>> single_taps(np.array([1, 0, 1])).first.tolist()
    [[1, 0, 1]]
    """
    first = np.asarray(indices, np.int64)[None]
    return Taps(first, np.ones_like(first), np.ones((*first.shape, 1)))


def half_pixel_positions(outputs: int, scale: float) -> Array:
    r"""Return where the outputs' centres lie among the pixels' centres, when the images' edges coincide.

    .. math:: p = (o + \tfrac12) \cdot s - \tfrac12

    Parameters
    ----------
    outputs : int
        Outputs along the axis.
    scale : float
        s, pixels an output.

    Examples
    --------
    >>> half_pixel_positions(4, 0.5).tolist()
    [-0.25, 0.25, 0.75, 1.25]
    """
    return (np.arange(outputs) + 0.5) * scale - 0.5


def linear_taps(positions: Array, size: int, share: Array | None = None, border: str = "repeat") -> Taps:
    r"""Return the taps of linear interpolation.

    .. math:: f(p) = \sum_i f_i \max(0,\ 1 - |p - i|) \quad i \in \{\lfloor p \rfloor, \lfloor p \rfloor + 1\}

    Parameters
    ----------
    positions : ndarray of shape (T, outputs) or (T, outputs, samples)
        p, in pixels; 0 is the centre of the first one.
    size : int
        Pixels along this axis.
    share : ndarray, optional
        Shaped like positions: an output is the sum of its samples, times their shares.
    border : {"repeat", "zero"}
        What is beyond the border: its pixel again, or 0.

    Notes
    -----
    The lecture lets i run from ⌊p⌋ - 1 to ⌈p⌉ + 1: all but two of these have the weight 0.

    References
    ----------
    Lecture S1, line 1557.

    Examples
    --------
    >>> taps = linear_taps(np.array([[-0.25, 0.25]]), 2)
    >>> taps.length.tolist(), taps.weights.tolist()
    ([[1, 2]], [[[1.0, 0.0], [0.75, 0.25]]])
    """
    p = np.asarray(positions, np.float64)
    neighbours = np.floor(p)[..., None] + np.arange(2)
    weights = np.maximum(0, 1 - abs(p[..., None] - neighbours))
    if share is not None:
        weights *= share[..., None]
    if border == "zero":
        weights[(neighbours < 0) | (neighbours >= size)] = 0
    return _taps(neighbours, weights, size)


def cubic_taps(positions: Array, size: int, a: float = -0.75) -> Taps:
    r"""Return the taps of cubic convolution: four neighbours.

    .. math::
        w(d) = \begin{cases} (a + 2) d^3 - (a + 3) d^2 + 1 & d \le 1 \\
        a d^3 - 5a d^2 + 8a d - 4a & 1 < d < 2 \end{cases}

    Parameters
    ----------
    positions : ndarray of shape (T, outputs)
        p, in pixels. Beyond the border its pixel is repeated.
    size : int
        Pixels along this axis.
    a : float
        The slope at d = 1: -0.75 in PyTorch and OpenCV, -0.5 in Pillow and Keys' paper.

    References
    ----------
    Keys, "Cubic convolution interpolation for digital image processing", 1981, equation 15 (there a = -1/2).

    Examples
    --------
    >>> cubic_taps(np.array([[1.25]]), 4).weights.round(4).tolist()
    [[[-0.1055, 0.8789, 0.2617, -0.0352]]]
    """
    neighbours = np.floor(positions)[..., None] + np.arange(-1, 3)
    d = abs(positions[..., None] - neighbours)
    near = ((a + 2) * d - (a + 3)) * d**2 + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return _taps(neighbours, np.where(d <= 1, near, np.where(d < 2, far, 0)), size)


def _taps(neighbours: Array, weights: Array, size: int) -> Taps:
    """Repeat border pixels, and add up the weights that fall on the same pixel of the same output."""
    T, outputs = neighbours.shape[:2]
    pixels = (
        np.clip(neighbours, 0, size - 1).astype(np.int64).reshape(T, outputs, math.prod(neighbours.shape[2:]))
    )
    weights = weights.reshape(pixels.shape)
    used = weights != 0
    first = pixels.min(axis=2, initial=size, where=used)
    length = np.maximum(pixels.max(axis=2, initial=-1, where=used) + 1 - first, 0)
    taps = length.max(initial=1)
    output = np.arange(T * outputs).reshape(T, outputs, 1)
    cells = (output * taps + pixels - first[..., None])[used]
    gathered = np.bincount(cells, weights[used], T * outputs * taps).reshape(T, outputs, taps)
    return Taps(np.where(length > 0, first, 0), length, gathered)
