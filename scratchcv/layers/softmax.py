"""Softmax and its logarithm: scores that are positive and add up to one."""

import numpy as np

from scratchcv.checks import Array, as_floating, check_floating
from scratchcv.layers.layer import Layer
from scratchcv.layers.shapes import axis_index


def softmax(x: Array, axis: int) -> Array:
    r"""Turn logits into probabilities along one axis.

    .. math:: p_i = \frac{e^{x_i}}{\sum_j e^{x_j}}

    Parameters
    ----------
    x : ndarray, any shape
        Logits.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        Like `x`; sums to 1 along `axis`.

    Notes
    -----
    The maximum is subtracted first: p does not change, and no exponential overflows. As in
    PyTorch, logits that are all :math:`-\infty`, or hold :math:`+\infty`, give NaN.

    References
    ----------
    I. Goodfellow et al., "Deep Learning", 2016, section 4.1.

    Examples
    --------
    >>> softmax(np.log([[1.0, 3.0]]), axis=1).round(12).tolist()
    [[0.25, 0.75]]
    >>> softmax(np.array([1e4, -1e4]), axis=0).tolist()
    [1.0, 0.0]
    """
    exponentials = np.exp(_below_maximum(x, axis))
    y: Array = exponentials / exponentials.sum(axis, keepdims=True)
    return y


def softmax_backward(dy: Array, y: Array, axis: int) -> Array:
    r"""Return the gradient of the logits, :math:`dx_i = y_i \, (dy_i - \sum_j dy_j \, y_j)`.

    Parameters
    ----------
    dy : ndarray
        Gradient of the probabilities.
    y : ndarray
        The probabilities, softmax's output.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        Like `y`.

    Examples
    --------
    >>> softmax_backward(np.array([1.0, 0.0]), np.array([0.5, 0.5]), axis=0).tolist()
    [0.25, -0.25]
    """
    dy = check_floating("dy", dy, np.shape(y), y.dtype)
    dx: Array = y * (dy - (dy * y).sum(axis, keepdims=True))
    return dx


def log_softmax(x: Array, axis: int) -> Array:
    r"""Return the logarithm of the probabilities, exact where they round to zero.

    .. math:: \log p_i = x_i - \log \sum_j e^{x_j}

    Parameters
    ----------
    x : ndarray, any shape
        Logits.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        Like `x`; at most 0.

    Examples
    --------
    >>> log_softmax(np.array([1e4, -1e4]), axis=0).tolist()
    [0.0, -20000.0]
    """
    shifted = _below_maximum(x, axis)
    with np.errstate(divide="ignore"):  # an axis without classes has nothing to add up
        y: Array = shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))
    return y


def log_softmax_backward(dy: Array, y: Array, axis: int) -> Array:
    r"""Return the gradient of the logits, :math:`dx_i = dy_i - e^{y_i} \sum_j dy_j`.

    Parameters
    ----------
    dy : ndarray
        Gradient of the logarithms.
    y : ndarray
        The logarithms, log_softmax's output.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        Like `y`.

    Examples
    --------
    >>> log_softmax_backward(np.array([1.0, 0.0]), np.log([0.5, 0.5]), axis=0).tolist()
    [0.5, -0.5]
    """
    dy = check_floating("dy", dy, np.shape(y), y.dtype)
    dx: Array = dy - np.exp(y) * dy.sum(axis, keepdims=True)
    return dx


def _below_maximum(x: Array, axis: int) -> Array:
    x = as_floating(x)
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, as it should be
        shifted: Array = x - x.max(axis_index("axis", axis, x.ndim), keepdims=True, initial=-np.inf)
    return shifted


class Softmax(Layer):
    """Softmax along an axis; see `softmax`.

    Parameters
    ----------
    dim : int
        The axis of the classes.

    Examples
    --------
    >>> Softmax(dim=1)(np.log([[1.0, 3.0]])).round(12).tolist()
    [[0.25, 0.75]]
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def forward(self, x: Array) -> tuple[Array, tuple[Array]]:
        """Return the probabilities, which are the cache too."""
        y = softmax(x, self.dim)
        return y, (y,)

    def backward(self, dy: Array, cache: tuple[Array]) -> Array:
        """Return the gradient of the logits."""
        (y,) = cache
        return softmax_backward(dy, y, self.dim)
