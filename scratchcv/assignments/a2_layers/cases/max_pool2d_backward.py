"""Inputs of `max_pool2d_backward`: what poolings of random images report, and gradients of their maxima."""

from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading import Call
from scratchcv.layers.max_pool2d import max_pool2d, max_pool2d_backward
from scratchcv.layers.shapes import Pair


def lecture(rng: np.random.Generator) -> Call:
    """The lecture's indices 5, 2, 12, 15 in a 4×4 image."""
    dy, indices = np.array([[[[1.0, 2], [3, 4]]]]), np.array([[[[5, 2], [12, 15]]]])
    return Call(dy, indices, (4, 4))


def last_pixel(rng: np.random.Generator) -> Call:
    """One window, whose maximum was the last pixel of a 2×3 image."""
    return Call(np.array([[[[9.0]]]]), np.array([[[[5]]]]), (2, 3))


def won_twice(rng: np.random.Generator) -> Call:
    """A pixel that won two windows gets the sum of both gradients."""
    return Call(np.array([[[[10.0, 1]]]]), np.array([[[[1, 1]]]]), (1, 3))


def won_by_one(rng: np.random.Generator) -> Call:
    """One pixel won all four windows."""
    return Call(np.array([[[[1.0, 2], [3, 4]]]]), np.full((1, 1, 2, 2), 4), (3, 3))


def two_channels(rng: np.random.Generator) -> Call:
    """Two channels, whose indices both count from 0."""
    return Call(np.array([[[[1.0]], [[2.0]]]]), np.array([[[[3]], [[0]]]]), (2, 2))


def side_by_side(rng: np.random.Generator) -> Call:
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
    return _call(rng, (_count(rng, 2, 4), _count(rng, 2, 4), *_sides(rng)), 2)


def overlapping(rng: np.random.Generator) -> Call:
    """Windows that overlap, so that some pixel wins several."""
    return _peaks(rng, (1, 1, *_sides(rng)), 3, 2)


def every_place(rng: np.random.Generator) -> Call:
    """A window at every place."""
    return _peaks(rng, (1, 2, *_sides(rng)), 3, 1)


def overlapping_batch(rng: np.random.Generator) -> Call:
    """Windows that overlap in several images of several channels."""
    return _peaks(rng, (2, 2, *_sides(rng)), 2, 1)


def rest(rng: np.random.Generator) -> Call:
    """Last rows and columns that were in no window."""
    height, width = (2 * rng.permutation(np.arange(2, 5))[:2] + 1).tolist()
    return _call(rng, (1, 2, height, width), 2)


def gaps(rng: np.random.Generator) -> Call:
    """Rows and columns between windows."""
    return _call(rng, (1, 2, *_sides(rng)), 2, 3)


def single_pixels(rng: np.random.Generator) -> Call:
    """Windows of one pixel, two apart: a bed of nails."""
    return _call(rng, (1, 1, *_sides(rng)), 1, 2)


def padded(rng: np.random.Generator) -> Call:
    """A pooling with padding: its indices count in the image without it."""
    return _peaks(rng, (1, 1, *_sides(rng)), 3, 2, 1)


def whole_image(rng: np.random.Generator) -> Call:
    """One window over each whole image."""
    height, width = _sides(rng)
    return _call(rng, (2, 3, height, width), (height, width))


def single_precision(rng: np.random.Generator) -> Call:
    """Gradients in single precision."""
    call = _peaks(rng, (1, 2, *_sides(rng)), 3, 1)
    dy, *others = call.arguments
    return Call(dy.astype(np.float32), *others)


def larger(rng: np.random.Generator) -> Call:
    """A larger image."""
    return _peaks(rng, (1, 2, 15, 12), 3, 2, 1)


def no_gradient(rng: np.random.Generator) -> Call:
    """Gradients that are all zero."""
    call = _call(rng, (1, 1, *_sides(rng)), 2)
    return Call(np.zeros_like(call.arguments[0]), *call.arguments[1:])


def empty_batch(rng: np.random.Generator) -> Call:
    """A batch without an image."""
    return Call(np.zeros((0, 2, 2, 3)), np.zeros((0, 2, 2, 3), np.int64), (4, 6))


def _call(
    rng: np.random.Generator,
    shape: tuple[int, int, int, int],
    kernel_size: int | Pair,
    stride: int | None = None,
    padding: int = 0,
) -> Call:
    x = rng.permutation(int(np.prod(shape))).reshape(shape)  # no two are equal
    _, indices = max_pool2d(x, kernel_size, stride, padding)
    return Call(rng.standard_normal(indices.shape), indices, shape[2:])


def _peaks(
    rng: np.random.Generator,
    shape: tuple[int, int, int, int],
    kernel_size: int,
    stride: int,
    padding: int = 0,
) -> Call:
    """Draw until in each channel some pixel wins more than one window, and not all do."""
    while True:
        call = _call(rng, shape, kernel_size, stride, padding)
        planes = call.arguments[1].reshape(shape[0] * shape[1], -1)
        if all(1 < len(np.unique(plane)) < len(plane) for plane in planes):
            return call


def _count(rng: np.random.Generator, least: int, stop: int) -> int:
    return int(rng.integers(least, stop))


def _sides(rng: np.random.Generator) -> tuple[int, int]:
    height, width = rng.permutation(np.arange(5, 9))[:2]
    return int(height), int(width)


VISIBLE = (lecture, last_pixel, won_twice, won_by_one, two_channels)
HIDDEN = (
    *(side_by_side, wide_image, high_image, batch, channels, batch_of_channels, overlapping, every_place),
    *(overlapping_batch, rest, gaps, single_pixels, padded, whole_image, single_precision, larger),
)
EDGES = (no_gradient, empty_batch)


def magnitude(dy: Array, *settings: Any) -> Array:
    """Return the sums of absolute values."""
    return max_pool2d_backward(abs(dy), *settings)
