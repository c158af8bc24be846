"""Inputs for `multibox_prior`: maps of all shapes, few and many sizes and ratios."""

from collections.abc import Sequence

import numpy as np

from scratchcv.boxes.anchors import multibox_prior
from scratchcv.grading import Call


def lecture_anchors(rng: np.random.Generator) -> Call:
    """EE 628's three sizes and three ratios, on a map of 2 × 2 pixels."""
    return Call(2, 2, [0.75, 0.5, 0.25], [1.0, 2.0, 0.5], dtype="float64")


def one_pixel(rng: np.random.Generator) -> Call:
    """Map of one pixel, with anchors that are as high as the map, square and four times as wide."""
    return Call(1, 1, [1.0], [1.0, 4.0])


def two_by_four(rng: np.random.Generator) -> Call:
    """Twice as wide as high: a square of pixels is half as wide as it is high in fractions of the map."""
    return Call(2, 4, [0.5], [1.0])


def first_ratio_of_four(rng: np.random.Generator) -> Call:
    """Ratios of which the first is 4: all sizes have it."""
    return Call(1, 1, [0.5, 0.25], [4.0, 1.0])


def pixel_by_pixel(rng: np.random.Generator) -> Call:
    """Small squares on a map of 2 × 3 pixels, to see their order."""
    return Call(2, 3, [0.125], [1.0], dtype="float64")


def _call(rng: np.random.Generator, height: int, width: int, sizes: int, ratios: int) -> Call:
    """Return a call with sizes below .9, and with ratios above and below 1, of which none is near 1."""
    drawn_sizes = rng.permutation(np.linspace(0.15, 0.75, sizes) + rng.uniform(0, 0.1, sizes))
    powers = rng.uniform(0.5, 1, ratios) * np.resize([1, -1], ratios) + np.arange(ratios) * 0.07
    return Call(height, width, drawn_sizes.tolist(), np.exp(powers).tolist(), dtype="float64")


def square_map(rng: np.random.Generator) -> Call:
    """Square map."""
    side = int(rng.integers(2, 5))
    return _call(rng, side, side, 2, 2)


def wide_map(rng: np.random.Generator) -> Call:
    """Wide map."""
    return _call(rng, 2, int(rng.integers(4, 7)), 2, 3)


def high_map(rng: np.random.Generator) -> Call:
    """High map."""
    return _call(rng, int(rng.integers(5, 8)), 3, 3, 2)


def single_pixel(rng: np.random.Generator) -> Call:
    """One pixel alone."""
    return _call(rng, 1, 1, 3, 3)


def one_row(rng: np.random.Generator) -> Call:
    """One row of pixels."""
    return _call(rng, 1, int(rng.integers(3, 8)), 2, 2)


def one_column(rng: np.random.Generator) -> Call:
    """One column of pixels."""
    return _call(rng, int(rng.integers(3, 8)), 1, 2, 2)


def one_size(rng: np.random.Generator) -> Call:
    """One size, several ratios."""
    return _call(rng, 3, 2, 1, 4)


def one_ratio(rng: np.random.Generator) -> Call:
    """Several sizes, one ratio."""
    return _call(rng, 2, 3, 4, 1)


def one_of_each(rng: np.random.Generator) -> Call:
    """One size and one ratio: one anchor a pixel."""
    return _call(rng, 3, 4, 1, 1)


def squares_first(rng: np.random.Generator) -> Call:
    """Ratios of which the first is 1, as in the lecture."""
    call = _call(rng, 3, 4, 3, 3)
    height, width, sizes, ratios = call.arguments
    return Call(height, width, sizes, [1.0, *ratios[1:]], dtype="float64")


def wide_first(rng: np.random.Generator) -> Call:
    """Ratios of which the first is far above 1."""
    return Call(3, 3, rng.uniform(0.2, 0.8, 3).tolist(), [float(rng.uniform(3, 5)), 1.0], dtype="float64")


def high_anchors(rng: np.random.Generator) -> Call:
    """Ratios below 1 alone."""
    return Call(2, 5, rng.uniform(0.2, 0.8, 2).tolist(), rng.uniform(0.2, 0.6, 3).tolist(), dtype="float64")


def beyond_the_border(rng: np.random.Generator) -> Call:
    """Anchors larger than the map."""
    return Call(2, 3, rng.uniform(1.2, 2, 2).tolist(), rng.uniform(1.5, 3, 2).tolist(), dtype="float64")


def small_anchors(rng: np.random.Generator) -> Call:
    """Anchors smaller than a pixel, which stay inside of the map."""
    return Call(4, 3, rng.uniform(0.02, 0.1, 2).tolist(), rng.uniform(0.4, 0.8, 2).tolist(), dtype="float64")


def more_sizes(rng: np.random.Generator) -> Call:
    """More sizes than ratios."""
    return _call(rng, 2, 4, 5, 2)


def more_ratios(rng: np.random.Generator) -> Call:
    """More ratios than sizes."""
    return _call(rng, 4, 2, 2, 5)


def single_precision(rng: np.random.Generator) -> Call:
    """Single precision, with numbers that it holds exactly."""
    sizes = (rng.permutation(np.arange(1, 7))[:2] / 8).tolist()
    return Call(4, 8, sizes, rng.permutation([0.25, 4.0, 1.0]).tolist(), dtype="float32")


def large(rng: np.random.Generator) -> Call:
    """Many pixels."""
    return _call(rng, int(rng.integers(8, 11)), int(rng.integers(11, 14)), 3, 3)


VISIBLE = (lecture_anchors, one_pixel, two_by_four, first_ratio_of_four, pixel_by_pixel)
HIDDEN = (
    square_map,
    wide_map,
    high_map,
    single_pixel,
    one_row,
    one_column,
    one_size,
    one_ratio,
    one_of_each,
    squares_first,
    wide_first,
    high_anchors,
    beyond_the_border,
    small_anchors,
    more_sizes,
    more_ratios,
    single_precision,
    large,
)


def magnitude(
    height: int, width: int, sizes: Sequence[float], ratios: Sequence[float], *, dtype: str = "float32"
) -> float:
    """Return the greatest sum of a centre and half a side, which is the furthest lower right corner."""
    return float(multibox_prior(height, width, sizes, ratios, dtype="float64")[:, 2:].max())
