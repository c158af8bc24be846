"""Felzenszwalb and Huttenlocher's graph segmentation: neighbouring pixels join while they look alike."""

import math

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.score_order import by_decreasing_score
from scratchcv.checks import Array, as_floating
from scratchcv.data.gaussian import gaussian_blur


def felzenszwalb(image: ArrayLike, scale: float = 1.0, sigma: float = 0.8, min_size: int = 20) -> Array:
    planes = as_planes(image)
    edges, weights = pixel_graph(planes, sigma)
    shape = planes.shape[1:]
    return segment_graph(edges, weights, math.prod(shape), scale / 255, min_size).reshape(shape)


def as_planes(image: ArrayLike) -> Array:
    picture = np.asarray(image)
    if picture.dtype == np.uint8:
        picture = picture / 255.0
    picture = as_floating(picture, "image")
    if picture.ndim == 2:
        picture = picture[..., None]
    return np.ascontiguousarray(np.moveaxis(picture, 2, 0))


def pixel_graph(planes: Array, sigma: float) -> tuple[Array, Array]:
    smooth = gaussian_blur(planes, sigma)
    pixels = np.arange(math.prod(planes.shape[1:]), dtype=np.int32).reshape(planes.shape[1:])
    def pairs(of: Array) -> list[tuple[Array, Array]]:
        return [
            (of[..., :, 1:], of[..., :, :-1]),
            (of[..., 1:, :], of[..., :-1, :]),
            (of[..., 1:, 1:], of[..., :-1, :-1]),
            (of[..., :-1, 1:], of[..., 1:, :-1]),
        ]
    weights = np.concatenate([np.sqrt(((b - a) ** 2).sum(axis=0)).ravel() for a, b in pairs(smooth)])
    ends = [np.stack([a.ravel(), b.ravel()], axis=1) for a, b in pairs(pixels)]
    order = by_decreasing_score(-weights)
    return np.concatenate(ends)[order], weights[order]


def segment_graph(edges: Array, weights: Array, vertices: int, scale: float, min_size: int) -> Array:
    return active_form(felzenszwalb_numpy)(edges, weights, vertices, float(scale), int(min_size))


def felzenszwalb_numpy(edges: Array, weights: Array, vertices: int, scale: float, min_size: int) -> Array:
    """Kruskal's algorithm with two conditions: an edge joins two segments only if it is not heavier than within them.
    """
    parent, size, inner = list(range(vertices)), [1] * vertices, [0.0] * vertices

    def find(vertex: int) -> int:
        while parent[vertex] != vertex:
            parent[vertex] = parent[parent[vertex]]
            vertex = parent[vertex]
        return vertex

    def join(a: int, b: int) -> int:
        a, b = min(a, b), max(a, b)
        parent[b] = a
        size[a] += size[b]
        return a

    graph = list(zip(edges.tolist(), weights.tolist(), strict=True))
    for (p, q), weight in graph:
        a, b = find(p), find(q)
        if a != b and weight < min(inner[a] + scale / size[a], inner[b] + scale / size[b]):
            inner[join(a, b)] = weight
    for (p, q), _ in graph:
        a, b = find(p), find(q)
        if a != b and min(size[a], size[b]) < min_size:
            join(a, b)
    roots = np.array([find(vertex) for vertex in range(vertices)], np.int64)
    return np.unique(roots, return_inverse=True)[1]
