"""The linear (fully connected) layer: a matrix product, and its gradients."""

import math

import numpy as np

from scratchcv.checks import Array, as_floating, check_array, check_floating
from scratchcv.layers.initialise import kaiming_normal
from scratchcv.layers.layer import Layer, Parameter
from scratchcv.layers.shapes import check_whole


def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    r"""Return the linear map of each feature vector.

    .. math:: y = x W^{\mathsf T} + b

    Parameters
    ----------
    x : ndarray of shape (..., I)
        Feature vectors. Its dtype decides: the others are converted to it.
    weight : ndarray of shape (O, I)
        One row an output.
    bias : ndarray of shape (O,), optional
        Added to each vector.

    Returns
    -------
    ndarray of shape (..., O)
        The outputs.

    Raises
    ------
    ValueError
        When the shapes do not fit.

    References
    ----------
    torch.nn.functional.linear; lecture S2, lines 182-211, where it becomes a convolution.

    Examples
    --------
    >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]]), np.array([0.0, 100.0])).tolist()
    [[11.0, 117.0]]
    """
    x, weight = _check(x, weight)
    y = _vectors(x) @ weight.T
    if bias is not None:
        y += check_floating("bias", bias, (len(weight),), x.dtype)
    return y.reshape(*x.shape[:-1], len(weight))


def linear_backward(dy: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    r"""Return the gradients of a linear layer's input, weight and bias.

    .. math:: dx = dy\, W \qquad dW = dy^{\mathsf T} x \qquad db = \sum dy

    Parameters
    ----------
    dy : ndarray of shape (..., O)
        Gradient of the output.
    x, weight
        What `linear` was called with.

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shaped like x, weight and bias.

    Examples
    --------
    >>> x, weight = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])
    >>> [gradient.tolist() for gradient in linear_backward(np.array([[1.0, 10.0]]), x, weight)]
    [[[53.0, 64.0]], [[1.0, 2.0], [10.0, 20.0]], [1.0, 10.0]]
    """
    x, weight = _check(x, weight)
    dy = check_floating("dy", dy, (*x.shape[:-1], len(weight)), x.dtype)
    return linear_input_gradient(dy, weight), linear_weight_gradient(dy, x), _vectors(dy).sum(axis=0)


def linear_input_gradient(dy: Array, weight: Array) -> Array:
    r"""Return the first part of `linear_backward`: :math:`dx = dy\, W`, of shape (..., I).

    Examples
    --------
    >>> linear_input_gradient(np.array([[1.0, 10.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])).tolist()
    [[53.0, 64.0]]
    """
    return (_vectors(dy) @ weight).reshape(*dy.shape[:-1], weight.shape[1])


def linear_weight_gradient(dy: Array, x: Array) -> Array:
    r"""Return the second part of `linear_backward`: :math:`dW = dy^{\mathsf T} x`, of shape (O, I).

    Examples
    --------
    >>> linear_weight_gradient(np.array([[1.0, 10.0]]), np.array([[1.0, 2.0]])).tolist()
    [[1.0, 2.0], [10.0, 20.0]]
    """
    return _vectors(dy).T @ _vectors(x)


def _vectors(x: Array) -> Array:
    """Return all feature vectors as the rows of one matrix."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def _check(x: Array, weight: Array) -> tuple[Array, Array]:
    weight = check_array("weight", weight, ("O", "I"))
    x = np.asarray(x)
    if x.shape[-1:] != weight.shape[1:]:
        raise ValueError(f"x must have shape (..., {weight.shape[1]}), got {x.shape}")
    x = np.ascontiguousarray(as_floating(x))
    return x, check_floating("weight", weight, weight.shape, x.dtype)


class Linear(Layer):
    """A linear layer with learned weights; see `linear`.

    Parameters
    ----------
    in_features, out_features : int
        I and O.
    bias : bool
        Whether to learn a bias.
    rng : numpy.random.Generator, optional
        Draws the initial weights (He et al. 2015); the bias starts at zero.

    Examples
    --------
    >>> Linear(4, 10)(np.zeros((2, 4), np.float32)).shape
    (2, 10)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        shape = check_whole("out_features", out_features, 0), check_whole("in_features", in_features, 0)
        self.weight = Parameter(kaiming_normal(shape, rng))
        self.bias = Parameter(np.zeros(shape[0])) if bias else None

    def forward(self, x: Array) -> tuple[Array, tuple[Array]]:
        """Return the outputs of x (..., I); the cache is x."""
        return linear(x, self.weight.value, None if self.bias is None else self.bias.value), (x,)

    def backward(self, dy: Array, cache: tuple[Array]) -> Array:
        """Return dx (..., I); add the gradients of weight and bias."""
        (x,) = cache
        dx, dweight, dbias = linear_backward(dy, x, self.weight.value)
        self.weight.grad += dweight
        if self.bias is not None:
            self.bias.grad += dbias
        return dx
