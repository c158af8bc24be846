"""Right batch normalisations."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Results = tuple[Array, Array, Array]


def loop_over_channels(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """A loop over the channels, np.mean and np.var of each."""
    y, mean, variance = np.empty_like(x), np.empty_like(weight), np.empty_like(weight)
    for c in range(x.shape[1]):
        channel = x[:, c]
        mean[c], variance[c] = channel.mean(), channel.var()
        y[:, c] = weight[c] * (channel - mean[c]) / np.sqrt(variance[c] + eps) + bias[c]
    return y, mean, variance


def exact_sums(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """Python numbers, summed by math.fsum."""
    m, y = x.shape[0] * x.shape[2] * x.shape[3], np.empty(x.shape)
    means, variances = [], []
    for c in range(x.shape[1]):
        values = x[:, c].ravel().tolist()
        mean = math.fsum(values) / m
        variance = math.fsum((value - mean) ** 2 for value in values) / m
        deviation = math.sqrt(variance + eps)
        normal = [float(weight[c]) * (value - mean) / deviation + float(bias[c]) for value in values]
        y[:, c] = np.array(normal).reshape(x[:, c].shape)
        means.append(mean)
        variances.append(variance)
    return y, np.array(means), np.array(variances)


def channels_as_rows(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """A matrix with a row for each channel; the result is not contiguous."""
    N, C, H, W = x.shape
    rows = x.transpose(1, 0, 2, 3).reshape(C, N * H * W)
    mean = rows.sum(axis=1) / (N * H * W)
    centred = rows - mean[:, None]
    variance = np.einsum("cm,cm->c", centred, centred) / (N * H * W)
    normal = centred * ((variance + eps) ** -0.5)[:, None]
    y = (normal * weight[:, None] + bias[:, None]).reshape(C, N, H, W).transpose(1, 0, 2, 3)
    return y, mean, variance


def channels_last(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """Channels as the last axis, where weight and bias broadcast by themselves."""
    last = np.moveaxis(x, 1, -1)
    mean = last.mean(axis=(0, 1, 2))
    variance = ((last - mean) ** 2).mean(axis=(0, 1, 2))
    return np.moveaxis(weight * (last - mean) / np.sqrt(variance + eps) + bias, -1, 1), mean, variance


def folded_into_scale_and_shift(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """One multiplication and one addition a value, the mean folded into the shift."""
    mean, variance = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    scale = weight / np.sqrt(variance + eps)
    shift = bias - mean * scale
    return x * scale.reshape(1, -1, 1, 1) + shift.reshape(1, -1, 1, 1), mean, variance


def running_updates(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """Mean and variance value by value, as Welford does."""
    mean, squares, count = np.zeros(x.shape[1]), np.zeros(x.shape[1]), 0
    for n, h, w in np.ndindex(x.shape[0], *x.shape[2:]):
        value = x[n, :, h, w].astype(np.float64)
        count += 1
        before = value - mean
        mean += before / count
        squares += before * (value - mean)
    variance = squares / count
    scale = (weight / np.sqrt(variance + eps))[None, :, None, None]
    return (x - mean[None, :, None, None]) * scale + bias[None, :, None, None], mean, variance


def single_precision(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Results:
    """Answers in float32, whatever came."""
    y, mean, variance = loop_over_channels(x, weight, bias, eps)
    return y.astype(np.float32), mean.astype(np.float32), variance.astype(np.float32)
