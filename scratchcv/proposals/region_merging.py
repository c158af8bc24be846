"""Hierarchical grouping: the two most similar neighbours merge, again and again, until one region is left."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_floating
from scratchcv.proposals.region_features import Regions


def merge_regions(regions: Regions, weights: ArrayLike = (1, 1, 1, 1)) -> Array:
    r"""Return the boxes of all regions of a hierarchy: the initial ones, then each merged one as it arises.

    Neighbours a and b, n pixels large, with normalised histograms h, are as similar as

    .. math::

        s(a, b) &= w_1 s_{colour} + w_2 s_{texture} + w_3 s_{size} + w_4 s_{fill} \\
        s_{colour}, s_{texture} &= \sum_i \min(h_a^i, h_b^i) \\
        s_{size} &= 1 - (n_a + n_b) / n_{image} \\
        s_{fill} &= 1 - (n_{box(a \cup b)} - n_a - n_b) / n_{image}

    Size lets small regions merge early, so that no large one swallows its neighbours one by one; fill
    keeps holes from staying.

    Parameters
    ----------
    regions : Regions
        What an initial segmentation consists of; see `describe_regions`.
    weights : array_like of shape (4,)
        Of colour, texture, size and fill.

    Returns
    -------
    ndarray of int64, shape (2 R − 1, 4)
        xyxy; the last is the whole image's. R is the number of initial regions.

    Notes
    -----
    Histograms hold counts, so that merging is addition, and a sum of minima is a whole number over
    :math:`n_a n_b`: exact in any order.

    References
    ----------
    Uijlings et al., "Selective Search for Object Recognition", IJCV 2013, algorithm 1 and equations 1-6.

    Examples
    --------
    >>> from scratchcv.proposals.region_features import describe_regions
    >>> regions = describe_regions(np.array([[0, 0, 1, 1, 2]]), np.array([[[0, 0, 9, 9, 8]]]) / 25)
    >>> merge_regions(regions).tolist()
    [[0, 0, 2, 1], [2, 0, 4, 1], [4, 0, 5, 1], [2, 0, 5, 1], [0, 0, 5, 1]]
    """
    factors = check_floating("weights", weights, (4,), np.float64)
    return active_form(merge_regions_numpy)(*regions, factors)


def merge_regions_numpy(
    sizes: Array, boxes: Array, colors: Array, textures: Array, pairs: Array, weights: Array
) -> Array:
    """Keep the similarities of all pairs of neighbours in a table, and work on its greatest entry."""
    size, box, color, texture = list(sizes), list(boxes), list(colors), list(textures)
    pixels = sizes.sum()

    def overlap(histograms: list[Array], a: int, b: int) -> float:
        shared = np.minimum(histograms[a] * size[b], histograms[b] * size[a]).sum()
        return float(shared / (histograms[a].sum() * size[b]))

    def hull(a: int, b: int) -> Array:
        return np.append(np.minimum(box[a], box[b])[:2], np.maximum(box[a], box[b])[2:])

    def similarity(a: int, b: int) -> float:
        both, (left, top, right, bottom) = size[a] + size[b], hull(a, b)
        alike = weights[0] * overlap(color, a, b) + weights[1] * overlap(texture, a, b)
        fill = 1 - ((right - left) * (bottom - top) - both) / pixels
        return float(alike + weights[2] * (1 - both / pixels) + weights[3] * fill)

    similarities = {(a, b): similarity(a, b) for a, b in pairs.tolist()}
    while similarities:
        a, b = max(similarities, key=similarities.__getitem__)
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
    return np.array(box, np.int64).reshape(-1, 4)
