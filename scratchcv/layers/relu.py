"""The rectified linear unit: negative values become zero."""

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array, as_floating, check_floating
from scratchcv.layers.layer import Layer


def relu(x: Array) -> Array:
    r"""Return the positive part of every element.

    .. math:: y = \max(x, 0)

    Parameters
    ----------
    x : ndarray of any shape
        NaN stays NaN.

    Returns
    -------
    ndarray
        Shaped like x.

    Examples
    --------
    >>> relu(np.array([-2.0, 0.0, 3.0])).tolist()
    [0.0, 0.0, 3.0]
    """
    return active_form(relu_numpy)(np.asarray(as_floating(x), order="C"))


def relu_numpy(x: Array) -> Array:
    """Take the larger of each element and zero."""
    return np.maximum(x, 0)


def relu_backward(dy: Array, x: Array) -> Array:
    r"""Return the gradient of the input: dy where the input was positive.

    .. math:: dx = dy \cdot [x > 0]

    At the kink, x = 0, the gradient is taken as 0; where x is NaN it is dy. Both as PyTorch does.

    Parameters
    ----------
    dy, x : ndarray of equal shapes
        The output's gradient, and the input (or the output, which is positive at the same places).

    Examples
    --------
    >>> relu_backward(np.array([5.0, 5.0]), np.array([-2.0, 3.0])).tolist()
    [0.0, 5.0]
    """
    x = np.asarray(as_floating(x), order="C")
    return active_form(relu_backward_numpy)(check_floating("dy", dy, x.shape, x.dtype), x)


def relu_backward_numpy(dy: Array, x: Array) -> Array:
    """Let dy through where x is not zero or below."""
    return np.where(x <= 0, dy.dtype.type(0), dy)


class ReLU(Layer):
    """Rectified linear unit, element by element; see `relu`.

    Examples
    --------
    >>> ReLU()(np.array([-1.0, 1.0])).tolist()
    [0.0, 1.0]
    """

    def forward(self, x: Array) -> tuple[Array, tuple[Array]]:
        """Return max(x, 0); the cache is the output, which the next layer keeps anyway."""
        y = relu(x)
        return y, (y,)

    def backward(self, dy: Array, cache: tuple[Array]) -> Array:
        """Return dy where the output was positive, zero elsewhere."""
        (y,) = cache
        return relu_backward(dy, y)
