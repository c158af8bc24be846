"""The loop behind `scratchcv.proposals.region_merging`: one pass over the pairs of neighbours a merger.

The pairs are a list in the order in which they arose. A merger finds the most similar, drops those that touch
either region, and appends those of the new one: never more than it dropped, so the list only shrinks.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array


def merge_regions(
    sizes: Array, boxes: Array, colors: Array, textures: Array, pairs: Array, weights: Array
) -> tuple[Array, Array]:
    """Return boxes and merges; the twin of `scratchcv.proposals.region_merging.merge_regions_numpy`."""
    room = max(2 * len(sizes) - 1, 0)
    size, box = _longer(sizes, room), _longer(boxes, room)
    features = _longer(colors, room), _longer(textures, room)
    merges = np.empty((max(len(sizes) - 1, 0), 2), np.int64)
    count = _merge(size, box, *features, pairs.copy(), np.empty(len(pairs)), weights, merges)
    return box[: len(sizes) + count], merges[:count]


def _longer(rows: Array, room: int) -> Array:
    longer = np.empty((room, *rows.shape[1:]), rows.dtype)
    longer[: len(rows)] = rows
    return longer


@njit(cache=True, nogil=True)
def _merge(size, box, color, texture, pairs, similar, weights, merges):  # type: ignore[no-untyped-def]
    """Fill the rows behind the initial regions' with merged ones; return how many there are."""
    first = len(size) - len(merges)
    live, pixels, count = len(pairs), size[:first].sum(), first
    for e in range(live):
        similar[e] = _similarity(pairs[e, 0], pairs[e, 1], size, box, color, texture, weights, pixels)
    reached, neighbours = np.zeros(len(size), np.int64), np.empty(len(size), np.int64)
    while live:
        best = 0
        for e in range(1, live):
            if similar[e] > similar[best]:
                best = e
        a, b = pairs[best]
        merges[count - first] = a, b
        size[count] = size[a] + size[b]
        color[count], texture[count] = color[a] + color[b], texture[a] + texture[b]
        box[count] = _hull(box[a], box[b])
        kept, near = 0, 0
        for e in range(live):
            i, j = pairs[e]
            if i not in (a, b) and j not in (a, b):
                pairs[kept, 0], pairs[kept, 1], similar[kept] = i, j, similar[e]
                kept += 1
                continue
            other = j if i in (a, b) else i
            if other not in (a, b) and reached[other] != count:
                reached[other] = count
                neighbours[near] = other
                near += 1
        for other in neighbours[:near]:
            pairs[kept, 0], pairs[kept, 1] = other, count
            similar[kept] = _similarity(other, count, size, box, color, texture, weights, pixels)
            kept += 1
        live = kept
        count += 1
    return count - first


@njit(cache=True, nogil=True)
def _similarity(a, b, size, box, color, texture, weights, pixels):  # type: ignore[no-untyped-def]
    both, (left, top, right, bottom) = size[a] + size[b], _hull(box[a], box[b])
    alike = 0.0
    if weights[0]:
        alike += weights[0] * _overlap(color[a], color[b], size[a], size[b])
    if weights[1]:
        alike += weights[1] * _overlap(texture[a], texture[b], size[a], size[b])
    fill = 1 - ((right - left) * (bottom - top) - both) / pixels
    return alike + weights[2] * (1 - both / pixels) + weights[3] * fill


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nnan", "nsz"})
def _overlap(a, b, size_a, size_b):  # type: ignore[no-untyped-def]
    """Sum whole numbers: in any order, as many at once as a register holds."""
    shared, mass = 0.0, 0.0
    for i in range(uint64(len(a))):
        shared += min(a[i] * size_b, b[i] * size_a)
        mass += a[i]
    return shared / max(mass * size_b, 1.0)


@njit(cache=True, nogil=True)
def _hull(a, b):  # type: ignore[no-untyped-def]
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])
