"""Regions of a picture: its segments, and which objects the boxes that they propose find."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.iou import box_iou
from scratchcv.checks import Array, check_array, check_integers
from scratchcv.visualize.boxes import as_picture, outline, show_picture
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import HIT, MISS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def paint_segments(image: ArrayLike, labels: ArrayLike, *, borders: bool = True) -> Array:
    """Return the picture with each segment in its mean colour.

    Parameters
    ----------
    image : (H, W, 3) uint8 or (3, H, W) float in [0, 1]
        The picture.
    labels : (H, W) int
        Which segment each pixel belongs to: 0 or more.
    borders : bool
        Draw the last pixels before another segment begins, to the right or below, in white.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)

    Raises
    ------
    ValueError
        When the shapes do not fit.

    Examples
    --------
    >>> image = np.array([[[0, 0, 0], [100, 40, 0], [7, 7, 7]]], np.uint8)
    >>> paint_segments(image, [[0, 0, 1]], borders=False).tolist()
    [[[50, 20, 0], [50, 20, 0], [7, 7, 7]]]
    """
    picture = as_picture(image)
    segments = check_integers("labels", labels, picture.shape[:2], None)
    _, numbers, sizes = np.unique(segments, return_inverse=True, return_counts=True)
    flat = numbers.reshape(-1)
    sums = [np.bincount(flat, channel, len(sizes)) for channel in picture.reshape(-1, 3).T]
    painted = np.rint(np.stack(sums, axis=1) / sizes[:, None]).astype(np.uint8)[flat].reshape(picture.shape)
    if borders:
        painted[:, :-1][segments[:, 1:] != segments[:, :-1]] = 255
        painted[:-1][segments[1:] != segments[:-1]] = 255
    return painted


def segments_figure(
    image: ArrayLike, segmentations: Mapping[str, ArrayLike], *, columns: int = 4
) -> "Figure":
    """Draw a picture, and beside it what it falls into: each segment in its mean colour, with white borders.

    Parameters
    ----------
    image : (H, W, 3) uint8 or (3, H, W) float in [0, 1]
        The picture.
    segmentations : mapping of str to (H, W) int
        Labels of the pixels, by title: of several scales, or after several merges.
    columns : int
        Panels side by side.

    Returns
    -------
    matplotlib.figure.Figure
        One panel more than there are segmentations; below each title how many segments there are.

    Examples
    --------
    >>> figure = segments_figure(np.zeros((1, 4, 3), np.uint8), {"halves": [[0, 0, 1, 1]]})
    >>> [axes.get_title() for axes in figure.axes]
    ['image', 'halves: 2']
    """
    picture = as_picture(image)
    pictures = {"image": picture} | {
        f"{title}: {len(np.unique(labels))}": paint_segments(picture, labels)
        for title, labels in segmentations.items()
    }
    across = max(1, min(columns, len(pictures)))
    down = -(-len(pictures) // across)
    figure = new_figure(2.6 * across, (2.6 * picture.shape[0] / max(picture.shape[1], 1) + 0.3) * down)
    for index, (title, painted) in enumerate(pictures.items()):
        ax = figure.add_subplot(down, across, index + 1)
        show_picture(ax, painted)
        ax.set_title(title, size=10, parse_math=False)
    return figure


def proposals_figure(
    image: ArrayLike,
    proposals: ArrayLike,
    gt_boxes: ArrayLike,
    counts: Sequence[int] = (10, 100, 300),
    *,
    iou_threshold: float = 0.5,
) -> "Figure":
    """Draw the first proposals of a picture, and which objects they find.

    Parameters
    ----------
    image : (H, W, 3) uint8 or (3, H, W) float in [0, 1]
        The picture.
    proposals : (P, 4)
        xyxy, pixels, best first.
    gt_boxes : (R, 4)
        The objects.
    counts : sequence of int
        How many proposals to draw in each panel, rising.
    iou_threshold : float
        With which an object counts as found.

    Returns
    -------
    matplotlib.figure.Figure
        One panel a count. Proposals are thin white lines, objects green if found and vermilion if not; the
        proposal that covers a found object best is dashed.

    Examples
    --------
    >>> black, proposals = np.zeros((9, 9, 3), np.uint8), [[0, 0, 9, 9], [2, 2, 6, 6]]
    >>> figure = proposals_figure(black, proposals, [[2, 2, 6, 7]], (1, 2))
    >>> [axes.get_title() for axes in figure.axes]
    ['1 proposal: 0 of 1 found', '2 proposals: 1 of 1 found']
    """
    from matplotlib.patches import Rectangle

    picture = as_picture(image)
    boxes = check_array("proposals", proposals if np.size(proposals) else np.empty((0, 4)), ("P", 4))
    truths = check_array("gt_boxes", gt_boxes if np.size(gt_boxes) else np.empty((0, 4)), ("R", 4))
    figure = new_figure(3.2 * len(counts), 3.2 * picture.shape[0] / max(picture.shape[1], 1) + 0.3)
    for panel, count in enumerate(counts, 1):
        ax = figure.add_subplot(1, len(counts), panel)
        show_picture(ax, picture // 2 + 32)  # fainter, so that thin lines show
        drawn = boxes[:count]
        for x1, y1, x2, y2 in drawn:
            thin = Rectangle(
                (x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor="white", linewidth=0.4, alpha=0.7
            )
            ax.add_patch(thin)
        iou = box_iou(drawn, truths)
        hits = iou.max(axis=0, initial=0) >= iou_threshold
        for number, (truth, hit) in enumerate(zip(truths, hits, strict=True)):
            outline(ax, truth, HIT if hit else MISS)
            if hit:
                outline(ax, drawn[iou[:, number].argmax()], HIT, width=1.2, style="--")
        words = f"{len(drawn)} proposal{'' if len(drawn) == 1 else 's'}: {hits.sum()} of {len(truths)} found"
        ax.set_title(words, size=10)
    return figure
