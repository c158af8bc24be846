"""The leaky ReLU: negative values become small instead of zero."""

import math

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_floating
from scratchcv.layers.layer import Layer


def leaky_relu(x: ArrayLike, negative_slope: float = 0.01) -> Array:
    r"""Return positive elements as they are, and the others scaled down.

    .. math:: y = a(x)\, x \qquad a(x) = \begin{cases} 1 & x > 0 \\ \alpha & x \le 0 \end{cases}

    Parameters
    ----------
    x : array_like of any shape
        NaN stays NaN.
    negative_slope : float
        α. YOLO takes 0.1; 0 makes it a ReLU.

    Returns
    -------
    ndarray
        Shaped like x.

    Raises
    ------
    ValueError
        When the slope is not finite.

    References
    ----------
    Maas, Hannun, Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models", 2013, eq. 2;
    Redmon et al., "You Only Look Once", 2016, eq. 2.

    Examples
    --------
    >>> leaky_relu([-2.0, 0.0, 3.0], 0.5).tolist()
    [-1.0, 0.0, 3.0]
    """
    x = as_floating(x)
    return _slope(x, negative_slope) * x


def leaky_relu_backward(dy: Array, x: Array, negative_slope: float = 0.01) -> Array:
    r"""Return the gradient of the input.

    .. math:: dx = a(x)\, dy

    At the kink, x = 0, and where x is NaN the slope is taken as α, as PyTorch does.

    Parameters
    ----------
    dy, x : ndarray of equal shapes
        The output's gradient, and the input.
    negative_slope : float
        α.

    Returns
    -------
    ndarray
        Shaped like x.

    Examples
    --------
    >>> leaky_relu_backward(np.array([5.0, 5.0]), np.array([-2.0, 3.0]), 0.5).tolist()
    [2.5, 5.0]
    """
    x = as_floating(x)
    return _slope(x, negative_slope) * check_floating("dy", dy, x.shape, x.dtype)


def _slope(x: Array, negative_slope: float) -> Array:
    """Return a(x)."""
    if not math.isfinite(negative_slope):
        raise ValueError(f"negative_slope must be finite, got {negative_slope}")
    slope: Array = np.where(x > 0, x.dtype.type(1), x.dtype.type(negative_slope))
    return slope


class LeakyReLU(Layer):
    """Leaky rectified linear unit, element by element; see `leaky_relu`.

    Parameters
    ----------
    negative_slope : float
        α.

    Examples
    --------
    >>> LeakyReLU(0.5)(np.array([-1.0, 1.0])).tolist()
    [-0.5, 1.0]
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Array) -> tuple[Array, tuple[Array]]:
        """Return x where it is positive, a share of it elsewhere; the cache is x."""
        return leaky_relu(x, self.negative_slope), (x,)

    def backward(self, dy: Array, cache: tuple[Array]) -> Array:
        """Return dy where x was positive, a share of it elsewhere."""
        (x,) = cache
        return leaky_relu_backward(dy, x, self.negative_slope)
