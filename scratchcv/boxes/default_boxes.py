"""SSD's default boxes: `ssd_default_boxes`, and those of the paper's two networks."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from scratchcv.boxes.anchors import Size, check_levels, check_positive, grid_points
from scratchcv.checks import Array

SSD300_SCALES = (0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05)
SSD512_SCALES = (0.07, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.05)


def ssd_default_boxes(
    feature_sizes: Sequence[Size],
    image_size: Size,
    aspect_ratios: Sequence[Sequence[float]],
    *,
    scales: Sequence[float] | None = None,
    min_ratio: float = 0.15,
    max_ratio: float = 0.9,
    steps: Sequence[float] | None = None,
    clip: bool = True,
    dtype: DTypeLike = np.float32,
) -> Array:
    r"""Tile SSD's default boxes: in each cell of level k two squares, and two boxes for each aspect ratio.

    .. math::

        (s_k, s_k) \quad (\sqrt{s_k s_{k+1}}, \sqrt{s_k s_{k+1}}) \quad
        (s_k \sqrt r, s_k / \sqrt r) \quad (s_k / \sqrt r, s_k \sqrt r) \quad \ldots

    Parameters
    ----------
    feature_sizes : sequence of (height, width)
        The feature map of each level, in cells.
    image_size : (height, width)
        The network's input, in pixels.
    aspect_ratios : sequence of sequences of float
        The ratios r of each level, besides 1; 1 / r comes by itself.
    scales : sequence of float, optional
        The scales s, relative to the image, one more than there are levels. By default evenly spaced from
        `min_ratio` to `max_ratio`, and then 1.
    min_ratio, max_ratio : float, optional
        The ends of that range.
    steps : sequence of float, optional
        The distance of a level's centres in pixels; by default the image divided by the feature map.
    clip : bool, optional
        Limit widths and heights (not corners) to the image's, as torchvision does.
    dtype : dtype, optional
        Of the result and of the arithmetic, float32 by default.

    Returns
    -------
    ndarray of shape (A, 4)
        Default boxes xyxy in pixels: level by level, row by row, cell by cell, in the formula's order.

    Raises
    ------
    ValueError
        When the numbers of levels, ratios, scales and steps do not correspond, or one is not positive.

    Notes
    -----
    The result equals torchvision's ``DefaultBoxGenerator``. The paper's equation 4 spaces the scales from .2
    to .9 over all levels; the released models do so from the second level on and give the first a scale of
    its own: pass `scales`.

    References
    ----------
    W. Liu et al., "SSD: single shot multibox detector", 2016, section 2.2.

    Examples
    --------
    >>> ssd_default_boxes([(1, 1)], (64, 64), [[4]], scales=[0.25, 1]).tolist()
    [[24.0, 24.0, 40.0, 40.0], [16.0, 16.0, 48.0, 48.0], [16.0, 28.0, 48.0, 36.0], [28.0, 16.0, 36.0, 48.0]]
    """
    (image_height, image_width), levels = check_levels(image_size, feature_sizes)
    count = len(levels)
    if scales is None:
        scales = _spaced_scales(count, min_ratio, max_ratio)
    _check_length("aspect_ratios", aspect_ratios, count, count)
    for name, values, wanted in (("scales", scales, count + 1), ("steps", steps, count)):
        if values is not None:
            _check_length(name, values, wanted, count)
            check_positive(name, values)
    pixels = np.array([image_width, image_height], dtype)
    boxes = [np.zeros((0, 4), dtype)]
    for level, (rows, columns) in enumerate(levels):
        rows_in_image, columns_in_image = (
            (rows, columns) if steps is None else (image_height / steps[level], image_width / steps[level])
        )
        centers = grid_points(
            (np.arange(rows, dtype=dtype) + 0.5) / rows_in_image,
            (np.arange(columns, dtype=dtype) + 0.5) / columns_in_image,
        )[:, None]
        sizes = np.array(_cell_sizes(scales[level], scales[level + 1], aspect_ratios[level]), dtype)
        half_sizes = 0.5 * (sizes.clip(0, 1) if clip else sizes)
        corners = [(centers - half_sizes) * pixels, (centers + half_sizes) * pixels]
        boxes.append(np.concatenate(corners, axis=-1).reshape(-1, 4))
    return np.concatenate(boxes)


def ssd300_default_boxes(
    *, scales: Sequence[float] = SSD300_SCALES, clip: bool = True, dtype: DTypeLike = np.float32
) -> Array:
    """Return the 8732 default boxes of SSD300, in pixels of its 300 x 300 input.

    ``38² · 4 + 19² · 6 + 10² · 6 + 5² · 6 + 3² · 4 + 1² · 4 = 8732``

    Parameters
    ----------
    scales : sequence of 7 float, optional
        The default is that of the model for COCO and of torchvision's ``ssd300_vgg16``; the one for Pascal
        VOC has (.1, .2, .37, .54, .71, .88, 1.05).
    clip, dtype : optional
        As in `ssd_default_boxes`.

    Returns
    -------
    ndarray of shape (8732, 4)
        Boxes xyxy in pixels; levels conv4_3, fc7, conv8_2, conv9_2, conv10_2, conv11_2.

    References
    ----------
    W. Liu et al., "SSD: single shot multibox detector", 2016, sections 3.1 and 3.4.

    Examples
    --------
    >>> ssd300_default_boxes().shape
    (8732, 4)
    """
    return ssd_default_boxes(
        [(n, n) for n in (38, 19, 10, 5, 3, 1)],
        (300, 300),
        [(2,), (2, 3), (2, 3), (2, 3), (2,), (2,)],
        scales=scales,
        steps=(8, 16, 32, 64, 100, 300),
        clip=clip,
        dtype=dtype,
    )


def ssd512_default_boxes(
    *, scales: Sequence[float] = SSD512_SCALES, clip: bool = True, dtype: DTypeLike = np.float32
) -> Array:
    """Return the 24,564 default boxes of SSD512, in pixels of its 512 x 512 input.

    ``64² · 4 + 32² · 6 + 16² · 6 + 8² · 6 + 4² · 6 + 2² · 4 + 1² · 4 = 24564``

    Parameters
    ----------
    scales : sequence of 8 float, optional
        The default is that of the model for Pascal VOC, whose result the lectures quote (76.8 mAP); the one
        for COCO, with its smaller objects, has (.04, .1, .26, .42, .58, .74, .9, 1.06).
    clip, dtype : optional
        As in `ssd_default_boxes`.

    Returns
    -------
    ndarray of shape (24564, 4)
        Boxes xyxy in pixels; the levels of SSD300 at 512 x 512, and conv12_2.

    References
    ----------
    W. Liu et al., "SSD: single shot multibox detector", 2016, sections 3.1 and 3.4.

    Examples
    --------
    >>> ssd512_default_boxes().shape
    (24564, 4)
    """
    return ssd_default_boxes(
        [(n, n) for n in (64, 32, 16, 8, 4, 2, 1)],
        (512, 512),
        [(2,), (2, 3), (2, 3), (2, 3), (2, 3), (2,), (2,)],
        scales=scales,
        steps=(8, 16, 32, 64, 128, 256, 512),
        clip=clip,
        dtype=dtype,
    )


def _spaced_scales(count: int, min_ratio: float, max_ratio: float) -> list[float]:
    if count == 1:
        return [min_ratio, max_ratio]
    span = max_ratio - min_ratio
    return [min_ratio + span * k / (count - 1.0) for k in range(count)] + [1.0]


def _cell_sizes(scale: float, next_scale: float, ratios: Sequence[float]) -> list[tuple[float, float]]:
    between = math.sqrt(scale * next_scale)
    sizes = [(scale, scale), (between, between)]
    if len(ratios):
        check_positive("aspect_ratios of a level", ratios)
    for ratio in ratios:
        long, short = scale * math.sqrt(ratio), scale / math.sqrt(ratio)
        sizes += [(long, short), (short, long)]
    return sizes


def _check_length(name: str, values: Sequence[object], wanted: int, levels: int) -> None:
    if len(values) != wanted:
        raise ValueError(f"{name} must have length {wanted} for {levels} feature maps, got {len(values)}")
