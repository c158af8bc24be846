"""What regions are compared by: size, box, histograms of colour and texture; and who touches whom."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_array, check_floating, check_integers
from scratchcv.data.gaussian import gaussian_gradient

COLOR_BINS = 25
"""Bins of a channel's histogram, over [0, 1]."""

TEXTURE_BINS = 10
"""Bins of the histogram of a channel's slopes in one direction, up to the image's steepest."""


class Regions(NamedTuple):
    """The R regions of a segmentation.

    Attributes
    ----------
    sizes : ndarray of float64, shape (R,)
        Pixels.
    boxes : ndarray of int64, shape (R, 4)
        xyxy; a box that holds column 7 alone has x1 = 7 and x2 = 8.
    colors, textures : ndarray of float64, shape (R, C · 25) and (R, C · 80)
        How many of the pixels fall into each bin of each histogram: whole numbers.
    pairs : ndarray of int64, shape (P, 2)
        Regions a < b that touch, at a side or a corner.

    Examples
    --------
    >>> regions = describe_regions([[0, 0, 1]], np.zeros((1, 1, 3)))
    >>> regions.sizes.tolist(), regions.boxes.tolist(), regions.pairs.tolist()
    ([2.0, 1.0], [[0, 0, 2, 1], [2, 0, 3, 1]], [[0, 1]])
    """

    sizes: Array
    boxes: Array
    colors: Array
    textures: Array
    pairs: Array


def describe_regions(labels: ArrayLike, planes: ArrayLike) -> Regions:
    """Return the regions of a segmented image with all that similarity asks for.

    Parameters
    ----------
    labels : array_like of int, shape (H, W)
        0 … R − 1, each at least once; see `scratchcv.proposals.felzenszwalb`.
    planes : array_like of shape (C, H, W)
        The image in [0, 1], channel by channel.

    Returns
    -------
    Regions

    References
    ----------
    Uijlings et al., "Selective Search for Object Recognition", IJCV 2013, section 3.2.

    Examples
    --------
    >>> regions = describe_regions([[0, 0, 1]], np.array([[[0.5, 0.1, 1]]]))
    >>> regions.colors[0].nonzero()[0].tolist(), regions.colors[1].nonzero()[0].tolist()
    ([2, 12], [24])
    """
    channels = check_floating("planes", planes, ("C", "H", "W"))
    segments = check_integers("labels", labels, channels.shape[1:], None)
    return count_regions(segments, color_levels(channels), texture_levels(channels))


def count_regions(labels: Array, colors: Array, textures: Array) -> Regions:
    """Return the regions of a segmentation of an image whose levels are known; see `describe_regions`.

    Examples
    --------
    >>> colors, textures = np.array([[[3, 0, 3]]], np.uint8), np.zeros((0, 1, 3), np.uint8)
    >>> count_regions(np.array([[0, 1, 1]]), colors, textures).colors[1, :4].tolist()
    [1.0, 0.0, 0.0, 1.0]
    """
    sizes = np.bincount(labels.reshape(-1)).astype(np.float64)
    return Regions(
        sizes,
        _boxes(labels, len(sizes)),
        region_histograms(labels, colors, COLOR_BINS, len(sizes)),
        region_histograms(labels, textures, TEXTURE_BINS, len(sizes)),
        _pairs(labels, len(sizes)),
    )


def color_levels(planes: Array) -> Array:
    """Return into which of 25 bins each pixel's channels fall, uint8 (C, H, W).

    Examples
    --------
    >>> color_levels(np.array([[[0, 0.5, 1]]])).tolist()
    [[[0, 12, 24]]]
    """
    return np.asarray(np.clip(planes * COLOR_BINS, 0, COLOR_BINS - 1), np.uint8)


def texture_levels(planes: Array) -> Array:
    """Return into which of 10 bins each pixel's slopes in eight directions fall, uint8 (8 C, H, W).

    Slopes are Gaussian derivatives with σ = 1; one that falls counts as none, since the opposite direction
    has it. The last bin ends at the image's steepest slope in that channel and direction.

    Examples
    --------
    >>> texture_levels(np.array([[[0, 0, 0, 1, 1, 1.0]]]))[:, 0, 2].tolist()
    [9, 9, 0, 0, 0, 0, 0, 9]
    """
    dx, dy = gaussian_gradient(planes, 1.0)
    diagonal = planes.dtype.type(np.sqrt(0.5))
    slopes = np.empty((len(planes), 8, *planes.shape[1:]), planes.dtype)
    np.stack([dx, diagonal * (dx + dy), dy, diagonal * (dy - dx)], axis=1, out=slopes[:, :4])
    np.negative(slopes[:, :4], out=slopes[:, 4:])
    steepest = slopes.max(axis=(2, 3), keepdims=True, initial=1e-6)  # a flat image has no slope, but noise
    slopes *= TEXTURE_BINS / steepest
    levels = np.clip(slopes, 0, TEXTURE_BINS - 1, out=slopes).astype(np.uint8)
    return levels.reshape(8 * len(planes), *planes.shape[1:])


def region_histograms(labels: Array, levels: Array, bins: int, regions: int) -> Array:
    """Return how many of each region's pixels fall into each bin of each histogram.

    Parameters
    ----------
    labels : ndarray of int64, shape (H, W)
        0 … regions − 1.
    levels : ndarray of uint8, shape (F, H, W)
        For each histogram the bin of each pixel, 0 … bins − 1.
    bins, regions : int
        How many there are.

    Returns
    -------
    ndarray of float64, shape (regions, F · bins)
        Histogram by histogram.

    Examples
    --------
    >>> region_histograms(np.array([[0, 0, 1]]), np.array([[[1, 1, 0]]], np.uint8), 2, 2).tolist()
    [[0.0, 2.0], [1.0, 0.0]]
    """
    pixels = check_array("labels", labels, ("H", "W"))
    kinds = check_array("levels", levels, ("F", *pixels.shape))
    columns = np.ascontiguousarray(kinds).reshape(len(kinds), pixels.size)
    return active_form(region_histograms_numpy)(np.ascontiguousarray(pixels).ravel(), columns, bins, regions)


def region_histograms_numpy(labels: Array, levels: Array, bins: int, regions: int) -> Array:
    """Give every bin of every region a number, and count how often each number occurs."""
    width = len(levels) * bins
    numbers = labels * width + np.arange(0, width, bins)[:, None] + levels
    counts = np.bincount(numbers.reshape(-1), minlength=regions * width)
    return counts.reshape(regions, width).astype(np.float64)


def _boxes(labels: Array, regions: int) -> Array:
    """Return the tight bounding boxes."""
    y, x = np.indices(labels.shape).reshape(2, -1)
    boxes = np.tile(np.array([max(labels.shape)] * 2 + [0, 0]), (regions, 1))
    for column, (extreme, values) in enumerate(
        [(np.minimum, x), (np.minimum, y), (np.maximum, x + 1), (np.maximum, y + 1)]
    ):
        extreme.at(boxes[:, column], labels.reshape(-1), values)
    return boxes


def _pairs(labels: Array, regions: int) -> Array:
    """Return the pairs of regions that touch, sorted."""
    beside = [
        (labels[:, 1:], labels[:, :-1]),
        (labels[1:], labels[:-1]),
        (labels[1:, 1:], labels[:-1, :-1]),
        (labels[:-1, 1:], labels[1:, :-1]),
    ]
    codes = [np.minimum(p, q)[p != q] * regions + np.maximum(p, q)[p != q] for p, q in beside]
    return np.stack(np.divmod(np.unique(np.concatenate(codes)), max(regions, 1)), axis=1)
