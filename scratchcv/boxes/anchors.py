"""Anchors tiled over feature maps: those of RPN and RetinaNet, and the `multibox_prior` of EE 628 and d2l."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import DTypeLike

from scratchcv.checks import Array

Size = tuple[int, int]
"""Height and width, in cells or in pixels."""

PerLevel = Sequence[float] | Sequence[Sequence[float]]
"""One list of numbers a level, or the short form that the function's docstring explains."""


def grid_anchors(
    feature_sizes: Sequence[Size],
    image_size: Size,
    sizes: PerLevel,
    aspect_ratios: PerLevel,
    *,
    dtype: DTypeLike = np.float32,
) -> Array:
    r"""Tile anchors of every size and aspect ratio over every cell of every level.

    .. math::

        w = s / \sqrt{r} \quad h = s \sqrt{r} \quad \text{so that } w h = s^2 \text{ and } h / w = r

    Parameters
    ----------
    feature_sizes : sequence of (height, width)
        The feature map of each level, in cells.
    image_size : (height, width)
        The network's input in pixels, padding included; a level's stride is ``image_size // feature_size``.
    sizes : sequence of sequences of float
        The sizes s of each level in pixels; plain numbers mean one size a level.
    aspect_ratios : sequence of sequences of float
        The ratios r = h / w of each level; plain numbers hold for all levels.
    dtype : dtype, optional
        Of the result, float32 by default.

    Returns
    -------
    ndarray of shape (A, 4)
        Anchors xyxy in pixels: level by level, row by row, cell by cell, and in a cell ratio by ratio (outer)
        and size by size (inner). They reach over the image's border.

    Raises
    ------
    ValueError
        When the levels do not correspond, or a feature map is empty or larger than the image.

    Notes
    -----
    These are torchvision's values: the anchor of cell (0, 0) is centred on the pixel corner (0, 0), and its
    corners are rounded to whole pixels (half to even) before they are moved by whole strides.

    Faster R-CNN has 3 sizes and 3 ratios on one level, ``sizes=((128, 256, 512),)``; its FPN form one size a
    level, ``sizes=(32, 64, 128, 256, 512)``; both ``aspect_ratios=(0.5, 1, 2)``. RetinaNet has three sizes a
    level, ``[(s, int(s * 2 ** (1 / 3)), int(s * 2 ** (2 / 3))) for s in (32, 64, 128, 256, 512)]``.

    References
    ----------
    S. Ren et al., "Faster R-CNN", 2015, section 3.1.1. T.-Y. Lin et al., "Focal loss for dense object
    detection", 2017, section 4.

    Examples
    --------
    >>> grid_anchors([(1, 2)], (32, 64), sizes=[(16,)], aspect_ratios=[(0.25, 1)]).tolist()
    [[-16.0, -4.0, 16.0, 4.0], [-8.0, -8.0, 8.0, 8.0], [16.0, -4.0, 48.0, 4.0], [24.0, -8.0, 40.0, 8.0]]
    """
    (image_height, image_width), levels = check_levels(image_size, feature_sizes)
    level_sizes = _for_each_level("sizes", sizes, [(size,) for size in sizes], len(levels))
    level_ratios = _for_each_level("aspect_ratios", aspect_ratios, [aspect_ratios] * len(levels), len(levels))
    anchors = [np.zeros((0, 4), dtype)]
    for (rows, columns), scales, ratios in zip(levels, level_sizes, level_ratios, strict=True):
        stride_y, stride_x = image_height // rows, image_width // columns
        if stride_y == 0 or stride_x == 0:
            raise ValueError(
                f"feature map {(rows, columns)} is larger than the image {(image_height, image_width)}"
            )
        corners = _cell_anchors(scales, ratios).reshape(-1, 2, 2)
        # x is the same in every row and y in every column: few sums, and one pass that writes them.
        xs = (stride_x * np.arange(columns))[:, None, None] + corners[..., 0]
        ys = (stride_y * np.arange(rows))[:, None, None, None] + corners[..., 1]
        level = np.empty((rows, columns, *corners.shape), dtype)
        level[..., 0] = xs.astype(dtype, casting="same_kind")
        level[..., 1] = ys.astype(dtype, casting="same_kind")
        anchors.append(level.reshape(-1, 4))
    return np.concatenate(anchors)


def multibox_prior(
    height: int,
    width: int,
    sizes: Sequence[float],
    ratios: Sequence[float],
    *,
    dtype: DTypeLike = np.float32,
) -> Array:
    r"""Centre n + m - 1 anchors on every pixel, for n sizes and m aspect ratios.

    .. math::

        (s_1, r_1), (s_2, r_1), \ldots, (s_n, r_1), (s_1, r_2), \ldots, (s_1, r_m)
        \quad \text{where } w = H s \sqrt{r} \text{ and } h = H s / \sqrt{r}

    Parameters
    ----------
    height, width : int
        The feature map H x W, in pixels of its own.
    sizes : sequence of float
        The sizes s, relative to the height.
    ratios : sequence of float
        The aspect ratios r = w / h.
    dtype : dtype, optional
        Of the result, float32 by default.

    Returns
    -------
    ndarray of shape (height * width * (n + m - 1), 4)
        Anchors xyxy, with x in widths and y in heights of the map, so that they fit any image; not clipped.
        Row by row, pixel by pixel, and at a pixel in the formula's order.

    Raises
    ------
    ValueError
        For a height or width that is no integer of at least 1, and for sizes or ratios that are missing or
        not positive.

    Notes
    -----
    The slide's w s / sqrt(r), h s / sqrt(r) is a slip: it gives every ratio the shape of the image. d2l's
    text has w s sqrt(r), h s / sqrt(r), right for square images only. The code of d2l and MXNet is what
    stands above: r is the ratio in pixels. The slide lists the ratios first, the code puts the sizes first.
    A 561 x 728 image with three sizes and three ratios has 2,042,040 anchors.

    References
    ----------
    S. Aydore, EE 628, lecture 12, 2019. A. Zhang et al., "Dive into deep learning", section "Anchor boxes".

    Examples
    --------
    >>> multibox_prior(2, 2, sizes=[0.75, 0.5], ratios=[1, 4])[:3].tolist()
    [[-0.125, -0.125, 0.625, 0.625], [0.0, 0.0, 0.5, 0.5], [-0.5, 0.0625, 1.0, 0.4375]]
    """
    if not (height == int(height) >= 1 and width == int(width) >= 1):
        raise ValueError(f"height and width must be integers of at least 1, got {height} and {width}")
    check_positive("sizes", sizes)
    check_positive("ratios", ratios)
    scale = np.array([*sizes] + [sizes[0]] * (len(ratios) - 1), np.float64)
    root = np.sqrt([ratios[0]] * len(sizes) + [*ratios[1:]])
    half_sizes = np.stack([scale * root * height / width, scale / root], axis=1) / 2
    centers = grid_points((np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width)
    anchors = np.empty((len(centers), len(scale), 4), dtype)
    anchors[..., :2] = centers[:, None] - half_sizes
    anchors[..., 2:] = centers[:, None] + half_sizes
    return anchors.reshape(-1, 4)


def grid_points(ys: Array, xs: Array) -> Array:
    """Pair every y with every x, row by row, as (x, y).

    Examples
    --------
    >>> grid_points(np.array([5, 6]), np.array([1, 2])).tolist()
    [[1, 5], [2, 5], [1, 6], [2, 6]]
    """
    return np.stack([np.tile(xs, len(ys)), np.repeat(ys, len(xs))], axis=1)


def check_levels(image_size: Size, feature_sizes: Sequence[Size]) -> tuple[Size, list[Size]]:
    """Return the sizes as plain integers, or say which is not a height and a width.

    Examples
    --------
    >>> check_levels((300, 300), [(38, 38), (19, 0)])
    Traceback (most recent call last):
    ValueError: feature_sizes[1] must be two positive integers (height, width), got (19, 0)
    """
    named = [("image_size", image_size)]
    named += [(f"feature_sizes[{level}]", size) for level, size in enumerate(feature_sizes)]
    for name, size in named:
        if not (np.shape(size) == (2,) and size[0] == int(size[0]) > 0 and size[1] == int(size[1]) > 0):
            raise ValueError(f"{name} must be two positive integers (height, width), got {size}")
    plain = [(int(height), int(width)) for _, (height, width) in named]
    return plain[0], plain[1:]


def check_positive(name: str, values: Sequence[float]) -> None:
    """Say when `values` is not a list of positive numbers, or is empty.

    Examples
    --------
    >>> check_positive("sizes", [0.5, 0])
    Traceback (most recent call last):
    ValueError: sizes must be positive numbers, got [0.5, 0]
    """
    if np.ndim(values) != 1 or len(values) == 0 or not all(0 < value < np.inf for value in values):
        raise ValueError(f"{name} must be positive numbers, got {values}")


def _cell_anchors(sizes: Sequence[float], ratios: Sequence[float]) -> Array:
    # float32 whatever the caller's dtype, as in torchvision: which way a half rounds depends on it
    root = np.sqrt(np.array(ratios, np.float32))[:, None]
    half_sizes = (
        np.stack([1 / root * np.array(sizes, np.float32), root * np.array(sizes, np.float32)], -1) / 2
    )
    return np.concatenate([-half_sizes, half_sizes], axis=-1).round().reshape(-1, 4)


def _for_each_level(
    name: str, given: PerLevel, expanded: Sequence[object], count: int
) -> Sequence[Sequence[float]]:
    short = all(np.ndim(entry) == 0 for entry in given)
    levels = cast("Sequence[Sequence[float]]", expanded if short else given)
    if len(levels) != count:
        raise ValueError(f"{name} must have one entry for each of {count} feature maps, got {len(levels)}")
    for level, values in enumerate(levels):
        check_positive(f"{name}[{level}]", values)
    return levels
