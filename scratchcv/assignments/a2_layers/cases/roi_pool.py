"""Inputs of `roi_pool`: regions drawn in pixels of the map, then moved by less than half and scaled up.

Sides of 28 pixels at most: there (h + 1) · size / H' rounds up alike in every order and precision.
"""

from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading import Call
from scratchcv.grading.compare import compare
from scratchcv.layers.roi_pool import roi_pool
from scratchcv.layers.shapes import Pair

SIXTEEN = np.arange(16.0).reshape(1, 1, 4, 4)


def two_regions(rng: np.random.Generator) -> Call:
    """Two regions of a 4×4 map that is ten times smaller than its image."""
    return Call(SIXTEEN, np.array([[0, 0, 0, 20, 20], [0, 0, 10, 30, 30.0]]), 2, 0.1)


def whole_map(rng: np.random.Generator) -> Call:
    """The whole map in a grid of 2×2: both corners belong to the region."""
    return Call(SIXTEEN, np.array([[0, 0, 0, 3, 3.0]]), 2)


def shared_row(rng: np.random.Generator) -> Call:
    """Three rows in two bins: the middle row belongs to both."""
    x = np.array([[1.0, 2], [8, 9], [3, 4]]).reshape(1, 1, 3, 2)
    return Call(x, np.array([[0, 0, 0, 1, 2.0]]), (2, 1))


def wide_region(rng: np.random.Generator) -> Call:
    """A region that is wide and low: x runs along the row."""
    return Call(SIXTEEN, np.array([[0, 0, 1, 3, 1.0]]), (1, 4))


def beyond_the_map(rng: np.random.Generator) -> Call:
    """A region that reaches beyond the map: bins without a pixel are 0, with the index −1."""
    return Call(SIXTEEN + 1, np.array([[0, 2, 2, 5, 5.0]]), 2)


def half_a_pixel(rng: np.random.Generator) -> Call:
    """Corners between two pixels round up: 0.5 to 1, and 2.5 to 3."""
    return Call(SIXTEEN, np.array([[0, 1, 1, 5, 5.0]]), 1, 0.5)


def one_bin(rng: np.random.Generator) -> Call:
    """One bin: the largest value of each region."""
    x = _map(rng)
    return Call(x, _regions(rng, x, 3), 1)


def even_bins(rng: np.random.Generator) -> Call:
    """Regions that the grid divides evenly."""
    x = _map(rng, 2)
    return Call(x, _moved(rng, [[0, 1, 0, 4, 5], [0, 2, 1, 5, 4], [0, 0, 2, 5, 3]]), 2)


def shared_pixels(rng: np.random.Generator) -> Call:
    """Regions that the grid does not divide evenly: bins share rows and columns."""
    x = _map(rng, 2)
    return Call(x, _moved(rng, [[0, 0, 0, 4, 4], [0, 1, 2, 5, 4], [0, 1, 1, 5, 5]]), 2)


def scaled(rng: np.random.Generator) -> Call:
    """A map that is smaller than its image."""
    x = _map(rng)
    scale = 0.25 if rng.integers(2) else 0.125
    return Call(x, _regions(rng, x, 4, scale), 2, scale)


def scaled_larger(rng: np.random.Generator) -> Call:
    """A map that is larger than its image."""
    x = _map(rng)
    return Call(x, _regions(rng, x, 4, 2.0), 2, spatial_scale=2.0)


def grid_pair(rng: np.random.Generator) -> Call:
    """A grid of more rows than columns, or more columns than rows."""
    x = _map(rng)
    return Call(x, _regions(rng, x, 3), (1, 3) if rng.integers(2) else (3, 2))


def more_bins_than_pixels(rng: np.random.Generator) -> Call:
    """Regions with fewer pixels than the grid has bins."""
    x = _map(rng, 2)
    left, top = rng.integers(0, 4, 2)
    return Call(x, _moved(rng, [[0, left, top, left + 1, top], [0, top, left, top, left + 1]]), 3)


def several_images(rng: np.random.Generator) -> Call:
    """Regions of several images, not in their order."""
    x = _map(rng, 2, 3)
    regions = _regions(rng, x, 6)
    regions[:, 0] = rng.permutation([0, 1, 2, 2, 1, 2])
    return Call(x, regions, 2)


def several_channels(rng: np.random.Generator) -> Call:
    """Several channels, whose indices all count from 0."""
    x = _map(rng, int(rng.integers(3, 6)))
    return Call(x, _regions(rng, x, 2), 2)


def over_the_near_border(rng: np.random.Generator) -> Call:
    """Regions that begin outside, above and on the left."""
    x = _map(rng, 3) + 50
    regions = np.array([[0, -2, 1, 3, 4], [0, 1, -3, 4, 2], [0, -3, -1, 4, 4]])
    moved = _moved(rng, regions)
    # Outside they move towards the map, where to round is not to cut off the fraction.
    return Call(x, np.where(regions < 0, regions + abs(moved - regions), moved), 2)


def over_the_far_border(rng: np.random.Generator) -> Call:
    """Regions that end outside, below and on the right."""
    x = _map(rng) + 50
    H, W = x.shape[2:]
    return Call(
        x, _moved(rng, [[0, 1, 1, W + 1, 4], [0, 2, 0, 4, H + 2], [0, W - 1, H - 2, W + 4, H + 3]]), 2
    )


def outside_altogether(rng: np.random.Generator) -> Call:
    """A region that has no pixel of the map, beside one that has."""
    x = _map(rng)
    far = max(x.shape[2:]) + 2
    return Call(x, _moved(rng, [[0, far, 0, far + 3, 3], [0, 0, 1, 4, 4], [0, -6, -5, -3, -2]]), 2)


def negative(rng: np.random.Generator) -> Call:
    """Only negative values."""
    x = -abs(_map(rng, 2)) - 1
    return Call(x, _regions(rng, x, 3), 2)


def halves(rng: np.random.Generator) -> Call:
    """Corners that lie exactly between two pixels."""
    x = _map(rng)
    return Call(x, np.array([[0, 0.5, 1.5, 3, 5], [0, 1, 0.5, 4.5, 2.5], [0, 2.5, 0, 4.5, 3.5]]), 2)


def one_pixel(rng: np.random.Generator) -> Call:
    """Regions of less than a pixel count as one."""
    x = _map(rng, 2)
    corner = rng.integers(0, 5, 2)
    near = np.concatenate([[0], corner - rng.uniform(0.1, 0.4, 2), corner + rng.uniform(0.1, 0.4, 2)])
    return Call(x, near[None], 1 if rng.integers(2) else 2)


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers in single precision."""
    x = _map(rng, 2)
    return Call(x.astype(np.float32), _regions(rng, x, 3, 0.25).astype(np.float32), 2, 0.25)


def larger(rng: np.random.Generator) -> Call:
    """A larger map and a grid of 4×4."""
    x = _distinct(rng, 2, 2, 13, 15)
    regions = _regions(rng, x, 4, 0.125)
    regions[:, 0] = [0, 1, 1, 0]
    return Call(x, regions, 4, 0.125)


def equal_maxima(rng: np.random.Generator) -> Call:
    """Bins with several equal maxima: any of them may be reported."""
    x = rng.integers(-2, 2, (1, 2, 6, 7)).astype(np.float64)
    return Call(x, _regions(rng, x, 4), 2)


def no_regions(rng: np.random.Generator) -> Call:
    """No region."""
    return Call(_map(rng), np.zeros((0, 5)), 2)


def _distinct(rng: np.random.Generator, *shape: int) -> Array:
    """Draw values of both signs, each of which occurs once and is no whole number."""
    size = int(np.prod(shape))
    values: Array = (rng.permutation(size) - size // 2 + 0.5) / 4
    return values.reshape(shape)


def _map(rng: np.random.Generator, C: int = 1, N: int = 1) -> Array:
    return _distinct(rng, N, C, *rng.permutation([6, 7, 8])[:2])


def _regions(rng: np.random.Generator, x: Array, count: int, scale: float = 1.0) -> Array:
    """Draw regions of the first image of two rows and three columns at least, not on both diagonals."""
    H, W = x.shape[2:]
    corners: list[list[int]] = []
    while len(corners) < count:
        left, right = sorted(rng.choice(W, 2, replace=False))
        top, bottom = sorted(rng.choice(H, 2, replace=False))
        if right - left > 1 and (left, right) != (top, bottom):
            corners.append([0, int(left), int(top), int(right), int(bottom)])
    return _moved(rng, corners, scale)


def _moved(rng: np.random.Generator, regions: Any, scale: float = 1.0) -> Array:
    """Move corners by less than half a pixel, and scale them to pixels of the image."""
    moved = np.array(regions, np.float64)
    moved[:, 1:] += rng.uniform(-0.4, 0.4, moved[:, 1:].shape)
    moved[:, 1:] /= scale
    return moved


VISIBLE = (two_regions, whole_map, shared_row, wide_region, beyond_the_map, half_a_pixel)
HIDDEN = (
    *(one_bin, even_bins, shared_pixels, scaled, scaled_larger, grid_pair, more_bins_than_pixels),
    *(several_images, several_channels, over_the_near_border, over_the_far_border, outside_altogether),
    *(negative, halves, one_pixel, single_precision, larger, equal_maxima),
)
EDGES = (no_regions,)


def magnitude(x: Array, rois: Array, *settings: Any, **named: Any) -> tuple[Array, Array]:
    """Return the sizes of the maxima."""
    y, indices = roi_pool(x, rois, *settings, **named)
    return abs(y), indices


def accepts(
    found: tuple[Array, Array],
    expected: tuple[Array, Array],
    x: Array,
    rois: Array,
    output_size: int | Pair,
    spatial_scale: float = 1.0,
) -> str:
    """Say what is wrong with maxima, or with indices: each must name a pixel of its bin that is as large."""
    y, indices = map(np.asarray, found)
    if y.shape != expected[0].shape or indices.shape != y.shape:
        return f"the shapes are {y.shape} and {indices.shape}, expected {expected[0].shape} twice"
    if compare(y, expected[0]):
        return "the maxima differ"
    if not y.size:
        return ""
    empty = expected[1] < 0
    if ((indices == -1) != empty).any() or (indices < -1).any() or (indices >= x[0, 0].size).any():
        return "an index is not one of a pixel of the map, or −1 where the bin has none"
    height, width = y.shape[2:]
    corners = np.trunc(rois * spatial_scale + np.copysign(0.5, rois))[:, 1:].astype(np.int64)
    row, column = np.divmod(indices, x.shape[3])
    down = _inside(row, corners[:, 1], corners[:, 3], np.arange(height)[:, None], height)
    across = _inside(column, corners[:, 0], corners[:, 2], np.arange(width), width)
    if not (empty | (down & across)).all():
        return "an index lies outside its bin"
    image = rois[:, 0].astype(np.int64)[:, None, None, None]
    there = x[image, np.arange(x.shape[1])[:, None, None], row, column]
    return "" if (empty | (there == expected[0])).all() else "an index does not point to the maximum"


def _inside(place: Array, first: Array, last: Array, number: Array, bins: int) -> Array:
    """Say whether places (K, C, H', W') lie in the bins of these numbers."""
    first, size = first[:, None, None, None], (last - first + 1)[:, None, None, None]
    start, stop = first + number * size // bins, first - -(number + 1) * size // bins
    inside: Array = (start <= place) & (place < stop)
    return inside
