"""The sigmoid, which turns a logit into a probability, and its logarithm."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_floating
from scratchcv.layers.layer import Layer


def sigmoid(x: ArrayLike) -> Array:
    r"""Return the probability that each logit stands for.

    .. math:: y = \frac{1}{1 + e^{-x}} = \frac{e^x}{1 + e^x}

    Parameters
    ----------
    x : array_like of any shape
        Logits. NaN stays NaN.

    Returns
    -------
    ndarray
        Shaped like x, from 0 to 1.

    Notes
    -----
    The first form overflows for large negative x, the second for large positive ones: each half of the line
    takes the form whose exponential is at most 1.

    References
    ----------
    torch.sigmoid; lecture S4, lines 207-240 (YOLO v2's cell offsets and objectness).

    Examples
    --------
    >>> sigmoid([-1e4, 0.0, 1e4]).tolist()
    [0.0, 0.5, 1.0]
    """
    x = as_floating(x)
    small = np.exp(-abs(x))
    y: Array = np.where(x < 0, small, x.dtype.type(1)) / (1 + small)
    return y


def sigmoid_backward(dy: Array, y: Array) -> Array:
    r"""Return the gradient of the logits.

    .. math:: dx = dy \; y \, (1 - y)

    Parameters
    ----------
    dy, y : ndarray of equal shapes
        Gradient of the probabilities, and the probabilities, `sigmoid`'s output.

    Returns
    -------
    ndarray
        Like `y`; at most a quarter of dy, and nothing where the sigmoid saturates.

    Examples
    --------
    >>> sigmoid_backward(np.array([4.0, 4.0]), np.array([0.5, 1.0])).tolist()
    [1.0, 0.0]
    """
    y = as_floating(y)
    dx: Array = check_floating("dy", dy, y.shape, y.dtype) * y * (1 - y)
    return dx


def log_sigmoid(x: ArrayLike) -> Array:
    r"""Return the logarithm of the probability, exact where that rounds to zero.

    .. math:: y = \log \frac{1}{1 + e^{-x}} = \min(x, 0) - \log(1 + e^{-|x|})

    Parameters
    ----------
    x : array_like of any shape
        Logits; those of the opposite event are -x, since :math:`1 - \sigma(x) = \sigma(-x)`.

    Returns
    -------
    ndarray
        Shaped like x, at most 0.

    References
    ----------
    torch.nn.functional.logsigmoid.

    Examples
    --------
    >>> log_sigmoid([-1e4, 0.0, 1e4]).round(4).tolist()
    [-10000.0, -0.6931, 0.0]
    """
    x = as_floating(x)
    y: Array = np.minimum(x, 0) - np.log1p(np.exp(-abs(x)))
    return y


def log_sigmoid_backward(dy: Array, x: Array) -> Array:
    r"""Return the gradient of the logits.

    .. math:: dx = dy \; \sigma(-x)

    Parameters
    ----------
    dy, x : ndarray of equal shapes
        Gradient of the logarithms, and the logits.

    Returns
    -------
    ndarray
        Like `x`; unlike the sigmoid's it does not vanish where the probability is near zero.

    Examples
    --------
    >>> log_sigmoid_backward(np.ones(2), np.array([-1e4, 0.0])).tolist()
    [1.0, 0.5]
    """
    x = as_floating(x)
    dx: Array = check_floating("dy", dy, x.shape, x.dtype) * sigmoid(-x)
    return dx


class Sigmoid(Layer):
    """The sigmoid, element by element; see `sigmoid`.

    Examples
    --------
    >>> Sigmoid()(np.array([0.0])).tolist()
    [0.5]
    """

    def forward(self, x: Array) -> tuple[Array, tuple[Array]]:
        """Return the probabilities, which are the cache too."""
        y = sigmoid(x)
        return y, (y,)

    def backward(self, dy: Array, cache: tuple[Array]) -> Array:
        """Return dy times the slope at each probability."""
        (y,) = cache
        return sigmoid_backward(dy, y)
