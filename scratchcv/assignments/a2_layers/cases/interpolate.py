"""Inputs of `interpolate`, bilinear alone: larger and smaller, with corners aligned or not."""

from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading import Call

LECTURE = np.array([[[[1.0, 2], [3, 4]]]])


def lecture(rng: np.random.Generator) -> Call:
    """The lecture's table: 2×2 becomes 4×4, with 1.25 and 1.75 between 1 and 2."""
    return Call(LECTURE, scale_factor=2, mode="bilinear")


def lecture_corners(rng: np.random.Generator) -> Call:
    """The lecture's 2×2 with corners aligned: thirds, not quarters."""
    return Call(LECTURE, (4, 4), mode="bilinear", align_corners=True)


def one_row(rng: np.random.Generator) -> Call:
    """A row of three pixels becomes one of six; its ends are repeated."""
    return Call(np.array([[[[0.0, 4, 8]]]]), (1, 6), mode="bilinear")


def shrunk(rng: np.random.Generator) -> Call:
    """A row of six pixels becomes one of two: nothing is smoothed before."""
    return Call(np.array([[[[0.0, 1, 4, 9, 16, 25]]]]), size=(1, 2), mode="bilinear")


def rounded_down(rng: np.random.Generator) -> Call:
    """Three pixels times 1.5 make four, not five, and the step is 1 / 1.5."""
    return Call(np.array([[[[0.0, 3, 9]]]]), None, (1.0, 1.5), "bilinear")


def doubled(rng: np.random.Generator) -> Call:
    """Twice as large."""
    return Call(_image(rng), scale_factor=2, mode="bilinear", align_corners=False)


def tripled(rng: np.random.Generator) -> Call:
    """Three times as large: every third output lies on a pixel."""
    return Call(_image(rng), scale_factor=3, mode="bilinear")


def enlarged(rng: np.random.Generator) -> Call:
    """To a size that is no multiple."""
    x = _image(rng)
    return Call(x, _size(x, *rng.permutation([2, 3])), mode="bilinear")


def made_smaller(rng: np.random.Generator) -> Call:
    """To less than half the size."""
    return Call(rng.standard_normal((1, 1, 9, 8)), (4, 3) if rng.integers(2) else (2, 3), mode="bilinear")


def stretched(rng: np.random.Generator) -> Call:
    """Larger along one side, smaller along the other."""
    x = rng.standard_normal((1, 2, *rng.permutation([5, 6])))
    return Call(x, _size(x, *(-2, 3) if rng.integers(2) else (4, -2)), mode="bilinear")


def factor_pair(rng: np.random.Generator) -> Call:
    """One factor down, another across."""
    return Call(_image(rng), None, (2.0, 3.0) if rng.integers(2) else (4.0, 1.0), "bilinear")


def broken_factor(rng: np.random.Generator) -> Call:
    """A factor that leaves half a pixel over, which is rounded down."""
    x = rng.standard_normal((1, 1, *rng.permutation([3, 5, 7])[:2]))
    return Call(x, scale_factor=1.5 if rng.integers(2) else 2.5, mode="bilinear")


def halved(rng: np.random.Generator) -> Call:
    """Half as large, from odd sides."""
    return Call(rng.standard_normal((1, 1, *rng.permutation([5, 7, 9])[:2])), None, 0.5, "bilinear")


def corners_enlarged(rng: np.random.Generator) -> Call:
    """Larger, with corners aligned."""
    x = _image(rng)
    return Call(x, _size(x, *rng.permutation([2, 3])), None, "bilinear", True)


def corners_shrunk(rng: np.random.Generator) -> Call:
    """Smaller, with corners aligned: two rows are the first and the last."""
    return Call(rng.standard_normal((1, 1, 8, 9)), (2, 4), mode="bilinear", align_corners=True)


def corners_by_factor(rng: np.random.Generator) -> Call:
    """Larger by a factor, with corners aligned."""
    factor = 2.5 if rng.integers(2) else 2.0
    return Call(_image(rng), scale_factor=factor, mode="bilinear", align_corners=True)


def batch_of_channels(rng: np.random.Generator) -> Call:
    """Several images of several channels, to a square."""
    return Call(rng.standard_normal((2, 3, 3, 4)), int(rng.integers(5, 8)), mode="bilinear")


def column(rng: np.random.Generator) -> Call:
    """An image of one column."""
    x = rng.standard_normal((1, 2, int(rng.integers(3, 6)), 1))
    return Call(x, (7, 2), mode="bilinear")


def one_pixel(rng: np.random.Generator) -> Call:
    """An image of one pixel becomes an even surface."""
    return Call(rng.standard_normal((1, 2, 1, 1)) + 3, (3, 4), mode="bilinear")


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers in single precision."""
    return Call(_image(rng).astype(np.float32), scale_factor=2, mode="bilinear")


def larger(rng: np.random.Generator) -> Call:
    """A larger image."""
    return Call(rng.standard_normal((1, 2, 9, 12)), (21, 20), mode="bilinear")


def same_size(rng: np.random.Generator) -> Call:
    """The size that it has already."""
    x = _image(rng)
    return Call(x, x.shape[2:], mode="bilinear")


def empty_batch(rng: np.random.Generator) -> Call:
    """A batch without an image."""
    return Call(np.zeros((0, 2, 3, 4)), scale_factor=2, mode="bilinear")


def _image(rng: np.random.Generator) -> Array:
    return rng.standard_normal((1, 2, *rng.permutation(np.arange(3, 6))[:2]))


def _size(x: Array, down: int, across: int) -> tuple[int, int]:
    return int(x.shape[2] + down), int(x.shape[3] + across)


VISIBLE = (lecture, lecture_corners, one_row, shrunk, rounded_down)
HIDDEN = (
    *(doubled, tripled, enlarged, made_smaller, stretched, factor_pair, broken_factor, halved),
    *(corners_enlarged, corners_shrunk, corners_by_factor, batch_of_channels, column, one_pixel),
    *(single_precision, larger),
)
EDGES = (same_size, empty_batch)


def magnitude(x: Array, *settings: Any, **named: Any) -> Array:
    """Return the size of the largest pixel times that of the image.

    A position is rounded like a number of pixels.
    """
    largest: Array = abs(x).max(axis=(2, 3), keepdims=True)
    size: Array = largest * max(x.shape[2:])
    return size
