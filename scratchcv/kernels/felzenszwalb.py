"""The loop behind `scratchcv.proposals.felzenszwalb`: union-find over edges that come by weight."""

import numpy as np
from numba import njit

from scratchcv.checks import Array


def felzenszwalb(edges: Array, weights: Array, vertices: int, scale: float, min_size: int) -> Array:
    """Return the labels; the twin of `scratchcv.proposals.felzenszwalb.felzenszwalb_numpy`."""
    labels = np.empty(vertices, np.int64)
    _segment(edges, weights, scale, min_size, labels)
    return labels


@njit(cache=True, nogil=True, error_model="numpy")
def _segment(edges, weights, scale, min_size, labels):  # type: ignore[no-untyped-def]
    """Join as the formula does; the root of a segment is its first vertex, so roots are met in order."""
    parent = np.arange(len(labels), dtype=np.int32)
    size, inner = np.ones(len(labels), np.int32), np.zeros(len(labels))
    for e in range(len(edges)):
        a, b = _find(parent, edges[e, 0]), _find(parent, edges[e, 1])
        if a != b:
            weight = weights[e]
            if weight < min(inner[a] + scale / size[a], inner[b] + scale / size[b]):
                inner[_join(parent, size, a, b)] = weight
    for e in range(len(edges)):
        a, b = _find(parent, edges[e, 0]), _find(parent, edges[e, 1])
        if a != b and min(size[a], size[b]) < min_size:
            _join(parent, size, a, b)
    count = 0
    for vertex in range(len(labels)):
        root = _find(parent, vertex)
        if root == vertex:
            labels[vertex], count = count, count + 1
        else:
            labels[vertex] = labels[root]


@njit(cache=True, nogil=True)
def _find(parent, vertex):  # type: ignore[no-untyped-def]
    """Return the root, and halve the way to it for those who come after."""
    while parent[vertex] != vertex:
        parent[vertex] = parent[parent[vertex]]
        vertex = parent[vertex]
    return vertex


@njit(cache=True, nogil=True)
def _join(parent, size, a, b):  # type: ignore[no-untyped-def]
    root, child = min(a, b), max(a, b)
    parent[child] = root
    size[root] += size[child]
    return root
