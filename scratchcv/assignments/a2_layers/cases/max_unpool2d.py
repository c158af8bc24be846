"""Inputs of `max_unpool2d`: indices that poolings of random images report, and values to put there."""

from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading import Call
from scratchcv.layers.max_pool2d import max_pool2d
from scratchcv.layers.max_unpool2d import max_unpool2d
from scratchcv.layers.shapes import Pair


def lecture(rng: np.random.Generator) -> Call:
    """The lecture's 1, 2, 3, 4 go back to where 5, 6, 7, 8 had stood."""
    return Call(np.array([[[[1.0, 2], [3, 4]]]]), np.array([[[[5, 2], [12, 15]]]]), 2)


def one_value(rng: np.random.Generator) -> Call:
    """One value goes to the lower left of a 2×2 image."""
    return Call(np.array([[[[7.0]]]]), np.array([[[[2]]]]), 2)


def two_channels(rng: np.random.Generator) -> Call:
    """Two channels, whose indices both count from 0."""
    return Call(np.array([[[[1.0]], [[2.0]]]]), np.array([[[[3]], [[0]]]]), 2)


def odd_image(rng: np.random.Generator) -> Call:
    """A 5×5 image was pooled to 2×2: output_size says so."""
    x, indices = np.array([[[[1.0, 2], [3, 4]]]]), np.array([[[[6, 3], [10, 18]]]])
    return Call(x, indices, 2, output_size=(5, 5))


def won_twice(rng: np.random.Generator) -> Call:
    """A maximum of 9 had won two overlapping windows: it stands there once."""
    return Call(np.array([[[[9.0, 9]]]]), np.array([[[[1, 1]]]]), (1, 2), 1)


def halves(rng: np.random.Generator) -> Call:
    """Windows side by side in a square image."""
    side = 2 * _count(rng, 2, 5)
    return _call(rng, (1, 1, side, side), 2)


def wide_image(rng: np.random.Generator) -> Call:
    """An image that is wider than high."""
    return _call(rng, (1, 1, 4, 2 * _count(rng, 3, 6)), 2)


def high_image(rng: np.random.Generator) -> Call:
    """An image that is higher than wide."""
    return _call(rng, (1, 1, 2 * _count(rng, 3, 6), 4), 2)


def batch(rng: np.random.Generator) -> Call:
    """Several images."""
    return _call(rng, (_count(rng, 2, 5), 1, 4, 6), 2)


def channels(rng: np.random.Generator) -> Call:
    """Several channels."""
    return _call(rng, (1, _count(rng, 2, 5), 6, 4), 2)


def batch_of_channels(rng: np.random.Generator) -> Call:
    """Several images of several channels."""
    return _call(rng, (_count(rng, 2, 4), _count(rng, 2, 4), 6, 9), 3)


def window_pair(rng: np.random.Generator) -> Call:
    """Windows that are wider than high, or higher than wide."""
    return _call(rng, (1, 1, 6, 6), (1, 3) if rng.integers(2) else (3, 2))


def gaps(rng: np.random.Generator) -> Call:
    """A stride that is longer than the window."""
    return _call(rng, (1, 2, 8, 5), 2, 3)


def stride_pair(rng: np.random.Generator) -> Call:
    """One stride down, another across."""
    return _call(rng, (1, 1, 7, 13), 1, (2, 3) if rng.integers(2) else (3, 2))


def rest(rng: np.random.Generator) -> Call:
    """An image with a last row or column that no window saw, given back by output_size."""
    height, width = (7, _count(rng, 6, 8)) if rng.integers(2) else (6, 5)
    return _call(rng, (1, 2, height, width), 2, output_size=(height, width))


def size_of_four(rng: np.random.Generator) -> Call:
    """The output's size with all four axes, as a shape."""
    shape = 1, 2, _count(rng, 6, 8), 5
    return _call(rng, shape, 2, output_size=shape)


def size_smaller(rng: np.random.Generator) -> Call:
    """An output that is smaller than the default: the last windows had begun outside."""
    return _call(rng, (1, 1, 5, 7), 2, 2, 1, output_size=(5, 7))


def square_size(rng: np.random.Generator) -> Call:
    """The output's size as one number, for both sides."""
    return _call(rng, (1, 1, 7, 7), 3, output_size=7)


def padded(rng: np.random.Generator) -> Call:
    """A pooling with padding, which the default size takes off again."""
    return _call(rng, (1, 1, 6, 8), 2, 2, 1)


def overlapping(rng: np.random.Generator) -> Call:
    """Maxima of overlapping windows, some of which occur twice, go back."""
    height, width = (2 * rng.permutation(np.arange(3, 6))[:2] + 1).tolist()
    return _overlapping(rng, (1, 2, height, width), 3, 2)


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers in single precision."""
    call = _call(rng, (1, 2, 4, 6), 2)
    return Call(call.arguments[0].astype(np.float32), *call.arguments[1:], **call.keywords)


def larger(rng: np.random.Generator) -> Call:
    """A larger image."""
    return _overlapping(rng, (1, 2, 15, 13), 3, 2)


def empty_batch(rng: np.random.Generator) -> Call:
    """A batch without an image."""
    return Call(np.zeros((0, 2, 2, 3)), np.zeros((0, 2, 2, 3), np.int64), 2)


def _call(
    rng: np.random.Generator,
    shape: tuple[int, int, int, int],
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int = 0,
    **output_size: Any,
) -> Call:
    image = rng.permutation(int(np.prod(shape))).reshape(shape)  # no two are equal
    _, indices = max_pool2d(image, kernel_size, stride, padding)
    return Call(rng.standard_normal(indices.shape), indices, kernel_size, stride, padding, **output_size)


def _overlapping(
    rng: np.random.Generator, shape: tuple[int, int, int, int], kernel_size: int, stride: int
) -> Call:
    """Draw until some pixel wins more than one window; the values are the maxima themselves."""
    while True:
        image = (rng.permutation(int(np.prod(shape))) + 0.5).reshape(shape)
        y, indices = max_pool2d(image, kernel_size, stride)
        if len(np.unique(indices[0, 0])) < indices[0, 0].size:
            return Call(y, indices, kernel_size, stride)


def _count(rng: np.random.Generator, least: int, stop: int) -> int:
    return int(rng.integers(least, stop))


VISIBLE = (lecture, one_value, two_channels, odd_image, won_twice)
HIDDEN = (
    *(halves, wide_image, high_image, batch, channels, batch_of_channels, window_pair, gaps, stride_pair),
    *(rest, size_of_four, size_smaller, square_size, padded, overlapping, single_precision, larger),
)
EDGES = (empty_batch,)


def magnitude(x: Array, *settings: Any, **named: Any) -> Array:
    """Return the sizes of what stands in the output."""
    return abs(max_unpool2d(x, *settings, **named))
