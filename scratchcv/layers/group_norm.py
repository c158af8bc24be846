"""Group normalisation: mean 0 and variance 1 over groups of channels of one image, whatever the batch."""

import numpy as np

from scratchcv.checks import Array, as_floating, check_array, check_floating
from scratchcv.layers.batch_norm2d import batch_norm2d, batch_norm2d_backward, normalise
from scratchcv.layers.layer import Layer, Parameter
from scratchcv.layers.shapes import is_whole


def group_norm(
    x: Array, num_groups: int, weight: Array | None = None, bias: Array | None = None, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    r"""Normalise each group of an image's channels by its own mean and variance.

    .. math::
        y_{nchw} = \gamma_c \frac{x_{nchw} - \mu_{ng}}{\sqrt{\sigma_{ng}^2 + \epsilon}} + \beta_c
        \qquad g = \lfloor c\,G / C \rfloor

    μ and σ² are taken over the C/G channels of the group and all positions: it is batch normalisation of a
    batch of one in which each group of each image is a channel.

    Parameters
    ----------
    x : ndarray of shape (N, C, ...)
        The batch; any axes after the channels.
    num_groups : int
        G, a divisor of C: 1 normalises whole images (layer normalisation), C each channel (instance
        normalisation).
    weight, bias : ndarray of shape (C,), optional
        γ and β; ones and zeros when left out.
    eps : float
        Keeps the root away from zero.

    Returns
    -------
    y : ndarray
        Shaped like x.
    mean, variance : ndarray of shape (N, G)
        μ and σ², the variance divided by the number of values (not one less).

    Raises
    ------
    ValueError
        When the shapes do not fit, or G does not divide C.

    References
    ----------
    Wu and He, "Group Normalization", 2018, equations 1, 2 and 7; torch.nn.functional.group_norm.

    Examples
    --------
    >>> x = np.array([1.0, 3.0, 10.0, 30.0]).reshape(1, 4, 1, 1)
    >>> y, mean, variance = group_norm(x, 2, eps=0.0)
    >>> y.ravel().tolist(), mean.tolist(), variance.tolist()
    ([-1.0, 1.0, -1.0, 1.0], [[2.0, 20.0]], [[1.0, 100.0]])
    """
    x, weight = _check(x, num_groups, weight)
    bias = np.zeros_like(weight) if bias is None else check_floating("bias", bias, weight.shape, x.dtype)
    planes, ones = _as_channels(x, num_groups)
    normalised, mean, variance = batch_norm2d(planes, ones, np.zeros_like(ones), eps)
    y = _a_channel(weight, x) * normalised.reshape(x.shape) + _a_channel(bias, x)
    groups = len(x), num_groups
    return y, mean.reshape(groups), variance.reshape(groups)


def group_norm_backward(
    dy: Array, x: Array, weight: Array | None, mean: Array, variance: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    r"""Return the gradients of the input, weight and bias of `group_norm`.

    .. math::
        d\hat x = \gamma_c\, dy \qquad
        d\gamma_c = \sum_{n,h,w} dy\,\hat x \qquad d\beta_c = \sum_{n,h,w} dy

    and from :math:`d\hat x` to dx as in batch normalisation, over each group's values.

    Parameters
    ----------
    dy : ndarray
        Gradient of the output, shaped like x.
    x, weight, eps
        What `group_norm` was called with.
    mean, variance : ndarray of shape (N, G)
        What it returned.

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shaped like x, (C,) and (C,).

    Examples
    --------
    >>> x = np.array([1.0, 3.0, 10.0, 30.0]).reshape(1, 4, 1, 1)
    >>> y, mean, variance = group_norm(x, 2)
    >>> dx, dweight, dbias = group_norm_backward(np.ones_like(x), x, None, mean, variance)
    >>> bool(np.abs(dx).max() < 1e-12), dbias.tolist()  # shifting a group cannot be done through x
    (True, [1.0, 1.0, 1.0, 1.0])
    """
    num_groups = np.shape(mean)[-1]
    x, weight = _check(x, num_groups, weight)
    groups = len(x), num_groups
    mean = check_floating("mean", mean, groups, x.dtype).ravel()
    variance = check_floating("variance", variance, groups, x.dtype).ravel()
    dy = check_floating("dy", dy, x.shape, x.dtype)

    planes, ones = _as_channels(x, num_groups)
    dnormalised = (_a_channel(weight, x) * dy).reshape(planes.shape)
    dx, _, _ = batch_norm2d_backward(dnormalised, planes, ones, mean, variance, eps)
    normalised = normalise(planes, mean, variance, ones, np.zeros_like(ones), eps).reshape(x.shape)
    but_channels = (0, *range(2, x.ndim))
    return dx.reshape(x.shape), (dy * normalised).sum(axis=but_channels), dy.sum(axis=but_channels)


def _as_channels(x: Array, num_groups: int) -> tuple[Array, Array]:
    """Return x (N, C, ...) as (1, N·G, C/G, positions), and a one for each of its channels."""
    N, C = x.shape[:2]
    positions = int(np.prod(x.shape[2:]))
    planes = x.reshape(1, N * num_groups, C // num_groups, positions)
    return planes, np.ones(N * num_groups, x.dtype)


def _a_channel(values: Array, x: Array) -> Array:
    """Return values (C,) such that they multiply the channels of x (N, C, ...)."""
    return values.reshape(-1, *(1,) * (x.ndim - 2))


def _check(x: Array, num_groups: int, weight: Array | None) -> tuple[Array, Array]:
    """Return x, contiguous, and the weight in its dtype."""
    x = as_floating(x)
    if x.ndim < 2:
        raise ValueError(f"x must have shape (N, C, ...), got {x.shape}")
    channels = x.shape[1]
    _check_groups(num_groups, channels)
    weight = np.ones(channels) if weight is None else weight
    return np.ascontiguousarray(x), check_floating("weight", weight, (channels,), x.dtype)


def _check_groups(num_groups: int, channels: int) -> None:
    if not is_whole(num_groups, 1) or channels % num_groups:
        raise ValueError(f"num_groups must divide the {channels} channels, got {num_groups}")


class GroupNorm(Layer):
    """Group normalisation; see `group_norm`. Training and evaluation are the same.

    Parameters
    ----------
    num_groups : int
        G.
    num_channels : int
        C.
    eps : float
        Keeps the root away from zero.
    affine : bool
        Whether to learn γ and β; without, they are one and zero, and `weight` and `bias` None.

    Examples
    --------
    >>> norm = GroupNorm(2, 4)
    >>> norm(np.array([1.0, 3.0, 10.0, 30.0]).reshape(1, 4, 1, 1)).ravel().round(3).tolist()
    [-1.0, 1.0, -1.0, 1.0]
    """

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True) -> None:
        _check_groups(num_groups, num_channels)
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.weight = Parameter(np.ones(num_channels, np.float32)) if affine else None
        self.bias = Parameter(np.zeros(num_channels, np.float32)) if affine else None

    def forward(self, x: Array) -> tuple[Array, tuple[Array, Array, Array]]:
        """Return the normalised x; the cache holds x and its statistics."""
        x = check_array("x", x, ("N", self.num_channels, *["..."] * (np.ndim(x) - 2)))
        weight = None if self.weight is None else self.weight.value
        bias = None if self.bias is None else self.bias.value
        y, mean, variance = group_norm(x, self.num_groups, weight, bias, self.eps)
        return y, (x, mean, variance)

    def backward(self, dy: Array, cache: tuple[Array, Array, Array]) -> Array:
        """Return dx; add the gradients of weight and bias."""
        x, mean, variance = cache
        weight = None if self.weight is None else self.weight.value
        dx, dweight, dbias = group_norm_backward(dy, x, weight, mean, variance, self.eps)
        if self.weight is not None and self.bias is not None:
            self.weight.grad += dweight
            self.bias.grad += dbias
        return dx
