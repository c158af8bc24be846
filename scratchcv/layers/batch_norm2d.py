"""Batch normalisation: mean 0 and variance 1 a channel over the batch, then a learned scale and shift."""

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_floating
from scratchcv.layers.layer import Layer, Parameter


def batch_norm2d(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> tuple[Array, Array, Array]:
    r"""Normalise each channel by its own mean and variance over the batch.

    .. math::
        \mu_c = \frac1m \sum_{n,h,w} x_{nchw} \qquad
        \sigma_c^2 = \frac1m \sum_{n,h,w} (x_{nchw} - \mu_c)^2 \qquad
        y = \gamma_c \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The batch, with m = N·H·W values a channel.
    weight, bias : ndarray of shape (C,)
        γ and β.
    eps : float
        Keeps the root away from zero.

    Returns
    -------
    y : ndarray of shape (N, C, H, W)
        The normalised batch.
    mean, variance : ndarray of shape (C,)
        μ and σ², the variance divided by m (not m - 1). Zero for an empty batch.

    References
    ----------
    Ioffe and Szegedy, "Batch Normalization", 2015, algorithm 1.

    Examples
    --------
    >>> x = np.array([1.0, 3.0]).reshape(1, 1, 1, 2)
    >>> y, mean, variance = batch_norm2d(x, np.ones(1), np.zeros(1), eps=0.0)
    >>> y.ravel().tolist(), mean.tolist(), variance.tolist()
    ([-1.0, 1.0], [2.0], [1.0])
    """
    x = check_floating("x", x, ("N", len(weight), "H", "W"))
    weight, bias = _one_a_channel({"weight": weight, "bias": bias}, x)
    return active_form(batch_norm2d_numpy)(x, weight, bias, _check_eps(eps))


def batch_norm2d_numpy(x: Array, weight: Array, bias: Array, eps: float) -> tuple[Array, Array, Array]:
    """Find mean and variance of every channel, then normalise by them."""
    if x.size == 0:
        return np.empty_like(x), np.zeros_like(weight), np.zeros_like(weight)
    mean, variance = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    scale = weight / _deviation(variance, eps)
    return scale_and_shift_numpy(x, scale, bias - mean * scale), mean, variance


def normalise(x: Array, mean: Array, variance: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Array:
    r"""Normalise each channel by a given mean and variance: what batch normalisation does at inference.

    .. math:: y = \gamma_c \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The batch.
    mean, variance, weight, bias : ndarray of shape (C,)
        μ, σ², γ and β of `batch_norm2d`.
    eps : float
        Keeps the root away from zero.

    Examples
    --------
    >>> x = np.full((1, 1, 1, 1), 5.0)
    >>> normalise(x, np.ones(1), np.full(1, 4.0), np.ones(1), np.zeros(1), eps=0.0).item()
    2.0
    """
    x = check_floating("x", x, ("N", len(weight), "H", "W"))
    named = {"mean": mean, "variance": variance, "weight": weight, "bias": bias}
    mean, variance, weight, bias = _one_a_channel(named, x)
    scale = weight / _deviation(variance, eps)
    return active_form(scale_and_shift_numpy)(x, scale, bias - mean * scale)


def normalise_backward(dy: Array, variance: Array, weight: Array, eps: float = 1e-5) -> Array:
    r"""Return the gradient of the input of `normalise`, whose statistics are constants.

    .. math:: dx = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}}\, dy

    Parameters
    ----------
    dy : ndarray of shape (N, C, H, W)
        Gradient of the output.
    variance, weight, eps
        What `normalise` was called with.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Examples
    --------
    >>> normalise_backward(np.full((1, 1, 1, 1), 3.0), np.full(1, 4.0), np.ones(1), eps=0.0).item()
    1.5
    """
    dy = check_floating("dy", dy, ("N", len(weight), "H", "W"))
    variance, weight = _one_a_channel({"variance": variance, "weight": weight}, dy)
    scale = weight / _deviation(variance, eps)
    return active_form(scale_and_shift_numpy)(dy, scale, np.zeros_like(scale))


def _deviation(variance: Array, eps: float) -> Array:
    """Return the root of variance + eps."""
    deviation: Array = np.sqrt(variance + variance.dtype.type(_check_eps(eps)))
    return deviation


def _check_eps(eps: float) -> float:
    if np.ndim(eps) or not eps >= 0:
        raise ValueError(f"eps must be a number of at least 0, got {eps}")
    return float(eps)


def scale_and_shift_numpy(x: Array, scale: Array, shift: Array) -> Array:
    """Return scale · x + shift, with one scale and shift (C,) a channel of x (N, C, H, W)."""
    return x * scale[:, None, None] + shift[:, None, None]


def batch_norm2d_backward(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    r"""Return the gradients of the input, weight and bias of `batch_norm2d`.

    Every x of a channel moves its mean and variance, and so every y:

    .. math::
        \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} \qquad
        d\gamma = \sum dy\,\hat x \qquad d\beta = \sum dy \qquad
        dx = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}}
             \left(dy - \frac{d\beta}{m} - \hat x\,\frac{d\gamma}{m}\right)

    Parameters
    ----------
    dy : ndarray of shape (N, C, H, W)
        Gradient of the output.
    x, weight, eps
        What `batch_norm2d` was called with.
    mean, variance : ndarray of shape (C,)
        What it returned.

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shaped like x, weight and bias.

    Examples
    --------
    >>> x = np.array([1.0, 3.0, 5.0]).reshape(1, 1, 1, 3)
    >>> y, mean, variance = batch_norm2d(x, np.ones(1), np.zeros(1))
    >>> dx, dweight, dbias = batch_norm2d_backward(np.ones_like(x), x, np.ones(1), mean, variance)
    >>> bool(np.abs(dx).max() < 1e-12), dbias.tolist()  # shifting every y cannot be done through x
    (True, [3.0])
    """
    x = check_floating("x", x, ("N", len(weight), "H", "W"))
    dy = check_floating("dy", dy, x.shape, x.dtype)
    mean, variance, weight = _one_a_channel({"mean": mean, "variance": variance, "weight": weight}, x)
    inverse_deviation = 1 / _deviation(variance, eps)
    return active_form(batch_norm2d_backward_numpy)(dy, x, weight, mean, inverse_deviation)


def batch_norm2d_backward_numpy(
    dy: Array, x: Array, weight: Array, mean: Array, inverse_deviation: Array
) -> tuple[Array, Array, Array]:
    """Sum over the batch, then subtract from dy what the mean and the variance pass back."""
    m = max(_values_a_channel(x), 1)
    normalised = (x - mean[:, None, None]) * inverse_deviation[:, None, None]
    dbias = dy.sum(axis=(0, 2, 3))
    dweight = (dy * normalised).sum(axis=(0, 2, 3))
    through_mean = dbias[:, None, None] / m
    through_variance = normalised * (dweight[:, None, None] / m)
    dx = (weight * inverse_deviation)[:, None, None] * (dy - through_mean - through_variance)
    return dx, dweight, dbias


def _one_a_channel(named: dict[str, Array], x: Array) -> list[Array]:
    """Return arrays (C,) in the dtype of x (N, C, H, W)."""
    return [check_floating(name, value, (x.shape[1],), x.dtype) for name, value in named.items()]


def _values_a_channel(x: Array) -> int:
    """Return m = N·H·W of x (N, C, H, W)."""
    N, _, H, W = x.shape
    return int(N * H * W)


class BatchNorm2d(Layer):
    r"""Batch normalisation of images; see `batch_norm2d` for the formula.

    In training it uses the batch's statistics and keeps a running average of them; in evaluation it uses the
    running ones, so that one image's result does not depend on its companions. To keep scale and shift too
    while the rest trains, use `FrozenBatchNorm2d`.

    .. math:: \mu_{run} \leftarrow (1 - \alpha)\,\mu_{run} + \alpha\,\mu

    Parameters
    ----------
    num_features : int
        C.
    eps : float
        Keeps the root away from zero.
    momentum : float
        α. The running variance averages the unbiased variance (divided by m - 1), as PyTorch does. Where a
        channel has a single value, m = 1, it stays as it is; PyTorch refuses such a batch.

    Examples
    --------
    >>> norm = BatchNorm2d(8)
    >>> y, cache = norm.forward(np.ones((2, 8, 4, 4), np.float32))
    >>> float(norm.running_mean[0]), float(np.abs(y).max())
    (0.10000000149011612, 0.0)
    """

    buffers = ("running_mean", "running_var", "num_batches_tracked")

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        self.weight = Parameter(np.ones(num_features))
        self.bias = Parameter(np.zeros(num_features))
        self.running_mean: Array = np.zeros(num_features, np.float32)
        self.running_var: Array = np.ones(num_features, np.float32)
        self.num_batches_tracked: Array = np.zeros((), np.int64)
        self.eps = eps
        self.momentum = momentum

    def forward(self, x: Array) -> tuple[Array, tuple[Array, Array, Array, bool]]:
        """Return the normalised x; the cache holds x and the statistics that were used."""
        if not self.training:
            # The cache must not change with later running averages.
            mean, variance = self.running_mean.copy(), self.running_var.copy()
            y = normalise(x, mean, variance, self.weight.value, self.bias.value, self.eps)
            return y, (x, mean, variance, False)
        y, mean, variance = batch_norm2d(x, self.weight.value, self.bias.value, self.eps)
        self._track(mean, variance, _values_a_channel(x))
        return y, (x, mean, variance, True)

    def backward(self, dy: Array, cache: tuple[Array, Array, Array, bool]) -> Array:
        """Return dx; add the gradients of weight and bias."""
        x, mean, variance, batch_statistics = cache
        dx, dweight, dbias = batch_norm2d_backward(dy, x, self.weight.value, mean, variance, self.eps)
        if not batch_statistics:  # constants: nothing comes back through mean and variance
            dx = normalise_backward(dy, variance, self.weight.value, self.eps)
        self.weight.grad += dweight
        self.bias.grad += dbias
        return dx

    def _track(self, mean: Array, variance: Array, m: int) -> None:
        if m == 0:
            return
        alpha = self.momentum
        self.running_mean[...] = (1 - alpha) * self.running_mean + alpha * mean
        if m > 1:  # a single value says nothing about the variance
            self.running_var[...] = (1 - alpha) * self.running_var + alpha * variance * (m / (m - 1))
        self.num_batches_tracked += 1
