"""Inputs of `batch_norm2d_backward`: mean and variance are always those of x."""

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading import Call


def even_gradient(rng: np.random.Generator) -> Call:
    """A gradient of ones: all outputs cannot be shifted through x, which gets none."""
    x = np.array([[[[1.0, 3, 5]]]])
    return _with_statistics(np.ones_like(x), x, np.ones(1), 0.0)


def one_output(rng: np.random.Generator) -> Call:
    """A gradient at one of four values: every value of the channel hears of it."""
    dy, x = np.array([[[[1.0, 0], [0, 0]]]]), np.array([[[[1.0, 1], [3, 3]]]])
    return _with_statistics(dy, x, np.array([4.0]), 0.0)


def two_values(rng: np.random.Generator) -> Call:
    """Two values are always −1 and 1: with eps = 0 no gradient comes back."""
    return _with_statistics(np.array([[[[2.0, 7]]]]), np.array([[[[1.0, 3]]]]), np.ones(1), 0.0)


def two_images(rng: np.random.Generator) -> Call:
    """Two images, in which the sums run over both."""
    x = np.array([[[[1.0, 3]]], [[[3, 5]]]])
    return _with_statistics(np.array([[[[1.0, 2]]], [[[3, 5]]]]), x, np.array([2.0]), 0.0)


def two_channels(rng: np.random.Generator) -> Call:
    """Two channels, which know nothing of each other."""
    x = np.array([[[[1.0, 2, 6]], [[10, 20, 0]]]])
    return _with_statistics(np.array([[[[1.0, 2, 3]], [[0, 0, 9]]]]), x, np.array([1.0, -2]), 1.0)


def one_channel(rng: np.random.Generator) -> Call:
    """One channel of one image."""
    return _call(rng, 1, 1, *_sides(rng))


def many_channels(rng: np.random.Generator) -> Call:
    """Several channels of one image."""
    return _call(rng, 1, _count(rng, 2, 5), *_sides(rng))


def batch(rng: np.random.Generator) -> Call:
    """Several images of one channel."""
    return _call(rng, _count(rng, 2, 5), 1, *_sides(rng))


def batch_of_channels(rng: np.random.Generator) -> Call:
    """Several images of several channels."""
    return _call(rng, _count(rng, 2, 4), _count(rng, 2, 4), *_sides(rng))


def single_pixels(rng: np.random.Generator) -> Call:
    """Images of one pixel: the batch alone makes mean and variance."""
    return _call(rng, _count(rng, 4, 8), 2, 1, 1)


def single_values(rng: np.random.Generator) -> Call:
    """A single value a channel, which is its own mean: nothing comes back to it."""
    C = _count(rng, 2, 5)
    return _with_statistics(rng.standard_normal((1, C, 1, 1)), rng.standard_normal((1, C, 1, 1)), np.ones(C))


def narrow(rng: np.random.Generator) -> Call:
    """Images of one row."""
    return _call(rng, 2, 2, 1, _count(rng, 3, 7))


def away_from_zero(rng: np.random.Generator) -> Call:
    """Channels whose means are away from zero."""
    return _call(rng, 2, 2, 3, 4, mean=rng.uniform(4, 8, (2, 1, 1)))


def centred(rng: np.random.Generator) -> Call:
    """Channels of mean zero, whose spreads are not one."""
    half = rng.standard_normal((1, 2, 3, 4)) * rng.uniform(2, 4, (2, 1, 1))
    x = np.concatenate([half, -half])
    return _with_statistics(rng.standard_normal(x.shape), x, rng.uniform(0.5, 0.9, 2))


def constant(rng: np.random.Generator) -> Call:
    """A channel of equal values beside one that varies."""
    x = rng.standard_normal((2, 2, 2, 2))
    x[:, 0] = rng.integers(1, 9) / 4
    return _with_statistics(rng.standard_normal(x.shape), x, rng.uniform(0.5, 0.9, 2))


def large_eps(rng: np.random.Generator) -> Call:
    """An eps as large as the variance."""
    return _call(rng, 2, 2, 3, 3, eps=float(rng.uniform(0.5, 2)))


def small_spread(rng: np.random.Generator) -> Call:
    """A spread so small that the usual eps counts."""
    x = rng.standard_normal((2, 2, 3, 3)) / 256
    return _with_statistics(rng.standard_normal(x.shape), x, rng.uniform(0.5, 0.9, 2))


def no_eps(rng: np.random.Generator) -> Call:
    """An eps of zero."""
    return _call(rng, 2, 2, 2, 3, eps=0.0)


def negative_scale(rng: np.random.Generator) -> Call:
    """A negative scale turns the gradient of x around, and no other."""
    call = _call(rng, 2, 2, *_sides(rng))
    dy, x, weight, *others = call.arguments
    return Call(dy, x, -weight, *others)


def even_and_sloping(rng: np.random.Generator) -> Call:
    """A gradient that mean and variance take up but for little."""
    x = rng.standard_normal((2, 2, 3, 3))
    dy = 3 + 2 * x + 0.1 * rng.standard_normal(x.shape)
    return _with_statistics(dy, x, rng.uniform(0.5, 0.9, 2))


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers in single precision."""
    call = _call(rng, 2, 2, *_sides(rng))
    return Call(*(array.astype(np.float32) for array in call.arguments[:5]))


def larger(rng: np.random.Generator) -> Call:
    """A larger batch."""
    return _call(rng, 4, 4, 6, 5)


def no_gradient(rng: np.random.Generator) -> Call:
    """A gradient of zero everywhere."""
    dy, *others = _call(rng, 2, 2, 3, 2).arguments
    return Call(np.zeros_like(dy), *others)


def _call(
    rng: np.random.Generator,
    N: int,
    C: int,
    H: int,
    W: int,
    mean: Array | float | None = None,
    eps: float | None = None,
) -> Call:
    """Draw channels with means and spreads of their own."""
    mean = rng.uniform(-3, 3, (C, 1, 1)) if mean is None else mean
    x = mean + rng.uniform(0.5, 3, (C, 1, 1)) * rng.standard_normal((N, C, H, W))
    return _with_statistics(rng.standard_normal(x.shape), x, rng.uniform(0.5, 0.9, C), eps)


def _with_statistics(dy: Array, x: Array, weight: Array, eps: float | None = None) -> Call:
    mean, variance = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    return Call(dy, x, weight, mean, variance, *([] if eps is None else [eps]))


def _count(rng: np.random.Generator, least: int, stop: int) -> int:
    return int(rng.integers(least, stop))


def _sides(rng: np.random.Generator) -> tuple[int, int]:
    height, width = rng.permutation(np.arange(2, 6))[:2]
    return int(height), int(width)


VISIBLE = (even_gradient, one_output, two_values, two_images, two_channels)
HIDDEN = (
    *(one_channel, many_channels, batch, batch_of_channels, single_pixels, single_values, narrow),
    *(away_from_zero, centred, constant, large_eps, small_spread, no_eps, negative_scale),
    *(even_and_sloping, single_precision, larger),
)
EDGES = (no_gradient,)


def magnitude(
    dy: Array, x: Array, weight: Array, mean: Array, variance: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Return the sizes of what is added up."""
    m = x.shape[0] * x.shape[2] * x.shape[3]
    deviation = np.sqrt(variance + eps)[:, None, None]
    normalised = (abs(x) + abs(mean)[:, None, None]) / deviation
    dbias, dweight = abs(dy).sum(axis=(0, 2, 3)), (abs(dy) * normalised).sum(axis=(0, 2, 3))
    inner = abs(dy) + (dbias[:, None, None] + normalised * dweight[:, None, None]) / m
    return abs(weight)[:, None, None] / deviation * inner, dweight, dbias
