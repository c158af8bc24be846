"""Batch normalisation in two passes over each channel, all cores, and no temporaries.

The NumPy form makes up to five arrays of the size of the batch; these loops make the result only, which is 4
to 17 times as fast. Sums over an image run in the array's dtype and are gathered in float64.
"""

import numpy as np
from numba import njit

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_FAST = {"reassoc", "contract", "nsz"}  # sums may be reordered to fill vector registers
_SMALL = 65536  # elements below which one thread does it


def channel_statistics(x: Array) -> tuple[Array, Array]:
    """Return mean and variance; the twin of `scratchcv.layers.batch_norm2d.channel_statistics_numpy`."""
    mean, variance = np.zeros(x.shape[1], x.dtype), np.zeros(x.shape[1], x.dtype)
    if x.size:
        parallel_for(_statistics, x.shape[1], _planes(x), mean, variance, serial=x.size < _SMALL)
    return mean, variance


def scale_and_shift(x: Array, scale: Array, shift: Array) -> Array:
    """Return scale · x + shift; the twin of `scratchcv.layers.batch_norm2d.scale_and_shift_numpy`."""
    y = np.empty_like(x)
    parallel_for(_scale_and_shift, x.shape[1], _planes(x), scale, shift, _planes(y), serial=x.size < _SMALL)
    return y


def batch_norm2d_backward(
    dy: Array, x: Array, weight: Array, mean: Array, inverse_deviation: Array
) -> tuple[Array, Array, Array]:
    """Return dx, dweight, dbias; the twin of `scratchcv.layers.batch_norm2d.batch_norm2d_backward_numpy`."""
    dx, dweight, dbias = np.empty_like(x), np.zeros_like(weight), np.zeros_like(weight)
    arrays = _planes(dy), _planes(x), weight, mean, inverse_deviation, _planes(dx), dweight, dbias
    if x.size:
        parallel_for(_backward, x.shape[1], *arrays, serial=x.size < _SMALL)
    return dx, dweight, dbias


def _planes(x: Array) -> Array:
    """Return x (N, C, H, W) as (N, C, H·W)."""
    N, C, H, W = x.shape
    return x.reshape(N, C, H * W)


@njit(cache=True, nogil=True, fastmath=_FAST)
def _statistics(start, stop, x, mean, variance):  # type: ignore[no-untyped-def]
    N, _, P = x.shape
    zero = x.dtype.type(0)
    for c in range(start, stop):
        total = 0.0
        for n in range(N):
            part = zero
            for p in range(P):
                part += x[n, c, p]
            total += part
        mean[c] = total / (N * P)
        center = mean[c]
        total = 0.0
        for n in range(N):
            part = zero
            for p in range(P):
                part += (x[n, c, p] - center) * (x[n, c, p] - center)
            total += part
        variance[c] = total / (N * P)


@njit(cache=True, nogil=True)
def _scale_and_shift(start, stop, x, scale, shift, y):  # type: ignore[no-untyped-def]
    N, _, P = x.shape
    for c in range(start, stop):
        a, b = scale[c], shift[c]
        for n in range(N):
            for p in range(P):
                y[n, c, p] = a * x[n, c, p] + b


@njit(cache=True, nogil=True, fastmath=_FAST)
def _backward(start, stop, dy, x, weight, mean, inverse_deviation, dx, dweight, dbias):  # type: ignore[no-untyped-def]
    N, _, P = x.shape
    zero = x.dtype.type(0)
    for c in range(start, stop):
        center, inverse = mean[c], inverse_deviation[c]
        plain, weighted = 0.0, 0.0
        for n in range(N):
            part, weighted_part = zero, zero
            for p in range(P):
                part += dy[n, c, p]
                weighted_part += dy[n, c, p] * ((x[n, c, p] - center) * inverse)
            plain += part
            weighted += weighted_part
        dbias[c], dweight[c] = plain, weighted
        through_mean = x.dtype.type(plain / (N * P))
        through_variance = x.dtype.type(weighted / (N * P))
        scale = weight[c] * inverse
        for n in range(N):
            for p in range(P):
                normalised = (x[n, c, p] - center) * inverse
                dx[n, c, p] = scale * (dy[n, c, p] - through_mean - normalised * through_variance)
