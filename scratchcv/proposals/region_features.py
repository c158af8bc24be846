"""What regions are compared by: size, bounding box, histograms of colour and texture, and who touches whom."""

from typing import NamedTuple

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array
from scratchcv.data.gaussian import gaussian_gradient

COLOR_BINS = 25
TEXTURE_BINS = 10


class Regions(NamedTuple):
    sizes: Array
    boxes: Array
    colors: Array
    textures: Array
    pairs: Array


def describe_regions(labels: Array, planes: Array) -> Regions:
    return count_regions(labels, color_levels(planes), texture_levels(planes))


def count_regions(labels: Array, colors: Array, textures: Array) -> Regions:
    regions = int(labels.max(initial=-1)) + 1
    return Regions(
        np.bincount(labels.reshape(-1), minlength=regions).astype(np.float64),
        region_boxes(labels, regions),
        region_histograms(labels, colors, COLOR_BINS, regions),
        region_histograms(labels, textures, TEXTURE_BINS, regions),
        region_neighbours(labels, regions),
    )


def color_levels(planes: Array) -> Array:
    return np.minimum(planes * COLOR_BINS, COLOR_BINS - 1).astype(np.uint8)


def texture_levels(planes: Array) -> Array:
    dx, dy = gaussian_gradient(planes, 1.0)
    slant = np.asarray(np.sqrt(0.5), planes.dtype)
    half = np.stack([dx, (dx + dy) * slant, dy, (dy - dx) * slant], axis=1)
    slopes = np.concatenate([half, -half], axis=1)
    highest = slopes.max(axis=(2, 3), keepdims=True, initial=1e-6)
    levels = np.minimum(np.maximum(slopes, 0) * (TEXTURE_BINS / highest), TEXTURE_BINS - 1).astype(np.uint8)
    return levels.reshape(-1, *planes.shape[1:])


def region_histograms(labels: Array, levels: Array, bins: int, regions: int) -> Array:
    return active_form(region_histograms_numpy)(labels.reshape(-1), levels.reshape(len(levels), -1), bins, regions)


def region_histograms_numpy(labels: Array, levels: Array, bins: int, regions: int) -> Array:
    width = len(levels) * bins
    places = labels * width + np.arange(0, width, bins)[:, None] + levels
    return np.bincount(places.reshape(-1), minlength=regions * width).reshape(regions, width).astype(np.float64)


def region_boxes(labels: Array, regions: int) -> Array:
    H, W = labels.shape
    boxes = np.empty((regions, 4), np.int64)
    y, x = np.divmod(np.arange(H * W), W)
    flat = labels.reshape(-1)
    boxes[:, :2] = max(H, W)
    boxes[:, 2:] = 0
    np.minimum.at(boxes[:, 0], flat, x)
    np.minimum.at(boxes[:, 1], flat, y)
    np.maximum.at(boxes[:, 2], flat, x + 1)
    np.maximum.at(boxes[:, 3], flat, y + 1)
    return boxes


def region_neighbours(labels: Array, regions: int) -> Array:
    sides = [
        (labels[:, :-1], labels[:, 1:]),
        (labels[:-1], labels[1:]),
        (labels[:-1, :-1], labels[1:, 1:]),
        (labels[:-1, 1:], labels[1:, :-1]),
    ]
    a, b = (np.concatenate([side.ravel() for side in ends]) for ends in zip(*sides))
    differ = a != b
    a, b = a[differ], b[differ]
    codes = np.unique(np.minimum(a, b) * regions + np.maximum(a, b))
    return np.stack(np.divmod(codes, regions), axis=1)
