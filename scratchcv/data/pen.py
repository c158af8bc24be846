"""A pen that draws a thing: its colours, its place, turn and proportions, and its parts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.chance import between
from scratchcv.data.shapes import (
    Colour,
    Point,
    Shape,
    capsule,
    convex_polygon,
    ellipse,
    hsv,
    outline_reach,
    paint,
    union,
)


@dataclass(frozen=True)
class Sprite:
    """A drawn thing, cut out.

    Attributes
    ----------
    layer : ndarray of shape (4, H, W)
        Red, green and blue times alpha, and alpha; float32 in [0, 1].
    keypoints : dict of str to tuple of float
        Pixel coordinates (x, y) in the layer by name; empty for all but persons.
    """

    layer: Array
    keypoints: dict[str, Point]


def direction(t: float) -> Point:
    r"""Return the unit vector :math:`(1 - t^2, 2t) / (1 + t^2)`, at the angle 2 arctan t.

    A rational function of t, so that no machine's sine or cosine enters a picture.

    Examples
    --------
    >>> direction(0.5)
    (0.6, 0.8)
    """
    return (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)


class Pen:
    """Colours of one thing, and the map from its own frame to pixels; collects painted parts.

    The frame has x to the right, y down and its origin in the thing's middle.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the colours.
    scale : tuple of float
        Pixels per unit across and down the frame.
    axis : tuple of float
        The unit vector in the image along which the frame's x axis lies.
    flip : bool
        Whether x is mirrored.

    Attributes
    ----------
    main, second, third : tuple of float
        Three colours of the one palette that all classes share.
    pale, dark : tuple of float
        For windows, faces and eyes; `dark` is the outline's colour too.

    Examples
    --------
    >>> pen = Pen(np.random.default_rng(0), (10, 10), (1, 0), flip=False)
    >>> pen.ellipse((1, 0), (0.5, 0.5)).bounds
    (5.0, -5.0, 15.0, 5.0)
    """

    def __init__(self, rng: np.random.Generator, scale: Point, axis: Point, flip: bool) -> None:
        self._scale, self._axis, self._mirror = scale, axis, -1.0 if flip else 1.0
        self._unit = math.sqrt(scale[0] * scale[1])
        self._parts: list[tuple[Shape, Colour, bool]] = []
        self.keypoints: dict[str, Point] = {}
        hue = between(rng, 0, 1)
        self.main = _fabric(rng, hue)
        self.second = _fabric(rng, hue + between(rng, 0.2, 0.8))
        self.third = _fabric(rng, between(rng, 0, 1))
        self.pale = hsv(between(rng, 0, 1), between(rng, 0.02, 0.3), between(rng, 0.85, 1))
        self.dark = hsv(hue, between(rng, 0.3, 0.7), between(rng, 0.08, 0.2))

    def place(self, point: Point) -> Point:
        """Return the pixel coordinates of a point of the frame."""
        x, y = point[0] * self._scale[0] * self._mirror, point[1] * self._scale[1]
        ux, uy = self._axis
        return ux * x - uy * y, uy * x + ux * y

    def ellipse(self, centre: Point, radii: Point, tilt: float = 0.0) -> Shape:
        """Return an ellipse, its first half axis turned by the angle of ``direction(tilt)``."""
        (ux, uy), (tx, ty) = self._axis, direction(tilt * self._mirror)
        radii = (radii[0] * self._scale[0], radii[1] * self._scale[1])
        return ellipse(self.place(centre), radii, (ux * tx - uy * ty, uy * tx + ux * ty))

    def disc(self, centre: Point, radius: float) -> Shape:
        """Return a circle, which stays one whatever the thing's proportions."""
        return ellipse(self.place(centre), (radius * self._unit, radius * self._unit))

    def polygon(self, points: Sequence[Point], rounding: float = 0.0) -> Shape:
        """Return a convex polygon, each corner replaced by a curve that starts `rounding` before it."""
        placed = [self.place(point) for point in points]
        return convex_polygon(_rounded(placed, rounding * self._unit) if rounding else placed)

    def rectangle(self, x1: float, y1: float, x2: float, y2: float, rounding: float = 0.0) -> Shape:
        """Return a rectangle in the frame's axes."""
        return self.polygon([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], rounding)

    def stroke(self, points: Sequence[Point], width: float) -> Shape:
        """Return a line through the points, with round ends and bends."""
        placed = [self.place(point) for point in points]
        return union(*(capsule(start, end, 0.5 * width * self._unit) for start, end in pairwise(placed)))

    def paint(self, shape: Shape, colour: Colour, outlined: bool = True) -> None:
        """Add a part on top of the earlier ones."""
        self._parts.append((shape, colour, outlined))

    def sprite(self) -> Sprite:
        """Return the drawing, shaded from top to bottom."""
        line = max(1.0, 0.03 * self._unit)
        x1, y1, x2, y2 = union(*(shape for shape, _, _ in self._parts)).bounds
        reach = outline_reach(line)
        left, top = math.floor(x1 - reach), math.floor(y1 - reach)
        height, width = math.ceil(y2 + reach) - top, math.ceil(x2 + reach) - left
        layer = np.zeros((4, height, width), dtype=np.float32)
        for shape, colour, outlined in self._parts:
            paint(layer, (left, top), shape, colour, self.dark, line if outlined else 0.0)
        rows = np.arange(height, dtype=np.float32)[:, None]
        layer[:3] *= 1 - rows * (0.25 / height)
        return Sprite(layer, {name: (x - left, y - top) for name, (x, y) in self.keypoints.items()})


def _fabric(rng: np.random.Generator, hue: float) -> Colour:
    """Return a colour of the shared palette: mostly vivid, some pale, some dull."""
    kind = rng.random()
    if kind < 0.12:
        return hsv(hue, between(rng, 0.0, 0.2), between(rng, 0.8, 1.0))
    if kind < 0.24:
        return hsv(hue, between(rng, 0.1, 0.6), between(rng, 0.35, 0.55))
    return hsv(hue, between(rng, 0.4, 0.95), between(rng, 0.6, 1.0))


def _rounded(points: list[Point], reach: float) -> list[Point]:
    """Return the polygon with each corner replaced by three points of a quadratic Bézier curve."""
    curve: list[Point] = []
    neighbours = zip([points[-1], *points[:-1]], points, [*points[1:], points[0]], strict=True)
    for before, corner, after in neighbours:
        ends = []
        for other in (before, after):
            dx, dy = other[0] - corner[0], other[1] - corner[1]
            share = min(reach / math.sqrt(dx * dx + dy * dy), 0.45)
            ends.append((corner[0] + share * dx, corner[1] + share * dy))
        (ax, ay), (bx, by) = ends
        middle = (0.25 * (ax + bx) + 0.5 * corner[0], 0.25 * (ay + by) + 0.5 * corner[1])
        curve += [ends[0], middle, ends[1]]
    return curve
