"""Selective search: the boxes of all regions that a picture falls into, at all scales, in several ways."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array
from scratchcv.data.color_spaces import to_color_space
from scratchcv.proposals.felzenszwalb import pixel_graph, segment_graph
from scratchcv.proposals.region_features import color_levels, count_regions, texture_levels
from scratchcv.proposals.region_merging import merge_regions


class SearchMode(NamedTuple):
    """Ways to look at a picture: each colour space is segmented at each scale and merged by each similarity.

    Attributes
    ----------
    spaces : tuple of str
        Colour spaces; see `scratchcv.data.to_color_space`.
    scales : tuple of float
        k of `felzenszwalb`, which is also the least number of pixels of an initial region.
    weights : tuple of (colour, texture, size, fill)
        Of the similarities; see `merge_regions`.

    Examples
    --------
    >>> [len(mode.spaces) * len(mode.scales) * len(mode.weights) for mode in MODES.values()]
    [1, 8, 80]
    """

    spaces: tuple[str, ...]
    scales: tuple[float, ...]
    weights: tuple[tuple[float, float, float, float], ...]


_ALL, _NO_COLOR, _FILL, _SIZE = (1, 1, 1, 1), (0, 1, 1, 1), (0, 0, 0, 1), (0, 0, 1, 0)

MODES = {
    "single": SearchMode(("hsv",), (100,), (_ALL,)),
    "fast": SearchMode(("hsv", "lab"), (50, 100), (_ALL, _NO_COLOR)),
    "quality": SearchMode(
        ("hsv", "lab", "rgi", "hue", "gray"), (50, 100, 150, 300), (_ALL, _NO_COLOR, _FILL, _SIZE)
    ),
}
"""The paper's modes (its table 5)."""


def selective_search(
    image: ArrayLike,
    mode: str | SearchMode = "fast",
    seed: int = 0,
    max_proposals: int | None = None,
    *,
    sigma: float = 0.8,
    min_side: float = 8,
) -> Array:
    r"""Return boxes that may hold an object, of whatever class and size.

    A picture is cut into small regions (`felzenszwalb`), and these are merged by similarity until one is
    left (`merge_regions`). Every region on the way proposes its box. No single way of cutting and merging
    finds all objects, so several are gone, and their boxes shuffled: region i of a hierarchy, counted from
    the whole image = 1, has rank

    .. math:: v = u \cdot i, \qquad u \sim U(0, 1)

    and boxes of low rank come first. Of equal boxes the first one stays.

    Parameters
    ----------
    image : array_like of shape (H, W, 3), uint8
        RGB.
    mode : {"fast", "quality", "single"} or SearchMode
        Which ways: 8, 80 or 1 of them.
    seed : int
        Of the random u.
    max_proposals : int, optional
        Only so many, the first ones.
    sigma : float
        Of the Gaussian that smooths the image before it is cut.
    min_side : float
        Boxes narrower or lower than so many pixels are left out, if the image is not so itself.

    Returns
    -------
    ndarray of float32, shape (P, 4)
        xyxy in pixels, best first.

    Raises
    ------
    ValueError
        When the image has another shape or dtype, the mode is unknown, or sigma, the seed or max_proposals
        is negative.

    Notes
    -----
    It works on the image, before any network: S0, 231 has it work on feature maps, but onto those only the
    boxes are projected. OpenCV's has k = 150, 300, … and at least 100 pixels a region, and ranks by depth
    from the leaves, so that small regions come first.

    References
    ----------
    Uijlings, van de Sande, Gevers, Smeulders, "Selective Search for Object Recognition", IJCV 2013; lecture
    S0, lines 181-184.

    Examples
    --------
    >>> image = np.full((60, 80, 3), 90, np.uint8)
    >>> image[10:50, 20:45] = 200, 30, 30
    >>> boxes = selective_search(image)
    >>> boxes.shape, [20, 10, 45, 50] in boxes.tolist()
    ((8, 4), True)
    """
    picture = check_array("image", image, ("H", "W", 3))
    ways = _mode(mode)
    if max_proposals is not None and max_proposals < 0:
        raise ValueError(f"max_proposals must be 0 or more, got {max_proposals}")
    rng = np.random.default_rng(seed)
    if picture.size == 0:
        return np.zeros((0, 4), np.float32)
    found = [hierarchy for space in ways.spaces for hierarchy in _search(picture, space, ways, sigma)]
    ranks = [rng.random(len(boxes)) * np.arange(len(boxes), 0, -1) for boxes in found]
    boxes = np.concatenate(found)[np.argsort(np.concatenate(ranks), kind="stable")]
    height, width = picture.shape[:2]
    sides = boxes[:, 2:] - boxes[:, :2]
    boxes = boxes[(sides >= np.minimum(min_side, [width, height])).all(axis=1)]
    return _without_copies(boxes, max(height, width) + 1)[:max_proposals].astype(np.float32)


def _search(image: Array, space: str, ways: SearchMode, sigma: float) -> list[Array]:
    """Return the boxes of each hierarchy that one colour space gives."""
    planes = np.ascontiguousarray(np.moveaxis(to_color_space(image, space), 2, 0))
    colors, textures = color_levels(planes), texture_levels(planes)
    edges, differences = pixel_graph(planes, sigma)
    shape, hierarchies = planes.shape[1:], []
    for scale in ways.scales:
        labels = segment_graph(edges, differences, planes[0].size, scale / 255, int(scale)).reshape(shape)
        regions = count_regions(labels, colors, textures)
        hierarchies += [merge_regions(regions, weights).boxes for weights in ways.weights]
    return hierarchies


def _mode(mode: str | SearchMode) -> SearchMode:
    if isinstance(mode, SearchMode):
        if not all(mode):
            raise ValueError(f"a mode must have a space, a scale and weights, got {mode}")
        return mode
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}, or a SearchMode, got {mode!r}")
    return MODES[mode]


def _without_copies(boxes: Array, base: int) -> Array:
    """Return the boxes without those that came before; coordinates are below `base`."""
    numbers = boxes @ np.array([base**3, base**2, base, 1])
    return boxes[np.sort(np.unique(numbers, return_index=True)[1])]
