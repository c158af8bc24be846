"""Inputs of `max_pool2d`: maxima that are unique, and, in kinds of their own, equal ones."""

from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading import Call
from scratchcv.grading.compare import compare
from scratchcv.layers.max_pool2d import max_pool2d
from scratchcv.layers.shapes import pooling_windows


def lecture(rng: np.random.Generator) -> Call:
    """The lecture's 4×4 image: 5, 6, 7, 8 stood at 5, 2, 12, 15."""
    x = np.array([[1.0, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]])
    return Call(x.reshape(1, 1, 4, 4), 2)


def below_zero(rng: np.random.Generator) -> Call:
    """Only negative numbers, with padding: what lies outside never wins."""
    x = -np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])
    return Call(x.reshape(1, 1, 3, 3), 2, 2, 1)


def two_channels(rng: np.random.Generator) -> Call:
    """Two channels: the indices of each count from its own first pixel."""
    return Call(_distinct(rng, 1, 2, 2, 4), 2)


def wide_image(rng: np.random.Generator) -> Call:
    """An image that is wider than high: an index is row · W + column."""
    return Call(_distinct(rng, 1, 1, 2, 6), 2)


def overlap(rng: np.random.Generator) -> Call:
    """Windows of 3 with stride 1: they overlap."""
    return Call(_distinct(rng, 1, 1, 4, 5), 3, 1)


def halved(rng: np.random.Generator) -> Call:
    """Windows of 2 side by side."""
    height, width = (2 * rng.permutation(np.arange(1, 5))[:2]).tolist()
    return Call(_distinct(rng, 1, 1, height, width), 2)


def batch(rng: np.random.Generator) -> Call:
    """Several images of several channels."""
    return Call(_distinct(rng, _count(rng, 2, 4), _count(rng, 2, 4), 4, 6), 2)


def rest(rng: np.random.Generator) -> Call:
    """Last rows and columns that fill no window."""
    height, width = (2 * rng.permutation(np.arange(1, 5))[:2] + 1).tolist()
    return Call(_distinct(rng, 1, 2, height, width), 2)


def overlapping(rng: np.random.Generator) -> Call:
    """Windows that overlap."""
    return Call(_distinct(rng, 1, 1, *_sides(rng)), 3, 2)


def stride_one(rng: np.random.Generator) -> Call:
    """A window at every place."""
    return Call(_distinct(rng, 1, 1, *_sides(rng)), 2, 1)


def gaps(rng: np.random.Generator) -> Call:
    """A stride that is longer than the window."""
    return Call(_distinct(rng, 1, 1, *_sides(rng)), 2, 3)


def padded(rng: np.random.Generator) -> Call:
    """Windows that begin outside the image."""
    return Call(_distinct(rng, 1, 1, *_sides(rng)), 3, 2, 1)


def padded_and_negative(rng: np.random.Generator) -> Call:
    """Windows that begin outside an image of negative numbers."""
    return Call(-abs(_distinct(rng, 1, 2, *_sides(rng))), kernel_size=2, padding=1)


def negative(rng: np.random.Generator) -> Call:
    """Only negative numbers, no padding."""
    return Call(-abs(_distinct(rng, 1, 2, *_sides(rng))), 2)


def window_pair(rng: np.random.Generator) -> Call:
    """Windows that are wider than high, or higher than wide."""
    return Call(_distinct(rng, 1, 1, 6, 6), (1, 3) if rng.integers(2) else (3, 2))


def stride_pair(rng: np.random.Generator) -> Call:
    """One stride down, another across."""
    return Call(_distinct(rng, 1, 1, 6, 7), 2, (1, 2) if rng.integers(2) else (3, 1))


def padding_pair(rng: np.random.Generator) -> Call:
    """One padding above and below, another on the left and right."""
    return Call(_distinct(rng, 1, 1, 5, 5), 3, 2, (0, 1) if rng.integers(2) else (1, 0))


def whole_image(rng: np.random.Generator) -> Call:
    """One window over the whole image."""
    height, width = _sides(rng)
    return Call(_distinct(rng, 2, 2, height, width), (height, width))


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers in single precision."""
    return Call(_distinct(rng, 1, 2, *_sides(rng)).astype(np.float32), 3, 2, 1)


def larger(rng: np.random.Generator) -> Call:
    """A larger image."""
    return Call(_distinct(rng, 1, 2, 13, 16), 3, 2, 1)


def equal_maxima(rng: np.random.Generator) -> Call:
    """Windows with several equal maxima: any of them may be reported."""
    return Call(rng.integers(-2, 2, (1, 2, 6, 8)).astype(np.float64), 3, 2)


def equal_maxima_padded(rng: np.random.Generator) -> Call:
    """Equal maxima below zero, with padding."""
    return Call(rng.integers(-3, 0, (1, 2, *_sides(rng))).astype(np.float64), 2, 2, 1)


def empty_batch(rng: np.random.Generator) -> Call:
    """A batch without an image."""
    return Call(np.zeros((0, 2, 4, 6)), 2)


def _count(rng: np.random.Generator, least: int, stop: int) -> int:
    return int(rng.integers(least, stop))


def _distinct(rng: np.random.Generator, *shape: int) -> Array:
    """Draw numbers of both signs, each of which occurs once and is no whole number."""
    size = int(np.prod(shape))
    numbers: Array = (rng.permutation(size) - size // 2 + 0.5) / 4
    return numbers.reshape(shape)


def _sides(rng: np.random.Generator) -> tuple[int, int]:
    height, width = rng.permutation(np.arange(4, 9))[:2]
    return int(height), int(width)


VISIBLE = (lecture, below_zero, two_channels, wide_image, overlap)
HIDDEN = (
    *(halved, batch, rest, overlapping, stride_one, gaps, padded, padded_and_negative, negative),
    *(window_pair, stride_pair, padding_pair, whole_image, single_precision, larger),
    *(equal_maxima, equal_maxima_padded),
)
EDGES = (empty_batch,)


def magnitude(x: Array, *settings: Any, **named: Any) -> tuple[Array, Array]:
    """Return the sizes of the maxima."""
    y, indices = max_pool2d(x, *settings, **named)
    return abs(y), indices


def accepts(
    found: tuple[Array, Array],
    expected: tuple[Array, Array],
    x: Array,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
) -> str:
    """Say what is wrong with maxima, or with indices.

    Each must name a pixel of its window that is as large.
    """
    y, indices = map(np.asarray, found)
    if y.shape != expected[0].shape or indices.shape != y.shape:
        return f"the shapes are {y.shape} and {indices.shape}, expected {expected[0].shape} twice"
    if compare(y, expected[0]):
        return "the maxima differ"
    if not y.size:
        return ""
    (N, C, H, W), (rows, columns) = x.shape, pooling_windows(x.shape[2:], kernel_size, stride, padding)
    if not ((indices >= 0) & (indices < H * W)).all():
        return "an index lies outside the image"
    row, column = np.divmod(indices, W)
    down = (rows[:, 0, None] <= row) & (row < rows[:, 1, None])
    across = (columns[:, 0] <= column) & (column < columns[:, 1])
    if not (down & across).all():
        return "an index lies outside its window"
    there = x[np.arange(N)[:, None, None, None], np.arange(C)[:, None, None], row, column]
    return "" if (there == expected[0]).all() else "an index does not point to the maximum"
