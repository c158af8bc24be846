"""Inputs of `conv2d`: each setting by itself, then together."""

from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading import Call
from scratchcv.layers.conv2d import conv2d


def lecture_stride_two(rng: np.random.Generator) -> Call:
    """The lecture's 3×3 filter with stride 2 and padding 1: 4×4 becomes 2×2."""
    x, weight = np.arange(16.0).reshape(1, 1, 4, 4), np.arange(1.0, 10).reshape(1, 1, 3, 3)
    return Call(x, weight, None, 2, 1)


def lecture_stride_one(rng: np.random.Generator) -> Call:
    """The lecture's 3×3 filter with stride 1 and padding 1: 4×4 stays 4×4."""
    return Call(_whole(rng, (1, 1, 4, 4)), _whole(rng, (1, 1, 3, 3)), None, 1, 1)


def sums_of_four(rng: np.random.Generator) -> Call:
    """A 2×2 filter of ones adds up four neighbours."""
    return Call(np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2)))


def slope(rng: np.random.Generator) -> Call:
    """The filter (−1, 1) gives the slope along a row: filters are not flipped."""
    return Call(np.array([[[[1.0, 2, 4, 8]]]]), np.array([[[[-1.0, 1]]]]))


def colors_to_grey(rng: np.random.Generator) -> Call:
    """A 1×1 filter mixes three channels into one, and the bias is added once."""
    return Call(_whole(rng, (1, 3, 2, 2)), np.array([[[[3.0]], [[6.0]], [[1.0]]]]), np.array([100.0]))


def dense_layer(rng: np.random.Generator) -> Call:
    """A filter as large as the image is a linear layer: one number an output channel."""
    return Call(_whole(rng, (1, 2, 2, 2)), _whole(rng, (3, 2, 2, 2)), np.array([1.0, 2, 3]))


def one_channel(rng: np.random.Generator) -> Call:
    """One channel and one filter."""
    return Call(_normal(rng, 1, 1, *_sides(rng)), _normal(rng, 1, 1, 3, 3))


def many_channels(rng: np.random.Generator) -> Call:
    """Several channels, one filter."""
    C = _count(rng, 2, 5)
    return Call(_normal(rng, 1, C, *_sides(rng)), _normal(rng, 1, C, 2, 2))


def many_filters(rng: np.random.Generator) -> Call:
    """Several channels and several filters."""
    C, O = _count(rng, 2, 5), _count(rng, 2, 5)
    return Call(_normal(rng, 1, C, 5, 6), _normal(rng, O, C, 3, 3))


def batch(rng: np.random.Generator) -> Call:
    """A batch of several images, with a bias."""
    N = _count(rng, 2, 4)
    return Call(_normal(rng, N, 2, 5, 4), _normal(rng, 3, 2, 2, 2), _normal(rng, 3))


def bias(rng: np.random.Generator) -> Call:
    """Each filter has its bias."""
    O = _count(rng, 2, 5)
    return Call(_normal(rng, 1, 2, 4, 4), _normal(rng, O, 2, 2, 2), bias=_normal(rng, O))


def stride(rng: np.random.Generator) -> Call:
    """A stride that reaches the border exactly."""
    height, width = 3 + 2 * rng.integers(1, 4, 2)
    return Call(_normal(rng, 1, 1, height, width), _normal(rng, 2, 1, 3, 3), stride=2)


def stride_with_rest(rng: np.random.Generator) -> Call:
    """A stride that leaves the last rows and columns out."""
    height, width = 4 + 3 * rng.integers(1, 3, 2)
    return Call(_normal(rng, 1, 2, height, width), _normal(rng, 1, 2, 2, 2), stride=3)


def padding(rng: np.random.Generator) -> Call:
    """Zeros around the image."""
    return Call(_normal(rng, 1, 1, *_sides(rng)), _normal(rng, 1, 1, 3, 3), padding=_count(rng, 1, 3))


def stride_and_padding(rng: np.random.Generator) -> Call:
    """Stride and padding together, with a bias."""
    return Call(_normal(rng, 2, 2, *_sides(rng)), _normal(rng, 2, 2, 3, 3), _normal(rng, 2), 2, 1)


def stride_pair(rng: np.random.Generator) -> Call:
    """One stride down, another across."""
    both = (1, 2) if rng.integers(2) else (2, 1)
    return Call(_normal(rng, 1, 1, 6, 6), _normal(rng, 1, 1, 2, 2), stride=both)


def padding_pair(rng: np.random.Generator) -> Call:
    """One padding above and below, another on the left and right."""
    both = (0, 2) if rng.integers(2) else (2, 1)
    return Call(_normal(rng, 1, 1, 5, 5), _normal(rng, 1, 1, 3, 3), padding=both)


def wide_filter(rng: np.random.Generator) -> Call:
    """A filter that is wider than high, or higher than wide."""
    kh, kw = (2, 3) if rng.integers(2) else (3, 1)
    return Call(_normal(rng, 1, 2, 5, 5), _normal(rng, 2, 2, kh, kw))


def even_filter_padded(rng: np.random.Generator) -> Call:
    """A filter of even size with padding."""
    return Call(_normal(rng, 1, 1, *_sides(rng)), _normal(rng, 1, 1, 2, 2), padding=1)


def single_pixels(rng: np.random.Generator) -> Call:
    """A 1×1 filter mixes channels, of which there are more than rows."""
    return Call(_normal(rng, 2, 5, 3, 4), _normal(rng, 2, 5, 1, 1), _normal(rng, 2))


def whole_image(rng: np.random.Generator) -> Call:
    """A filter as large as the image."""
    height, width = rng.integers(2, 5, 2)
    return Call(_normal(rng, 2, 2, height, width), _normal(rng, 3, 2, height, width), _normal(rng, 3))


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers in single precision."""
    shapes = (1, 2, 6, 5), (2, 2, 3, 3), (2,)
    return Call(*(_normal(rng, *shape).astype(np.float32) for shape in shapes), 1, 1)


def larger(rng: np.random.Generator) -> Call:
    """A larger image."""
    return Call(_normal(rng, 1, 3, 14, 11), _normal(rng, 4, 3, 5, 5), _normal(rng, 4), 2, (2, 1))


def empty_batch(rng: np.random.Generator) -> Call:
    """A batch without an image."""
    return Call(np.zeros((0, 2, 4, 5)), _normal(rng, 3, 2, 3, 3), None, 1, 1)


def _count(rng: np.random.Generator, least: int, stop: int) -> int:
    return int(rng.integers(least, stop))


def _normal(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape)


def _whole(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.integers(-5, 10, shape).astype(np.float64)


def _sides(rng: np.random.Generator) -> tuple[int, int]:
    height, width = rng.permutation(np.arange(4, 9))[:2]
    return int(height), int(width)


VISIBLE = (lecture_stride_two, lecture_stride_one, sums_of_four, slope, colors_to_grey, dense_layer)
HIDDEN = (
    *(one_channel, many_channels, many_filters, batch, bias, stride, stride_with_rest, padding),
    *(stride_and_padding, stride_pair, padding_pair, wide_filter, even_filter_padded, single_pixels),
    *(whole_image, single_precision, larger),
)
EDGES = (empty_batch,)


def magnitude(x: Array, weight: Array, bias: Array | None = None, *settings: Any, **named: Any) -> Array:
    """Return the convolution of absolute values."""
    return conv2d(abs(x), abs(weight), None if bias is None else abs(bias), *settings, **named)
