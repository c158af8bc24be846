"""Dropout: in training a random share of the elements becomes zero."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array
from scratchcv.layers.layer import Layer


def dropout(x: ArrayLike, p: float, rng: np.random.Generator) -> tuple[Array, Array]:
    r"""Set each element to zero with probability p, and scale up the others so that the mean stays.

    .. math:: y = \frac{m\, x}{1 - p} \qquad P(m = 1) = 1 - p

    Parameters
    ----------
    x : array_like of any shape
    p : float
        Probability of losing an element: 0 keeps all, 1 none.
    rng : numpy.random.Generator
        Draws the mask.

    Returns
    -------
    y : ndarray
        Shaped like x.
    mask : ndarray of bool
        m: what was kept.

    Raises
    ------
    ValueError
        When p is no probability.

    Notes
    -----
    This is inverted dropout, PyTorch's too: because training scales up, inference has nothing to do. The
    paper scales the weights down at inference instead.

    References
    ----------
    Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014, section 4.

    Examples
    --------
    >>> y, mask = dropout(np.full(6, 3.0), 0.25, np.random.default_rng(0))
    >>> y.tolist(), int(mask.sum())
    ([4.0, 4.0, 4.0, 4.0, 4.0, 0.0], 5)
    """
    x = as_floating(x)
    _check_probability(p)
    mask: Array = rng.random(x.shape, np.float32) >= p
    return dropout_backward(x, mask, p), mask


def dropout_backward(dy: Array, mask: Array, p: float) -> Array:
    r"""Return the gradient of the input: what was scaled is scaled, what was lost is zero.

    .. math:: dx = \frac{m\, dy}{1 - p}

    Parameters
    ----------
    dy : ndarray
        Gradient of the output.
    mask : ndarray of bool
        m, what `dropout` returned.
    p : float
        The probability that it was called with.

    Returns
    -------
    ndarray
        Shaped like dy.

    Examples
    --------
    >>> dropout_backward(np.array([3.0, 3.0]), np.array([True, False]), 0.25).tolist()
    [4.0, 0.0]
    """
    dy = as_floating(dy)
    mask = check_array("mask", mask, dy.shape)
    scale = dy.dtype.type(1 / (1 - p) if p < 1 else 1)
    dx: Array = np.where(mask, dy * scale, dy.dtype.type(0))
    return dx


class Dropout(Layer):
    """Dropout in training, the identity in evaluation; see `dropout`.

    Parameters
    ----------
    p : float
        Probability of losing an element.
    rng : numpy.random.Generator, optional
        Draws the masks, one a call; a fresh one when left out.

    Examples
    --------
    >>> layer = Dropout(0.25, rng=np.random.default_rng(0))
    >>> layer(np.full(3, 3.0)).tolist(), layer.eval()(np.full(3, 3.0)).tolist()
    ([4.0, 4.0, 4.0], [3.0, 3.0, 3.0])
    """

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator | None = None) -> None:
        _check_probability(p)
        self.p = p
        self.rng = np.random.default_rng() if rng is None else rng

    def forward(self, x: Array) -> tuple[Array, tuple[Array | None]]:
        """Return what is left of x; the cache is the mask, None in evaluation."""
        if not self.training:
            return as_floating(x), (None,)
        y, mask = dropout(x, self.p, self.rng)
        return y, (mask,)

    def backward(self, dy: Array, cache: tuple[Array | None]) -> Array:
        """Return dy where x was kept."""
        (mask,) = cache
        return dy if mask is None else dropout_backward(dy, mask, self.p)


def _check_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(f"p must be a probability from 0 to 1, got {p}")
