"""Graph segmentation by Felzenszwalb and Huttenlocher: neighbouring pixels join while they look alike."""

import math

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.score_order import by_decreasing_score
from scratchcv.checks import Array, as_floating, check_floating
from scratchcv.data.gaussian import gaussian_blur


def felzenszwalb(image: ArrayLike, scale: float = 1.0, sigma: float = 0.8, min_size: int = 20) -> Array:
    r"""Return which segment each pixel belongs to.

    Pixels are the vertices of a graph, and each is tied to its eight neighbours by edges as heavy as the two
    differ in colour. From the lightest edge on, two segments A and B that an edge of weight w ties join if

    .. math:: w < \min\left(\mathrm{Int}(A) + \frac{k}{|A|},\; \mathrm{Int}(B) + \frac{k}{|B|}\right)

    where Int is the heaviest edge that joined a segment so far, and \|A\| its number of pixels: what differs
    no more across than it does inside belongs together, and k says how much a small segment is forgiven.

    Parameters
    ----------
    image : array_like of shape (H, W) or (H, W, C)
        uint8, or floating-point in [0, 1].
    scale : float
        k, for colours from 0 to 255: the greater, the larger the segments.
    sigma : float
        Standard deviation, in pixels, of the Gaussian that smooths the image first.
    min_size : int
        Segments with fewer pixels join the neighbour across their lightest edge, whatever its weight.

    Returns
    -------
    ndarray of int64, shape (H, W)
        0, 1, …, in the order in which the segments' first pixels are read.

    Raises
    ------
    ValueError
        When the shape is another, or a pixel not finite, or a parameter negative.
    TypeError
        When the pixels are other integers.

    Notes
    -----
    Equal to scikit-image's ``felzenszwalb``, whose names these are, but where edges are exactly as heavy as
    others: here they come in the order right, down, down-right, up-right, row by row, there in any.
    The paper joins at equality too, and segments each colour channel alone and intersects the results;
    here, as there and in the authors' program, an edge weighs the Euclidean distance of colours.

    References
    ----------
    Felzenszwalb and Huttenlocher, "Efficient Graph-Based Image Segmentation", IJCV 2004, equations 1-4 and
    algorithm 1.

    Examples
    --------
    >>> stripes = np.repeat([[0, 0, 200, 200, 210]], 3, axis=0).astype(np.uint8)
    >>> felzenszwalb(stripes, scale=20, sigma=0, min_size=1)[0].tolist()
    [0, 0, 1, 1, 2]
    >>> felzenszwalb(stripes, scale=70, sigma=0, min_size=1)[0].tolist()
    [0, 0, 1, 1, 1]
    """
    planes = _as_planes(image)
    edges, weights = pixel_graph(planes, sigma)
    shape = planes.shape[1:]
    return segment_graph(edges, weights, math.prod(shape), scale / 255, min_size).reshape(shape)


def pixel_graph(planes: ArrayLike, sigma: float = 0.8) -> tuple[Array, Array]:
    """Return the edges between neighbouring pixels of the smoothed image, the lightest first.

    Parameters
    ----------
    planes : array_like of shape (C, H, W)
        The image, channel by channel.
    sigma : float
        Standard deviation of the smoothing Gaussian.

    Returns
    -------
    edges : ndarray of int32, shape (E, 2)
        Pairs of pixels, counted row by row; E = 4 H W − 3 H − 3 W + 2.
    weights : ndarray of shape (E,)
        Euclidean distances of their colours, rising.

    Examples
    --------
    >>> edges, weights = pixel_graph([[[0.0, 1.0, 1.5]]], sigma=0)
    >>> edges.tolist(), weights.tolist()
    ([[2, 1], [1, 0]], [0.5, 1.0])
    """
    smooth = gaussian_blur(check_floating("planes", planes, ("C", "H", "W")), sigma)
    shape = smooth.shape[1:]
    pixels = np.arange(math.prod(shape), dtype=np.int32).reshape(shape)
    edges = [np.stack([p.ravel(), q.ravel()], axis=1) for p, q in _neighbours(pixels)]
    weights = [np.sqrt(((p - q) ** 2).sum(axis=0)).ravel() for p, q in _neighbours(smooth)]
    every = np.concatenate(weights)
    order = by_decreasing_score(-every)
    return np.concatenate(edges)[order], every[order]


def segment_graph(edges: ArrayLike, weights: ArrayLike, vertices: int, scale: float, min_size: int) -> Array:
    """Return which segment each vertex of a graph belongs to; see `felzenszwalb`.

    Parameters
    ----------
    edges : array_like of int, shape (E, 2)
        The vertices that each edge ties.
    weights : array_like of shape (E,)
        Their weights, rising.
    vertices : int
        How many there are.
    scale : float
        k, in the unit of the weights.
    min_size : int
        Vertices that a segment has at least, if it has neighbours.

    Returns
    -------
    ndarray of int64, shape (vertices,)

    Raises
    ------
    ValueError
        When scale or min_size are negative.

    Examples
    --------
    >>> segment_graph([[0, 1], [2, 3], [1, 2]], [0.1, 0.1, 0.8], 4, scale=1, min_size=1).tolist()
    [0, 0, 1, 1]
    """
    if not (math.isfinite(scale) and scale >= 0):
        raise ValueError(f"scale must be 0 or more, got {scale}")
    if min_size < 0:
        raise ValueError(f"min_size must be 0 or more, got {min_size}")
    pairs = np.asarray(edges, np.int32, order="C").reshape(-1, 2)
    heavy = check_floating("weights", weights, (len(pairs),))
    return active_form(felzenszwalb_numpy)(pairs, heavy, int(vertices), float(scale), int(min_size))


def felzenszwalb_numpy(edges: Array, weights: Array, vertices: int, scale: float, min_size: int) -> Array:
    """Run Kruskal's algorithm for a minimum spanning tree, but leave out the edges that segments refuse.

    Each segment is a tree in which vertices point to parents; its root, which has the smallest number, keeps
    size and inner difference.
    """
    parent, size, inner = list(range(vertices)), [1] * vertices, [0.0] * vertices

    def find(vertex: int) -> int:
        while parent[vertex] != vertex:
            parent[vertex] = parent[parent[vertex]]  # whoever comes next has half the way
            vertex = parent[vertex]
        return vertex

    def join(a: int, b: int) -> int:
        root, child = min(a, b), max(a, b)
        parent[child] = root
        size[root] += size[child]
        return root

    for (p, q), weight in zip(edges.tolist(), weights.tolist(), strict=True):
        a, b = find(p), find(q)
        if a != b and weight < min(inner[a] + scale / size[a], inner[b] + scale / size[b]):
            inner[join(a, b)] = weight  # the heaviest yet, since weights rise
    roots = np.array([find(vertex) for vertex in range(vertices)], np.int64)
    for p, q in edges[roots[edges[:, 0]] != roots[edges[:, 1]]].tolist():
        a, b = find(p), find(q)
        if a != b and min(size[a], size[b]) < min_size:
            join(a, b)
    roots = np.array([find(root) for root in roots.tolist()], np.int64)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def _as_planes(image: ArrayLike) -> Array:
    """Return an image as float64 planes (C, H, W) in [0, 1], in which scikit-image computes too."""
    picture = np.asarray(image)
    if picture.ndim not in (2, 3):
        raise ValueError(f"image must have shape (H, W) or (H, W, C), got {picture.shape}")
    if picture.dtype != np.uint8 and picture.dtype.kind != "f":
        raise TypeError(f"image must be uint8, or floating-point in [0, 1], got {picture.dtype}")
    if not np.isfinite(picture).all():
        raise ValueError("image must be finite, got NaN or infinity")
    unit = picture / 255.0 if picture.dtype == np.uint8 else as_floating(picture).astype(np.float64)
    return np.ascontiguousarray(unit[None] if unit.ndim == 2 else np.moveaxis(unit, 2, 0))


def _neighbours(planes: Array) -> list[tuple[Array, Array]]:
    """Return the pixels (…, H, W) beside their neighbours: right, down, down-right, up-right."""
    return [
        (planes[..., :, 1:], planes[..., :, :-1]),
        (planes[..., 1:, :], planes[..., :-1, :]),
        (planes[..., 1:, 1:], planes[..., :-1, :-1]),
        (planes[..., :-1, 1:], planes[..., 1:, :-1]),
    ]
