"""Inputs of `batch_norm2d`: eps is drawn so large that it is seen where it should not be, and the reverse."""

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading import Call


def two_values(rng: np.random.Generator) -> Call:
    """The values 1 and 3: mean 2, variance 1, and so −1 and 1."""
    return Call(np.array([[[[1.0, 3]]]]), np.ones(1), np.zeros(1), 0.0)


def scale_and_shift(rng: np.random.Generator) -> Call:
    """The same values, times 10 and plus 100."""
    return Call(np.array([[[[1.0, 3]]]]), np.array([10.0]), np.array([100.0]), 0.0)


def two_images(rng: np.random.Generator) -> Call:
    """Two images of one pixel: the mean runs over both."""
    return Call(np.array([[[[2.0]]], [[[6.0]]]]), np.ones(1), np.zeros(1), 0.0)


def two_channels(rng: np.random.Generator) -> Call:
    """Two channels, each with its own mean and variance."""
    x = np.array([[[[1.0, 3]], [[10, 50]]]])
    return Call(x, np.array([1.0, 2]), np.array([0.0, 5]), 0.0)


def large_eps(rng: np.random.Generator) -> Call:
    """A variance of 1 and eps = 3: the root is 2."""
    return Call(np.array([[[[1.0, 3]]]]), np.ones(1), np.zeros(1), eps=3.0)


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
    return _call(rng, _count(rng, 3, 7), 2, 1, 1)


def two_values_a_channel(rng: np.random.Generator) -> Call:
    """Two values a channel: dividing by m or by m − 1 differs by a factor of two."""
    middle, distance = rng.uniform(-3, 3, 3), rng.uniform(1, 3, 3)
    return Call(np.stack([middle - distance, middle + distance])[:, :, None, None], *_scale(rng, 3))


def single_value(rng: np.random.Generator) -> Call:
    """A single value, which is its own mean: what is left is the bias."""
    return Call(rng.standard_normal((1, 1, 1, 1)) + 3, *_scale(rng, 1))


def narrow(rng: np.random.Generator) -> Call:
    """Images of one row."""
    return _call(rng, 2, 2, 1, _count(rng, 3, 7))


def away_from_zero(rng: np.random.Generator) -> Call:
    """Channels whose means are away from zero."""
    call = _call(rng, 2, 2, 3, 4)
    x, *others = call.arguments
    return Call(x / x.std(axis=(0, 2, 3), keepdims=True) + rng.uniform(3, 6, (2, 1, 1)), *others)


def far_from_zero(rng: np.random.Generator) -> Call:
    """A mean of a million and a spread of one: the square of the mean must not be subtracted."""
    call = _call(rng, 2, 1, 3, 4)
    x, *others = call.arguments
    return Call(x + 1e6, *others)


def constant(rng: np.random.Generator) -> Call:
    """A channel of equal values, whose variance is zero, beside one that varies."""
    x = rng.standard_normal((2, 2, 2, 2))
    x[:, 0] = rng.integers(1, 9) / 4
    return Call(x, *_scale(rng, 2))


def eps_in_the_root(rng: np.random.Generator) -> Call:
    """An eps as large as the variance."""
    return Call(rng.standard_normal((2, 2, 3, 3)), *_scale(rng, 2), float(rng.uniform(0.5, 2)))


def small_spread(rng: np.random.Generator) -> Call:
    """A spread so small that the usual eps counts."""
    return Call(rng.standard_normal((2, 2, 3, 3)) / 256, *_scale(rng, 2))


def no_eps(rng: np.random.Generator) -> Call:
    """An eps of zero."""
    return Call(rng.standard_normal((2, 2, 3, 2)), *_scale(rng, 2), 0.0)


def negative_scale(rng: np.random.Generator) -> Call:
    """A negative scale turns the channel around."""
    call = _call(rng, 2, 2, *_sides(rng))
    x, weight, *others = call.arguments
    return Call(x, -abs(weight), *others)


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers in single precision."""
    call = _call(rng, 2, 2, *_sides(rng))
    return Call(*(array.astype(np.float32) for array in call.arguments[:3]))


def larger(rng: np.random.Generator) -> Call:
    """A larger batch."""
    return _call(rng, 4, 5, 6, 7)


def _call(rng: np.random.Generator, N: int, C: int, H: int, W: int) -> Call:
    """Draw channels with means and spreads of their own."""
    mean, deviation = rng.uniform(-3, 3, (C, 1, 1)), rng.uniform(0.5, 3, (C, 1, 1))
    return Call(mean + deviation * rng.standard_normal((N, C, H, W)), *_scale(rng, C))


def _scale(rng: np.random.Generator, C: int) -> tuple[Array, Array]:
    sign = rng.choice([-1, 1], C)
    return sign * rng.uniform(0.5, 0.9, C), rng.uniform(1, 2, C)


def _count(rng: np.random.Generator, least: int, stop: int) -> int:
    return int(rng.integers(least, stop))


def _sides(rng: np.random.Generator) -> tuple[int, int]:
    height, width = rng.permutation(np.arange(2, 6))[:2]
    return int(height), int(width)


VISIBLE = (two_values, scale_and_shift, two_images, two_channels, large_eps)
HIDDEN = (
    *(one_channel, many_channels, batch, batch_of_channels, single_pixels, two_values_a_channel),
    *(single_value, narrow, away_from_zero, far_from_zero, constant, eps_in_the_root, small_spread),
    *(no_eps, negative_scale, single_precision, larger),
)


def magnitude(x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> tuple[Array, Array, Array]:
    """Return the sizes of what is added up, and of what errors in mean and variance do to the result.

    The variance has an error of second order, the square of the mean's: eps times 1e-7 bounds it in single
    precision, and in double precision does no harm.
    """
    axes = 0, 2, 3
    mean, variance = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    terms = abs(x) + abs(mean)
    squares = (abs(x - mean) * terms + 1e-7 * terms**2).mean(axis=axes, keepdims=True)
    deviation = np.sqrt(variance + eps)
    y = (
        abs(weight)[:, None, None] * terms / deviation * (1 + squares / deviation**2)
        + abs(bias)[:, None, None]
    )
    return y, abs(x).mean(axis=axes), squares.ravel()
