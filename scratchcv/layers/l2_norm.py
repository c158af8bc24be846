"""L2 normalisation of each pixel's feature vector, with a learned scale a channel."""

import numpy as np

from scratchcv.checks import Array, check_floating
from scratchcv.layers.layer import Layer, Parameter


def l2_norm(x: Array, weight: Array, eps: float = 1e-12) -> Array:
    r"""Scale every pixel's feature vector to length 1, then each channel by its weight.

    .. math:: y_{nchw} = \gamma_c \frac{x_{nchw}}{\max(\lVert x_{n:hw} \rVert_2,\ \epsilon)}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Feature maps.
    weight : ndarray of shape (C,)
        γ.
    eps : float
        The least length to divide by.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        The rescaled maps.

    References
    ----------
    Liu, Rabinovich, Berg, "ParseNet", 2015, section 3.3; SSD uses it on conv4_3 with γ = 20.

    Examples
    --------
    >>> l2_norm(np.array([3.0, 4.0]).reshape(1, 2, 1, 1), np.full(2, 10.0)).ravel().tolist()
    [6.0, 8.0]
    """
    x = check_floating("x", x, ("N", len(weight), "H", "W"))
    weight = check_floating("weight", weight, (x.shape[1],), x.dtype)
    return weight[:, None, None] * (x / _length(x, eps))


def l2_norm_backward(dy: Array, x: Array, weight: Array, eps: float = 1e-12) -> tuple[Array, Array]:
    r"""Return the gradients of the input and weight of `l2_norm`.

    With u = x / ‖x‖ and v = γ dy, the part of v along u would only change the length, which is undone:

    .. math:: dx = \frac{v - u\,(u \cdot v)}{\lVert x \rVert} \qquad d\gamma_c = \sum_{n,h,w} dy\, u

    Parameters
    ----------
    dy : ndarray of shape (N, C, H, W)
        Gradient of the output.
    x, weight, eps
        What `l2_norm` was called with.

    Returns
    -------
    dx, dweight : ndarray
        Shaped like x and weight.

    Examples
    --------
    >>> x = np.array([3.0, 4.0]).reshape(1, 2, 1, 1)
    >>> dx, dweight = l2_norm_backward(x, x, np.ones(2))  # dy along x: no way to grow
    >>> bool(np.abs(dx).max() < 1e-15), dweight.round(6).tolist()
    (True, [1.8, 3.2])
    """
    x = check_floating("x", x, ("N", len(weight), "H", "W"))
    dy = check_floating("dy", dy, x.shape, x.dtype)
    weight = check_floating("weight", weight, (x.shape[1],), x.dtype)
    length = _length(x, eps)
    u, v = x / length, weight[:, None, None] * dy
    along = np.where(length > eps, (u * v).sum(axis=1, keepdims=True), 0)  # a length below eps is constant
    return (v - u * along) / length, (dy * u).sum(axis=(0, 2, 3))


def _length(x: Array, eps: float) -> Array:
    if np.ndim(eps) or not eps > 0:
        raise ValueError(f"eps must be a positive number, got {eps}")
    length: Array = np.maximum(np.sqrt((x * x).sum(axis=1, keepdims=True)), x.dtype.type(eps))  # (N, 1, H, W)
    return length


class L2Norm(Layer):
    """L2 normalisation over channels with a learned scale; see `l2_norm`.

    Parameters
    ----------
    channels : int
        C.
    scale : float
        Initial γ; features of length 1 would be too small for the layers after.

    Examples
    --------
    >>> L2Norm(2)(np.array([3.0, 4.0]).reshape(1, 2, 1, 1)).ravel().tolist()
    [12.0, 16.0]
    """

    def __init__(self, channels: int, scale: float = 20.0) -> None:
        self.weight = Parameter(np.full(channels, scale))

    def forward(self, x: Array) -> tuple[Array, tuple[Array]]:
        """Return the rescaled x (N, C, H, W); the cache is x."""
        return l2_norm(x, self.weight.value), (x,)

    def backward(self, dy: Array, cache: tuple[Array]) -> Array:
        """Return dx; add the gradient of the scale."""
        (x,) = cache
        dx, dweight = l2_norm_backward(dy, x, self.weight.value)
        self.weight.grad += dweight
        return dx
