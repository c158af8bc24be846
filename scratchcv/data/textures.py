"""Stuff: the textured regions behind the things.

A texture is a brightness in [0, 1] for every pixel, made of value noise (small random grids, enlarged
smoothly), which mixes a dark and a light colour. Coordinates are fractions of the image, so that the same
random numbers give the same view at any size.
"""

from collections.abc import Callable

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.chance import between, pick
from scratchcv.data.shapes import Colour, hsv

STUFF_NAMES = ("sky", "grass", "water", "sand", "brick", "road")
"""The kinds of stuff; `scratchcv.data.scenes` says which values they take in a semantic map."""

SKY, GRASS, WATER, SAND, BRICK, ROAD = range(6)


def value_noise(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Array:
    r"""Return smooth noise: a small grid of uniform random numbers, enlarged to the shape.

    Between two grid lines the weights follow :math:`3t^2 - 2t^3` rather than t, which hides the lines.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of ``(cells[0] + 1) · (cells[1] + 1)`` numbers, whatever the shape.
    shape : tuple of int
        Height and width of the result.
    cells : tuple of int
        Number of grid cells down and across.

    Returns
    -------
    ndarray of shape (H, W)
        float32 in [0, 1].

    Examples
    --------
    >>> noise = value_noise(np.random.default_rng(0), (4, 6), (2, 3))
    >>> noise.shape, bool(noise.min() >= 0), bool(noise.max() <= 1)
    ((4, 6), True, True)
    """
    grid = rng.random((cells[0] + 1, cells[1] + 1)).astype(np.float32)
    row, down = _grid_position(shape[0], cells[0])
    column, across = _grid_position(shape[1], cells[1])
    left = grid[:, column]
    lines = left + (grid[:, column + 1] - left) * across  # the few grid lines first: they are short work
    upper = lines[row]
    noise: Array = upper + (lines[row + 1] - upper) * down[:, None]
    return noise


def _grid_position(pixels: int, cells: int) -> tuple[Array, Array]:
    """Return the grid cell of each pixel centre and the weight of the cell's far end."""
    position = (np.arange(pixels) + 0.5) * cells / pixels
    cell = position.astype(np.intp)
    t = position - cell
    return cell, (t * t * (3 - 2 * t)).astype(np.float32)


def _sky(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    clouds = value_noise(rng, shape, (7, 4)) + value_noise(rng, shape, (14, 9)) * 0.4
    haze = np.arange(shape[0], dtype=np.float32)[:, None] * (0.5 / shape[0])
    brightness: Array = haze + np.clip(clouds * 2 - 1.6, 0, 0.5)
    return brightness


def _grass(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    return value_noise(rng, shape, (4, 4)) * 0.55 + value_noise(rng, shape, (28, 96)) * 0.45


def _water(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    ripples = value_noise(rng, shape, (48, 7))
    return value_noise(rng, shape, (5, 2)) * 0.5 + ripples * ripples * 0.5


def _sand(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    dunes = value_noise(rng, shape, (3, 3)) * 8
    ridges = np.abs(dunes - np.floor(dunes) - 0.5)
    brightness: Array = ridges * 0.7 + value_noise(rng, shape, (96, 96)) * 0.5 + 0.1
    return brightness


def _brick(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    shades = rng.random((16, 16)).astype(np.float32) * 0.5
    courses = between(rng, 8, 12) / min(shape)  # a pixel; bricks are twice as wide as high
    down = (np.arange(shape[0])[:, None] + 0.5) * courses
    course = down.astype(np.intp)
    across = (np.arange(shape[1]) + 0.5) * (courses / 2) + course % 2 * 0.5
    brick = across.astype(np.intp)
    mortar = (down - course < 0.16) | (across - brick < 0.08)
    brightness: Array = np.where(mortar, np.float32(0.95), shades[course % 16, brick % 16])
    return brightness


def _road(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    return value_noise(rng, shape, (3, 4)) * 0.6 + value_noise(rng, shape, (96, 96)) * 0.4


Texture = Callable[[np.random.Generator, tuple[int, int]], Array]
Span = tuple[float, float]

_KINDS: tuple[tuple[Texture, Span, Span, Span], ...] = (
    (_sky, (0.5, 0.64), (0.25, 0.6), (0.7, 0.9)),
    (_grass, (0.18, 0.4), (0.35, 0.65), (0.45, 0.75)),
    (_water, (0.44, 0.62), (0.35, 0.7), (0.45, 0.8)),
    (_sand, (0.07, 0.15), (0.25, 0.5), (0.7, 0.92)),
    (_brick, (-0.03, 0.08), (0.3, 0.6), (0.5, 0.75)),
    (_road, (0.0, 1.0), (0.03, 0.12), (0.4, 0.7)),
)
"""Of each kind of stuff its texture, and between which hues, saturations and values its colour lies."""


def _tones(rng: np.random.Generator, kind: int) -> tuple[Colour, Colour]:
    """Return a kind's dark and light colour, different in every picture."""
    hue, saturation, value = (between(rng, *span) for span in _KINDS[kind][1:])
    contrast = between(rng, 0.1, 0.2)
    if kind != SKY:
        darker, lighter = value - contrast, value + contrast * 0.5
        return hsv(hue, saturation, darker), hsv(hue + 0.02, saturation * 0.85, lighter)
    if float(rng.random()) < 0.3:  # dusk
        hue += 0.4
    return hsv(hue, saturation, value), hsv(hue + 0.03, saturation * 0.25, value + 0.08)


def _regions(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[tuple[int, ...], Array]:
    """Return the kinds of stuff and which one each pixel shows: a landscape, or patches seen from above."""
    ground = [GRASS, WATER, SAND, ROAD]
    first, second = ground.pop(pick(rng, 4)), ground.pop(pick(rng, 3))
    if float(rng.random()) < 0.7:
        upper = SKY if float(rng.random()) < 0.65 else BRICK
        rows = (np.arange(shape[0], dtype=np.float32)[:, None] + 0.5) / shape[0]
        horizon, border = between(rng, 0.25, 0.6), between(rng, 0.6, 1.1)
        hills = value_noise(rng, shape, (1, 4))[:1] - 0.5
        shore = value_noise(rng, shape, (1, 5))[:1] - 0.5
        flat = upper == BRICK or first in (WATER, ROAD)
        skyline = horizon + hills * (0.0 if flat else 0.2)
        lower = np.where(rows < border + shore * 0.12, np.uint8(first), np.uint8(second))
        return (upper, first, second), np.where(rows < skyline, np.uint8(upper), lower)
    third = ground.pop(pick(rng, 2))
    patches, more = value_noise(rng, shape, (3, 3)), value_noise(rng, shape, (2, 2))
    others = np.where(more < 0.6, np.uint8(second), np.uint8(third))
    return (first, second, third), np.where(patches < 0.5, np.uint8(first), others)


def background(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Array, Array]:
    """Return a view without things: its colours and the kind of stuff at every pixel.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of all choices; how many numbers are drawn does not depend on the shape.
    shape : tuple of int
        Height and width in pixels.

    Returns
    -------
    canvas : ndarray of shape (3, H, W)
        Colours, float32 in [0, 1].
    stuff : ndarray of shape (H, W)
        Indices into `STUFF_NAMES`, uint8.

    Examples
    --------
    >>> canvas, stuff = background(np.random.default_rng(0), (48, 64))
    >>> canvas.shape, stuff.shape, stuff.dtype.name
    ((3, 48, 64), (48, 64), 'uint8')
    """
    kinds, stuff = _regions(rng, shape)
    tones = np.zeros((len(STUFF_NAMES), 2, 3), dtype=np.float32)
    brightness = np.zeros(shape, dtype=np.float32)
    for kind in kinds:
        tones[kind] = _tones(rng, kind)
        np.copyto(brightness, _KINDS[kind][0](rng, shape), where=stuff == kind)
    dark, light = tones[:, 0].T, tones[:, 1].T
    canvas: Array = dark.take(stuff, axis=1) + (light - dark).take(stuff, axis=1) * brightness
    return canvas, stuff
