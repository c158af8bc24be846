"""Wrong gradients of a batch normalisation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Gradients = tuple[Array, Array, Array]


def statistics_as_constants(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """You pass dy on as if mean and variance were constants.

    Every x moves both, and through them all outputs of its channel: two more terms in dx.
    """
    return _gradients(dy, x, weight, mean, variance, eps, through_mean=0, through_variance=0)


def variance_as_constant(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Your dx lacks the way through the variance, the term with x̂ · dγ / m."""
    return _gradients(dy, x, weight, mean, variance, eps, through_variance=0)


def mean_as_constant(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Your dx lacks the way through the mean, the term with dβ / m."""
    return _gradients(dy, x, weight, mean, variance, eps, through_mean=0)


def two_lost(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """The way through the variance is half of what it should be.

    The square's derivative has a factor of two.
    """
    return _gradients(dy, x, weight, mean, variance, eps, through_variance=0.5)


def signs_turned(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """You add what comes back through mean and variance. Both are subtracted."""
    return _gradients(dy, x, weight, mean, variance, eps, through_mean=-1, through_variance=-1)


def divided_by_images(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """You divide by the number of images. A mean over N, H and W has m = N · H · W values."""
    return _gradients(dy, x, weight, mean, variance, eps, m=len(x))


def divided_by_pixels(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """You divide by the number of pixels of one image. A mean over N, H and W has m = N · H · W values."""
    return _gradients(dy, x, weight, mean, variance, eps, m=x.shape[2] * x.shape[3])


def divided_by_one_less(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """You divide by m − 1. The variance was divided by m, and so is what comes back through it."""
    return _gradients(dy, x, weight, mean, variance, eps, m=x.shape[0] * x.shape[2] * x.shape[3] - 1)


def not_divided(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """You do not divide the sums by m.

    Each value has one m-th of the mean, and hears one m-th of what the mean hears.
    """
    return _gradients(dy, x, weight, mean, variance, eps, m=1)


def scale_forgotten(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Your dx lacks γ. The output was weight times x̂, so that dx̂ is weight times dy."""
    return _gradients(dy, x, np.ones_like(weight), mean, variance, eps)


def weight_gradient_of_raw_input(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Your weight gradient multiplies dy by x. The weight was multiplied by the normalised x̂."""
    dx, _, dbias = _gradients(dy, x, weight, mean, variance, eps)
    return dx, (dy * x).sum(axis=(0, 2, 3)), dbias


def weight_gradient_not_divided(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Your weight gradient subtracts the mean from x and forgets to divide by the deviation."""
    dx, dweight, dbias = _gradients(dy, x, weight, mean, variance, eps)
    return dx, dweight * np.sqrt(variance + eps), dbias


def weight_gradient_of_output(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Your weight gradient contains the weight.

    It was multiplied by x̂, so that its gradient is the sum of dy · x̂ alone.
    """
    dx, dweight, dbias = _gradients(dy, x, weight, mean, variance, eps)
    return dx, dweight * weight, dbias


def parameters_averaged(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """You average the gradients of weight and bias. Each was used m times: what comes back is summed."""
    dx, dweight, dbias = _gradients(dy, x, weight, mean, variance, eps)
    m = x.shape[0] * x.shape[2] * x.shape[3]
    return dx, dweight / m, dbias / m


def bias_gradient_scaled(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Your bias gradient contains the weight.

    The bias was added at the end: its gradient is the sum of dy.
    """
    dx, dweight, dbias = _gradients(dy, x, weight, mean, variance, eps)
    return dx, dweight, dbias * weight


def parameters_exchanged(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """You return the bias gradient before the weight's. The order is x, weight, bias."""
    dx, dweight, dbias = _gradients(dy, x, weight, mean, variance, eps)
    return dx, dbias, dweight


def each_image_by_itself(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Your sums run over one image each. Mean and variance were those of the batch: sum over n too."""
    parts = [_gradients(dy[n : n + 1], x[n : n + 1], weight, mean, variance, eps) for n in range(len(x))]
    return np.concatenate([part[0] for part in parts]), *_gradients(dy, x, weight, mean, variance, eps)[1:]


def first_image_alone(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Your gradients of weight and bias know the first image alone: sum over the batch."""
    dx, _, _ = _gradients(dy, x, weight, mean, variance, eps)
    return dx, *_gradients(dy[:1], x[:1], weight, mean, variance, eps)[1:]


def eps_forgotten(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """You divide by the root of the variance without eps. Backward uses the same root as forward."""
    return _gradients(dy, x, weight, mean, variance, 0.0)


def eps_outside_the_root(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """You add eps to the standard deviation. It stood under the root, beside the variance."""
    return _gradients(dy, x, weight, mean, (np.sqrt(variance) + eps) ** 2, 0.0)


def divided_by_variance(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """You divide by the variance. The deviation is its root."""
    return _gradients(dy, x, weight, mean, (variance + eps) ** 2, 0.0)


def _gradients(
    dy: Array,
    x: Array,
    weight: Array,
    mean: Array,
    variance: Array,
    eps: float,
    through_mean: float = 1,
    through_variance: float = 1,
    m: int = 0,
) -> Gradients:
    """Return the right gradients, if nothing is said about shares and m."""
    m = m or x.shape[0] * x.shape[2] * x.shape[3]
    deviation = np.sqrt(variance + eps)[:, None, None]
    normalised = (x - mean[:, None, None]) / deviation
    dbias, dweight = dy.sum(axis=(0, 2, 3)), (dy * normalised).sum(axis=(0, 2, 3))
    back = through_mean * dbias[:, None, None] + through_variance * normalised * dweight[:, None, None]
    return weight[:, None, None] / deviation * (dy - back / m), dweight, dbias
