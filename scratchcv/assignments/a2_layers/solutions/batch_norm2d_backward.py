"""Right gradients of a batch normalisation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Gradients = tuple[Array, Array, Array]


def three_ways(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Backward through the computation graph: through x itself, the variance and the mean."""
    m, centred = x.shape[0] * x.shape[2] * x.shape[3], x - mean[:, None, None]
    root = np.sqrt(variance + eps)
    dnormalised = dy * weight[:, None, None]
    dvariance = -0.5 * (dnormalised * centred).sum(axis=(0, 2, 3)) / root**3
    dmean = -dnormalised.sum(axis=(0, 2, 3)) / root - 2 * dvariance * centred.mean(axis=(0, 2, 3))
    dx = (
        dnormalised / root[:, None, None]
        + dvariance[:, None, None] * 2 * centred / m
        + dmean[:, None, None] / m
    )
    return dx, (dy * centred / root[:, None, None]).sum(axis=(0, 2, 3)), dy.sum(axis=(0, 2, 3))


def loop_over_channels(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """A loop over the channels, means in place of sums."""
    dx, dweight, dbias = np.empty_like(x), np.empty_like(weight), np.empty_like(weight)
    for c in range(x.shape[1]):
        inverse = 1 / np.sqrt(variance[c] + eps)
        normal, g = (x[:, c] - mean[c]) * inverse, dy[:, c]
        dweight[c], dbias[c] = (g * normal).sum(), g.sum()
        dx[:, c] = weight[c] * inverse * (g - g.mean() - normal * (g * normal).mean())
    return dx, dweight, dbias


def channels_as_rows(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """A matrix with a row for each channel, sums by einsum; the result is not contiguous."""
    N, C, H, W = x.shape
    rows, g = (array.transpose(1, 0, 2, 3).reshape(C, N * H * W) for array in (x, dy))
    normal = (rows - mean[:, None]) / np.sqrt(variance + eps)[:, None]
    dweight, dbias = np.einsum("cm,cm->c", g, normal), np.einsum("cm->c", g)
    inner = N * H * W * g - dbias[:, None] - normal * dweight[:, None]
    dx = (weight / np.sqrt(variance + eps) / (N * H * W))[:, None] * inner
    return dx.reshape(C, N, H, W).transpose(1, 0, 2, 3), dweight, dbias


def channels_last(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Channels as the last axis, where everything broadcasts by itself."""
    last, g = np.moveaxis(x, 1, -1), np.moveaxis(dy, 1, -1)
    inverse, axes = (variance + eps) ** -0.5, (0, 1, 2)
    normal = (last - mean) * inverse
    dweight, dbias = (g * normal).sum(axis=axes), g.sum(axis=axes)
    m = last.shape[0] * last.shape[1] * last.shape[2]
    return np.moveaxis(weight * inverse * (g - (dbias + normal * dweight) / m), -1, 1), dweight, dbias


def jacobian(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """The whole matrix of derivatives of each channel's outputs by its inputs, times dy."""
    dx, dweight, dbias = np.empty(x.shape), np.empty(len(weight)), np.empty(len(weight))
    for c in range(x.shape[1]):
        g, root = dy[:, c].ravel(), np.sqrt(variance[c] + eps)
        normal, m = (x[:, c].ravel() - mean[c]) / root, g.size
        derivatives = weight[c] / root * (np.eye(m) - 1 / m - np.outer(normal, normal) / m)
        dx[:, c] = (derivatives @ g).reshape(x[:, c].shape)
        dweight[c], dbias[c] = g @ normal, g.sum()
    return dx, dweight, dbias


def statistics_found_again(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Mean and variance found again from x, in float64."""
    exact = x.astype(np.float64)
    mean, variance = exact.mean(axis=(0, 2, 3)), exact.var(axis=(0, 2, 3))
    return three_ways(dy.astype(np.float64), exact, weight, mean, variance, eps)


def single_precision(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> Gradients:
    """Answers in float32, whatever came."""
    dx, dweight, dbias = loop_over_channels(dy, x, weight, mean, variance, eps)
    return dx.astype(np.float32), dweight.astype(np.float32), dbias.astype(np.float32)
