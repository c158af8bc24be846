"""Hierarchical grouping: the two most similar neighbours merge, again and again, until one region is left."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_floating, check_integers
from scratchcv.proposals.region_features import Regions


class Hierarchy(NamedTuple):
    """All regions that R initial ones become: numbered on as they arise, the whole image last.

    Attributes
    ----------
    boxes : ndarray of int64, shape (2 R − 1, 4)
        xyxy of the initial regions, then of each merged one.
    merges : ndarray of int64, shape (R − 1, 2)
        Which two regions became region R, R + 1, …

    Examples
    --------
    >>> Hierarchy(np.array([[0, 0, 2, 1], [2, 0, 3, 1], [0, 0, 3, 1]]), np.array([[0, 1]])).merges.tolist()
    [[0, 1]]
    """

    boxes: Array
    merges: Array


def merge_regions(regions: Regions, weights: ArrayLike = (1, 1, 1, 1)) -> Hierarchy:
    r"""Merge the most similar neighbours until no two are left.

    Regions a and b, of n pixels and with normalised histograms h, are as similar as

    .. math::

        s(a, b) &= w_1 s_{colour} + w_2 s_{texture} + w_3 s_{size} + w_4 s_{fill} \\
        s_{colour}, s_{texture} &= \sum_i \min(h_a^i, h_b^i) \\
        s_{size} &= 1 - (n_a + n_b) / n_{image} \\
        s_{fill} &= 1 - (n_{box(a \cup b)} - n_a - n_b) / n_{image}

    Size lets small regions merge early, so that no large one swallows its neighbours one by one; fill lets
    what lies within another's box merge with it.

    Parameters
    ----------
    regions : Regions
        The initial ones; see `describe_regions`.
    weights : array_like of shape (4,)
        Of colour, texture, size and fill; the paper's are 0 and 1.

    Returns
    -------
    Hierarchy

    Raises
    ------
    ValueError
        When there are not four weights.

    Notes
    -----
    Histograms hold counts, so merged ones are sums, and :math:`\sum_i \min(n_b c_a^i, n_a c_b^i)` is a whole
    number: exact, whatever the order of the summation. Of equally similar pairs the one that arose first
    merges.

    References
    ----------
    Uijlings et al., "Selective Search for Object Recognition", IJCV 2013, algorithm 1 and equations 1-6.

    Examples
    --------
    >>> from scratchcv.proposals.region_features import describe_regions
    >>> regions = describe_regions([[0, 0, 1, 1, 2]], np.array([[[0, 0, 0.9, 0.9, 0.9]]]))
    >>> hierarchy = merge_regions(regions)
    >>> hierarchy.merges.tolist(), hierarchy.boxes[3:].tolist()
    ([[1, 2], [0, 3]], [[2, 0, 5, 1], [0, 0, 5, 1]])
    """
    factors = check_floating("weights", weights, (4,), np.float64)
    sizes, boxes, colors, textures, pairs = (np.ascontiguousarray(array) for array in regions)
    merge = active_form(merge_regions_numpy)
    return Hierarchy(*merge(sizes, boxes, colors, textures, pairs, factors))


def merge_regions_numpy(
    sizes: Array, boxes: Array, colors: Array, textures: Array, pairs: Array, weights: Array
) -> tuple[Array, Array]:
    """Keep the similarities of all pairs of neighbours in a table, and merge its greatest entry."""
    size, box, color, texture = list(sizes), list(boxes), list(colors), list(textures)
    pixels = sizes.sum()

    def overlap(histograms: list[Array], a: int, b: int) -> float:
        shared = np.minimum(histograms[a] * size[b], histograms[b] * size[a]).sum()
        return float(shared / max(histograms[a].sum() * size[b], 1))

    def hull(a: int, b: int) -> Array:
        return np.append(np.minimum(box[a], box[b])[:2], np.maximum(box[a], box[b])[2:])

    def similarity(a: int, b: int) -> float:
        both, (left, top, right, bottom) = size[a] + size[b], hull(a, b)
        alike = weights[0] * overlap(color, a, b) + weights[1] * overlap(texture, a, b)
        gap = (right - left) * (bottom - top) - both
        return float(alike + weights[2] * (1 - both / pixels) + weights[3] * (1 - gap / pixels))

    similarities = {(a, b): similarity(a, b) for a, b in pairs.tolist()}
    merges = []
    while similarities:
        a, b = max(similarities, key=similarities.__getitem__)
        merges.append((a, b))
        merged = len(size)
        size.append(size[a] + size[b])
        box.append(hull(a, b))
        color.append(color[a] + color[b])
        texture.append(texture[a] + texture[b])
        touching = [pair for pair in similarities if a in pair or b in pair]
        neighbours = dict.fromkeys(c for pair in touching for c in pair if c not in (a, b))
        for pair in touching:
            del similarities[pair]
        for c in neighbours:
            similarities[c, merged] = similarity(c, merged)
    return np.array(box, np.int64).reshape(-1, 4), np.array(merges, np.int64).reshape(-1, 2)


def labels_after(labels: ArrayLike, merges: ArrayLike, steps: int) -> Array:
    """Return which region each pixel belongs to after the first merges.

    Parameters
    ----------
    labels : array_like of int, shape (H, W)
        Of the initial regions, 0 … R − 1.
    merges : array_like of int, shape (R − 1, 2)
        See `Hierarchy`.
    steps : int
        How many of them, 0 … R − 1.

    Returns
    -------
    ndarray of int64, shape (H, W)
        Numbers as in the hierarchy: R + i is what merge i made.

    Raises
    ------
    ValueError
        When there are not so many merges.

    Examples
    --------
    >>> labels_after([[0, 0, 1, 1, 2]], [[1, 2], [0, 3]], 1).tolist()
    [[0, 0, 3, 3, 3]]
    """
    joined = check_integers("merges", merges, ("R - 1", 2), None)
    if not 0 <= steps <= len(joined):
        raise ValueError(f"steps must lie in 0…{len(joined)}, got {steps}")
    segments = check_integers("labels", labels, ("H", "W"), len(joined) + 1)
    region = np.arange(len(joined) + 1 + steps)
    for merged in reversed(range(len(joined) + 1, len(region))):  # the last first: it passes its number on
        region[joined[merged - len(joined) - 1]] = region[merged]
    return np.asarray(region[segments])
