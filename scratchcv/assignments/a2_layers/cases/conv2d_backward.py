"""Inputs of `conv2d_backward`: settings one by one, then together, then with unseen rows and columns."""

from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading import Call
from scratchcv.layers.conv2d import conv2d_backward
from scratchcv.layers.shapes import Pair, window_output_size


def counts(rng: np.random.Generator) -> Call:
    """Ones everywhere: the gradient of x counts the windows that each pixel lies in."""
    return Call(np.ones((1, 1, 2, 2)), np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2)))


def one_output(rng: np.random.Generator) -> Call:
    """A single output: the gradients are the filter and the patch, times dy."""
    return Call(np.array([[[[10.0]]]]), np.arange(4.0).reshape(1, 1, 2, 2), _whole(rng, (1, 1, 2, 2)))


def lecture_stride_two(rng: np.random.Generator) -> Call:
    """The lecture's 3×3 filter with stride 2 and padding 1, backward: 2×2 becomes 4×4."""
    x, weight = np.arange(16.0).reshape(1, 1, 4, 4), np.arange(1.0, 10).reshape(1, 1, 3, 3)
    return Call(np.array([[[[1.0, 2], [3, 4]]]]), x, weight, 2, 1)


def two_images(rng: np.random.Generator) -> Call:
    """Two images: the gradients of weight and bias are sums over both."""
    return _call(rng, (2, 1, 2, 3), (1, 1, 2, 2), whole=True)


def two_filters(rng: np.random.Generator) -> Call:
    """Two filters on two channels: each channel hears from both."""
    return _call(rng, (1, 2, 2, 2), (2, 2, 1, 2), whole=True)


def one_filter(rng: np.random.Generator) -> Call:
    """One channel and one filter."""
    return _call(rng, (1, 1, *_sides(rng)), (1, 1, 3, 3))


def many_channels(rng: np.random.Generator) -> Call:
    """Several channels, one filter."""
    C = _count(rng, 2, 5)
    return _call(rng, (1, C, *_sides(rng)), (1, C, 2, 2))


def many_filters(rng: np.random.Generator) -> Call:
    """Several channels and several filters."""
    C, O = rng.permutation(np.arange(2, 5))[:2].tolist()
    return _call(rng, (1, C, 5, 4), (O, C, 3, 3))


def batch(rng: np.random.Generator) -> Call:
    """A batch of several images."""
    return _call(rng, (_count(rng, 2, 4), 2, *_sides(rng)), (2, 2, 2, 2))


def stride(rng: np.random.Generator) -> Call:
    """A stride that reaches the border exactly."""
    height, width = (3 + 2 * rng.integers(1, 4, 2)).tolist()
    return _call(rng, (1, 1, height, width), (2, 1, 3, 3), stride=2)


def unseen_pixels(rng: np.random.Generator) -> Call:
    """Rows and columns at the end that no window sees: their gradient is zero."""
    height, width = (4 + 3 * rng.integers(1, 3, 2)).tolist()
    return _call(rng, (1, 2, height, width), (1, 2, 2, 2), stride=3)


def gaps_between_windows(rng: np.random.Generator) -> Call:
    """A stride that is longer than the filter."""
    return _call(rng, (1, 1, 7, 6), (1, 1, 2, 1), stride=3)


def padding(rng: np.random.Generator) -> Call:
    """Zeros around the image, which have no gradient."""
    return _call(rng, (1, 2, *_sides(rng)), (2, 2, 3, 3), padding=_count(rng, 1, 3))


def stride_and_padding(rng: np.random.Generator) -> Call:
    """Stride and padding together."""
    return _call(rng, (2, 2, *_sides(rng)), (2, 2, 3, 3), 2, 1)


def stride_pair(rng: np.random.Generator) -> Call:
    """One stride down, another across."""
    return _call(rng, (1, 1, 6, 6), (2, 1, 2, 2), stride=(1, 2) if rng.integers(2) else (2, 1))


def padding_pair(rng: np.random.Generator) -> Call:
    """One padding above and below, another on the left and right."""
    return _call(rng, (1, 1, 5, 5), (1, 1, 3, 3), padding=(0, 2) if rng.integers(2) else (2, 1))


def wide_filter(rng: np.random.Generator) -> Call:
    """A filter that is wider than high, or higher than wide."""
    kh, kw = (2, 3) if rng.integers(2) else (3, 1)
    return _call(rng, (1, 2, 5, 4), (2, 2, kh, kw))


def single_pixels(rng: np.random.Generator) -> Call:
    """A 1×1 filter."""
    return _call(rng, (2, 5, 3, 4), (2, 5, 1, 1))


def whole_image(rng: np.random.Generator) -> Call:
    """A filter as large as the image."""
    height, width = rng.integers(2, 5, 2).tolist()
    return _call(rng, (2, 2, height, width), (3, 2, height, width))


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers in single precision."""
    call = _call(rng, (1, 2, 6, 5), (2, 2, 3, 3), 1, 1)
    return Call(*(array.astype(np.float32) for array in call.arguments[:3]), *call.arguments[3:])


def larger(rng: np.random.Generator) -> Call:
    """A larger image."""
    return _call(rng, (1, 2, 12, 9), (3, 2, 5, 3), 2, (2, 1))


def empty_batch(rng: np.random.Generator) -> Call:
    """A batch without an image."""
    return _call(rng, (0, 2, 4, 5), (3, 2, 3, 3), 1, 1)


def _call(
    rng: np.random.Generator,
    image_shape: tuple[int, ...],
    filter_shape: tuple[int, ...],
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    whole: bool = False,
) -> Call:
    draw = _whole if whole else lambda rng, shape: rng.standard_normal(shape)
    size = window_output_size(image_shape[2:], filter_shape[2:], _pair(stride), _pair(padding))
    shapes = (image_shape[0], filter_shape[0], *size), image_shape, filter_shape
    settings = () if (stride, padding) == (1, 0) else (stride,) if padding == 0 else (stride, padding)
    return Call(*(draw(rng, shape) for shape in shapes), *settings)


def _pair(value: int | Pair) -> Pair:
    return value if isinstance(value, tuple) else (value, value)


def _count(rng: np.random.Generator, least: int, stop: int) -> int:
    return int(rng.integers(least, stop))


def _whole(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.integers(-5, 10, shape).astype(np.float64)


def _sides(rng: np.random.Generator) -> tuple[int, int]:
    height, width = rng.permutation(np.arange(4, 8))[:2]
    return int(height), int(width)


VISIBLE = (counts, one_output, lecture_stride_two, two_images, two_filters)
HIDDEN = (
    *(one_filter, many_channels, many_filters, batch, stride, unseen_pixels, gaps_between_windows, padding),
    *(stride_and_padding, stride_pair, padding_pair, wide_filter, single_pixels, whole_image),
    *(single_precision, larger),
)
EDGES = (empty_batch,)


def magnitude(dy: Array, x: Array, weight: Array, *settings: Any) -> tuple[Array, Array, Array]:
    """Return the gradients that absolute values have."""
    return conv2d_backward(abs(dy), abs(x), abs(weight), *settings)
