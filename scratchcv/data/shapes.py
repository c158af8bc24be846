"""Flat shapes as signed distances, painted with smooth edges: what the drawn things are made of.

A shape knows, for every pixel centre, how far its edge is: negative inside, positive outside, in pixels. Two
shapes are united by the smaller distance and intersected by the larger one; a band of constant distance is an
outline. Only correctly rounded operations occur (+ − × ÷ √ and comparisons), which IEEE 754 fixes to the last
bit, so a picture is the same on every machine.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scratchcv.checks import Array

Point = tuple[float, float]
Colour = tuple[float, float, float]
"""Red, green and blue in [0, 1]."""


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """Return the colour of a hue (in turns, any number), a saturation and a value in [0, 1].

    Examples
    --------
    >>> hsv(1 / 3, 1, 0.5)
    (0.0, 0.5, 0.0)
    """

    def channel(shift: int) -> float:
        k = (shift + 6 * hue) % 6
        return value - value * saturation * max(0.0, min(k, 4 - k, 1.0))

    return channel(5), channel(3), channel(1)


@dataclass(frozen=True)
class Shape:
    """A region of the plane.

    Attributes
    ----------
    distance : callable
        Maps pixel centres ``xs`` (1, W) and ``ys`` (H, 1) to signed distances (H, W) in pixels.
    bounds : tuple of float
        A box ``(x1, y1, x2, y2)`` that holds the region.

    Examples
    --------
    >>> disc = ellipse((0, 0), (2, 2))
    >>> disc.distance(np.float32([[0, 2, 5]]), np.float32([[0]])).tolist()
    [[-2.0, 0.0, 3.0]]
    """

    distance: Callable[[Array, Array], Array]
    bounds: tuple[float, float, float, float]


def ellipse(centre: Point, radii: Point, axis: Point = (1.0, 0.0)) -> Shape:
    r"""Return an ellipse; its distance is exact for a circle and of first order in general.

    With :math:`k = |(u/a, v/b)|`, which is 1 on the edge, the distance is about
    :math:`k (k - 1) / |(u/a^2, v/b^2)|`: the value of :math:`(k^2 - k)` over its slope.

    Parameters
    ----------
    centre, radii : tuple of float
        The middle and the two half axes a and b.
    axis : tuple of float
        The unit vector along which the first half axis lies.

    Examples
    --------
    >>> ellipse((0, 0), (4, 2)).distance(np.float32([[4]]), np.float32([[0]])).tolist()
    [[0.0]]
    """
    (cx, cy), (a, b), (ux, uy) = centre, radii, axis

    def distance(xs: Array, ys: Array) -> Array:
        dx, dy = xs - cx, ys - cy
        if a == b:
            return np.sqrt(dx * dx + dy * dy) - a
        u, v = (ux * dx + uy * dy) / a, (ux * dy - uy * dx) / b
        # The floor keeps the quotient finite at the centre, where both lengths vanish.
        k = np.maximum(np.sqrt(u * u + v * v), 1e-3)
        u /= a
        v /= b
        slope = np.maximum(np.sqrt(u * u + v * v), 1e-3 / max(a, b))
        quotient: Array = k * (k - 1) / slope
        return quotient

    reach_x = math.sqrt((a * ux) * (a * ux) + (b * uy) * (b * uy))
    reach_y = math.sqrt((a * uy) * (a * uy) + (b * ux) * (b * ux))
    return Shape(distance, (cx - reach_x, cy - reach_y, cx + reach_x, cy + reach_y))


def convex_polygon(points: Sequence[Point]) -> Shape:
    r"""Return a convex polygon; outside a corner the distance is that to the nearer edge's line.

    :math:`d(p) = \max_i \; n_i \cdot (p - p_i)` over the edges with outward unit normals :math:`n_i`.

    Parameters
    ----------
    points : sequence of tuple of float
        The corners in either sense of rotation, no two neighbours equal.

    Examples
    --------
    >>> square = convex_polygon([(0, 0), (4, 0), (4, 4), (0, 4)])
    >>> square.distance(np.float32([[2, 5]]), np.float32([[1]])).tolist()
    [[-1.0, 1.0]]
    """
    edges = list(zip(points, [*points[1:], points[0]], strict=True))
    area = 0.0
    for (x1, y1), (x2, y2) in edges:
        area += x1 * y2 - x2 * y1
    sense = 1.0 if area > 0 else -1.0
    lines = []
    for (x1, y1), (x2, y2) in edges:
        dx, dy = x2 - x1, y2 - y1
        length = sense * math.sqrt(dx * dx + dy * dy)
        lines.append((dy / length, -dx / length, (dy * x1 - dx * y1) / length))
    normal_x, normal_y, offset = (
        np.array(column, dtype=np.float32)[:, None, None] for column in zip(*lines, strict=True)
    )

    def distance(xs: Array, ys: Array) -> Array:
        nearest: Array = np.maximum.reduce(normal_x * xs + (normal_y * ys - offset), axis=0)
        return nearest

    all_x, all_y = [x for x, _ in points], [y for _, y in points]
    return Shape(distance, (min(all_x), min(all_y), max(all_x), max(all_y)))


def capsule(start: Point, end: Point, radius: float) -> Shape:
    """Return all points within `radius` of a line segment: a stroke with round ends.

    Examples
    --------
    >>> capsule((0, 0), (4, 0), 1).distance(np.float32([[2, 6]]), np.float32([[3]])).tolist()[0][0]
    2.0
    """
    (x1, y1), (x2, y2) = start, end
    ex, ey = x2 - x1, y2 - y1
    length_squared = max(ex * ex + ey * ey, 1e-9)

    def distance(xs: Array, ys: Array) -> Array:
        dx, dy = xs - x1, ys - y1
        along = (ex / length_squared) * dx + (ey / length_squared) * dy
        along = np.minimum(np.maximum(along, 0), 1)
        dx, dy = dx - ex * along, dy - ey * along
        return np.sqrt(dx * dx + dy * dy) - radius

    return Shape(
        distance,
        (min(x1, x2) - radius, min(y1, y2) - radius, max(x1, x2) + radius, max(y1, y2) + radius),
    )


def union(*shapes: Shape) -> Shape:
    """Return what lies in any of the shapes.

    Examples
    --------
    >>> union(ellipse((0, 0), (1, 1)), ellipse((4, 0), (2, 2))).bounds
    (-1.0, -2.0, 6.0, 2.0)
    """

    def distance(xs: Array, ys: Array) -> Array:
        nearest = shapes[0].distance(xs, ys)
        for shape in shapes[1:]:
            nearest = np.minimum(nearest, shape.distance(xs, ys))
        return nearest

    x1, y1, x2, y2 = zip(*(shape.bounds for shape in shapes), strict=True)
    return Shape(distance, (min(x1), min(y1), max(x2), max(y2)))


def intersection(first: Shape, second: Shape) -> Shape:
    """Return what lies in both shapes.

    Examples
    --------
    >>> intersection(ellipse((0, 0), (2, 2)), ellipse((3, 0), (2, 2))).bounds
    (1.0, -2.0, 2.0, 2.0)
    """
    a, b = first.bounds, second.bounds
    bounds = (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
    return Shape(lambda xs, ys: np.maximum(first.distance(xs, ys), second.distance(xs, ys)), bounds)


def difference(first: Shape, second: Shape) -> Shape:
    """Return what lies in the first shape and not in the second.

    Examples
    --------
    >>> ring = difference(ellipse((0, 0), (3, 3)), ellipse((0, 0), (2, 2)))
    >>> ring.distance(np.float32([[0, 2.5]]), np.float32([[0]])).tolist()
    [[2.0, -0.5]]
    """
    return Shape(lambda xs, ys: np.maximum(first.distance(xs, ys), -second.distance(xs, ys)), first.bounds)


def outline_reach(width: float) -> float:
    """Return how far paint goes beyond a shape's bounds: mitred corners stick out, and edges are smooth.

    Examples
    --------
    >>> outline_reach(2)
    4.0
    """
    return 1.5 * width + 1


def paint(
    layer: Array, origin: tuple[int, int], shape: Shape, fill: Colour, line: Colour, width: float
) -> None:
    """Paint a shape with an outline over a layer of premultiplied colour and coverage.

    A pixel's coverage is ½ − d, cut to [0, 1]: a ramp of one pixel across the edge.

    Parameters
    ----------
    layer : ndarray of shape (4, H, W)
        Red, green and blue times alpha, and alpha; float32, written in place.
    origin : tuple of int
        Column and row of the layer's first pixel in the shape's coordinates.
    shape : Shape
        What to paint; the part outside the layer is left out.
    fill, line : tuple of float
        Colours of the inside and of the outline.
    width : float
        Width in pixels of the outline around the shape; 0 for none.
    """
    x1, y1, x2, y2 = shape.bounds
    reach = outline_reach(width)
    left, top = (max(math.floor(low - reach) - o, 0) for low, o in zip((x1, y1), origin, strict=True))
    right, bottom = (math.ceil(high + reach) - o for high, o in zip((x2, y2), origin, strict=True))
    view = layer[:, top : max(bottom, top), left : max(right, left)]
    xs = np.arange(view.shape[2], dtype=np.float32)[None, :] + (origin[0] + left + 0.5)
    ys = np.arange(view.shape[1], dtype=np.float32)[:, None] + (origin[1] + top + 0.5)
    inside = 0.5 - shape.distance(xs, ys)
    colour = np.array([*fill, 1], dtype=np.float32)[:, None, None]
    if width:
        line_colour = np.array([*line, 1], dtype=np.float32)[:, None, None]
        colour = line_colour + (colour - line_colour) * np.minimum(np.maximum(inside, 0), 1)
        inside += width
    coverage = np.minimum(np.maximum(inside, 0), 1)
    view += coverage * (colour - view)
