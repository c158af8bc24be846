"""Wrong batch normalisations."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Results = tuple[Array, Array, Array]
AXES = (0, 2, 3)


def unbiased(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You divide the variance by m − 1. Batch normalisation divides by m = N · H · W, np.var's default."""
    m, mean = np.float64(x.shape[0] * x.shape[2] * x.shape[3]), _mean(x)
    variance = ((x - _wide(mean)) ** 2).sum(axis=AXES) / (m - 1)
    return _normalise(x, mean, variance, weight, bias, eps), mean, variance


def eps_outside_the_root(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You add eps to the standard deviation. It belongs under the root, beside the variance."""
    mean, variance = _mean(x), x.var(axis=AXES)
    scale = weight / (np.sqrt(variance) + eps)
    return (x - _wide(mean)) * _wide(scale) + _wide(bias), mean, variance


def eps_forgotten(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You leave eps out. It keeps the root away from zero where a channel is constant."""
    mean, variance = _mean(x), x.var(axis=AXES)
    return _normalise(x, mean, variance, weight, bias, 0.0), mean, variance


def eps_never_looked_at(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You always take 1e-5 for eps. It is an argument."""
    mean, variance = _mean(x), x.var(axis=AXES)
    return _normalise(x, mean, variance, weight, bias, 1e-5), mean, variance


def eps_in_the_variance(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """The variance that you return contains eps. Add eps under the root alone."""
    mean, variance = _mean(x), x.var(axis=AXES)
    return _normalise(x, mean, variance, weight, bias, eps), mean, variance + eps


def divided_by_variance(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You divide by the variance. Its root is the spread that becomes 1."""
    mean, variance = _mean(x), x.var(axis=AXES)
    return (x - _wide(mean)) / _wide(variance + eps) * _wide(weight) + _wide(bias), mean, variance


def deviation_returned(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You return the standard deviation. The third result is the variance, its square."""
    mean, variance = _mean(x), x.var(axis=AXES)
    return _normalise(x, mean, variance, weight, bias, eps), mean, np.sqrt(variance)


def each_image_by_itself(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You normalise each image by itself.

    That is instance normalisation: here mean and variance run over the batch too.
    """
    mean, variance = x.mean(axis=(2, 3), keepdims=True), x.var(axis=(2, 3), keepdims=True)
    y = (x - mean) / np.sqrt(variance + eps) * _wide(weight) + _wide(bias)
    return y, _mean(x), x.var(axis=AXES)


def each_pixel_by_itself(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You normalise each pixel over the batch.

    All pixels of a channel share one mean and variance: sum over h and w too.
    """
    y = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) * _wide(weight) + _wide(bias)
    return y, _mean(x), x.var(axis=AXES)


def one_mean_for_all_channels(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """All your channels share one mean and variance. Each has its own: keep the second axis."""
    mean, variance = np.full_like(weight, x.mean()), np.full_like(weight, x.var())
    return _normalise(x, mean, variance, weight, bias, eps), mean, variance


def variance_of_the_first_image(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """Your mean and variance know the first image alone: let them run over the batch."""
    mean, variance = _mean(x[:1]), x[:1].var(axis=AXES)
    return _normalise(x, mean, variance, weight, bias, eps), mean, variance


def without_scale_and_shift(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You stop at mean 0 and variance 1. Then come the learned scale and shift: times weight, plus bias."""
    mean, variance = _mean(x), x.var(axis=AXES)
    return _normalise(x, mean, variance, np.ones_like(weight), 0 * bias, eps), mean, variance


def shifted_before_scaled(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You add the bias before you multiply by weight. Scale first, then shift."""
    mean, variance = _mean(x), x.var(axis=AXES)
    return _normalise(x, mean, variance, weight, bias * weight, eps), mean, variance


def scale_and_shift_exchanged(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You exchange weight and bias: weight is γ, which scales, bias is β, which shifts."""
    mean, variance = _mean(x), x.var(axis=AXES)
    return _normalise(x, mean, variance, bias, weight, eps), mean, variance


def difference_of_squares(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You take the variance as mean of squares minus square of the mean.

    Far from zero these two are nearly equal, and nothing but rounding is left: subtract the mean first.
    """
    mean = _mean(x)
    variance = np.maximum((x**2).mean(axis=AXES) - mean**2, 0)
    return _normalise(x, mean, variance, weight, bias, eps), mean, variance


def mean_not_subtracted(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You do not subtract the mean before you divide: the result must have mean 0 before scale and shift."""
    mean, variance = _mean(x), x.var(axis=AXES)
    return x * _wide(weight / np.sqrt(variance + eps)) + _wide(bias), mean, variance


def mean_absolute_deviation(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """You average the distances from the mean. The variance averages their squares."""
    mean = _mean(x)
    variance = abs(x - _wide(mean)).mean(axis=AXES)
    return _normalise(x, mean, variance, weight, bias, eps), mean, variance


def _mean(x: Array) -> Array:
    mean: Array = x.mean(axis=AXES)
    return mean


def _wide(values: Array) -> Array:
    """Return values of channels shaped for (N, C, H, W)."""
    return values[:, None, None]


def _normalise(x: Array, mean: Array, variance: Array, weight: Array, bias: Array, eps: float) -> Array:
    return (x - _wide(mean)) / _wide(np.sqrt(variance + eps)) * _wide(weight) + _wide(bias)
