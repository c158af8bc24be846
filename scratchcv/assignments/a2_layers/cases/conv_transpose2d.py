"""Inputs of `conv_transpose2d`: each setting by itself, then together."""

from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading import Call
from scratchcv.layers.conv_transpose2d import conv_transpose2d

SQUARE = np.array([[[[0.0, 1], [2, 3]]]])
ROW, STAMP = np.array([[[[7.0, 11]]]]), np.array([[[[2.0, 3, 5]]]])


def lecture_stamps(rng: np.random.Generator) -> Call:
    """The lecture's 2×2 image and 2×2 filter: four stamps add up to 3×3."""
    return Call(SQUARE, SQUARE)


def lecture_row(rng: np.random.Generator) -> Call:
    """The lecture's row (a, b) and filter (x, y, z) with stride 2: az + bx in the middle."""
    return Call(ROW, STAMP, stride=2)


def lecture_trimmed(rng: np.random.Generator) -> Call:
    """The lecture's 3×3 filter with stride 2 on 2×2: 5×5, of which the first row and column are trimmed."""
    weight = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    return Call(SQUARE + 1, weight, None, 2, 1, 1)


def padding_trims(rng: np.random.Generator) -> Call:
    """Padding 1 trims the 3×3 of the first example to its middle."""
    return Call(SQUARE, SQUARE, padding=1)


def stride_two(rng: np.random.Generator) -> Call:
    """A 2×2 filter with stride 2: stamps lie side by side."""
    return Call(SQUARE, SQUARE, stride=2)


def bias_added_once(rng: np.random.Generator) -> Call:
    """The bias is added once, also where two stamps overlap or none falls."""
    return Call(ROW, STAMP, np.array([100.0]), (3, 2), 0, (1, 0))


def one_channel(rng: np.random.Generator) -> Call:
    """One channel and one filter: stamps overlap everywhere."""
    return Call(_image(rng), rng.standard_normal((1, 1, 3, 3)))


def channels_in(rng: np.random.Generator) -> Call:
    """Several input channels add up to one output channel."""
    C = _count(rng, 2, 5)
    return Call(_image(rng, 1, C), rng.standard_normal((C, 1, 2, 2)))


def channels_out(rng: np.random.Generator) -> Call:
    """Several channels in and out."""
    C, O = rng.permutation([2, 3, 4])[:2].tolist()
    return Call(_image(rng, 1, C), rng.standard_normal((C, O, 2, 3)), stride=2)


def as_many_out_as_in(rng: np.random.Generator) -> Call:
    """As many channels out as in: the weight's first axis is that of the input."""
    C = _count(rng, 2, 4)
    return Call(_image(rng, 1, C), rng.standard_normal((C, C, 3, 2)), padding=1)


def batch(rng: np.random.Generator) -> Call:
    """Several images, with a bias."""
    return Call(_image(rng, _count(rng, 2, 4), 2), rng.standard_normal((2, 3, 2, 2)), rng.standard_normal(3))


def bias(rng: np.random.Generator) -> Call:
    """Stamps that overlap, with a bias."""
    O = _count(rng, 2, 4)
    return Call(_image(rng), rng.standard_normal((1, O, 3, 3)), bias=rng.standard_normal(O), stride=2)


def stride(rng: np.random.Generator) -> Call:
    """Stamps that overlap by a row and a column."""
    return Call(_image(rng), rng.standard_normal((1, 1, 3, 3)), stride=2)


def gaps(rng: np.random.Generator) -> Call:
    """A stride that is longer than the filter: gaps between the stamps."""
    return Call(_image(rng), rng.standard_normal((1, 2, 2, 1)), rng.standard_normal(2), stride=3)


def padding(rng: np.random.Generator) -> Call:
    """Padding, which trims."""
    return Call(_image(rng), rng.standard_normal((1, 1, 3, 3)), padding=1)


def doubled(rng: np.random.Generator) -> Call:
    """A 4×4 filter with stride 2 and padding 1: twice as large."""
    return Call(_image(rng, 1, 2), rng.standard_normal((2, 1, 4, 4)), None, 2, 1)


def output_padding(rng: np.random.Generator) -> Call:
    """Padding 1 and output_padding 1: rows and columns that are kept after all."""
    return Call(_image(rng), rng.standard_normal((1, 1, 3, 3)), None, 2, 1, 1)


def output_padding_alone(rng: np.random.Generator) -> Call:
    """A row and column beyond all stamps, where the bias alone stands."""
    return Call(_image(rng), rng.standard_normal((1, 1, 2, 2)), rng.standard_normal(1), 2, output_padding=1)


def output_padding_pair(rng: np.random.Generator) -> Call:
    """Rows kept at the bottom but no columns, or columns but no rows."""
    both = (1, 0) if rng.integers(2) else (0, 2)
    return Call(_image(rng), rng.standard_normal((1, 1, 4, 4)), None, 3, 1, both)


def stride_pair(rng: np.random.Generator) -> Call:
    """One stride down, another across."""
    both = (1, 2) if rng.integers(2) else (3, 2)
    return Call(_image(rng), rng.standard_normal((1, 1, 3, 2)), stride=both)


def padding_pair(rng: np.random.Generator) -> Call:
    """One padding above and below, another on the left and right."""
    both = (0, 1) if rng.integers(2) else (2, 1)
    return Call(_image(rng), rng.standard_normal((1, 1, 3, 3)), None, 2, both)


def single_pixels(rng: np.random.Generator) -> Call:
    """A 1×1 filter with stride 2: a bed of nails."""
    return Call(_image(rng, 1, 2), rng.standard_normal((2, 2, 1, 1)), stride=2)


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers in single precision."""
    shapes = (2, 2, 3, 3), (2,)
    arrays = [_image(rng, 1, 2), *map(rng.standard_normal, shapes)]
    return Call(*(array.astype(np.float32) for array in arrays), 2, 1)


def larger(rng: np.random.Generator) -> Call:
    """A larger image."""
    x = rng.standard_normal((1, 3, 7, 9))
    return Call(x, rng.standard_normal((3, 2, 5, 4)), rng.standard_normal(2), 2, (2, 1), (1, 0))


def empty_batch(rng: np.random.Generator) -> Call:
    """A batch without an image."""
    return Call(np.zeros((0, 2, 3, 4)), rng.standard_normal((2, 3, 3, 3)), None, 2, 1)


def _count(rng: np.random.Generator, least: int, stop: int) -> int:
    return int(rng.integers(least, stop))


def _image(rng: np.random.Generator, N: int = 1, C: int = 1) -> Array:
    return rng.standard_normal((N, C, *rng.permutation([2, 3, 4])[:2]))


VISIBLE = (lecture_stamps, lecture_row, lecture_trimmed, padding_trims, stride_two, bias_added_once)
HIDDEN = (
    *(one_channel, channels_in, channels_out, as_many_out_as_in, batch, bias, stride, gaps, padding, doubled),
    *(output_padding, output_padding_alone, output_padding_pair, stride_pair, padding_pair, single_pixels),
    *(single_precision, larger),
)
EDGES = (empty_batch,)


def magnitude(x: Array, weight: Array, bias: Array | None = None, *settings: Any, **named: Any) -> Array:
    """Return the transposed convolution of absolute values."""
    return conv_transpose2d(abs(x), abs(weight), None if bias is None else abs(bias), *settings, **named)
