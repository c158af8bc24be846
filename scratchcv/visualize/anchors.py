"""Default boxes in pictures: over their cells, with what they learn, with the negatives that are mined."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.sampling import hard_negative_mask
from scratchcv.checks import as_floating, check_array
from scratchcv.visualize.boxes import as_picture, outline, paint, show_picture
from scratchcv.visualize.figure import figure_of, new_figure
from scratchcv.visualize.labels import freeze_layout, settle_labels
from scratchcv.visualize.palette import HIT, MISS, class_color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNMATCHED = "#dddddd"
"""Light grey, dashed: a default box that learns background."""


def draw_default_boxes(
    image: ArrayLike,
    boxes: ArrayLike,
    cells: tuple[int, int],
    colors: Sequence[str | None] | None = None,
    *,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the cells of a feature map over the image, and default boxes as the SSD paper's figure 1 does.

    Parameters
    ----------
    image : (H, W, 3) uint8 or (3, H, W) float in [0, 1]
        The picture.
    boxes : (N, 4)
        Default boxes, xyxy, pixels. They may reach beyond the picture.
    cells : (rows, columns)
        Size of the feature map.
    colors : sequence of str or None, optional
        For each box the colour of what it learns, or None for nothing: those boxes are dashed.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
        The new figure, or the one that `ax` belongs to.

    Raises
    ------
    ValueError
        When a shape or the number of colours does not fit.

    References
    ----------
    Liu et al., "SSD: Single Shot MultiBox Detector", 2016, figure 1; lecture S4, lines 318-330.

    Examples
    --------
    >>> figure = draw_default_boxes(np.zeros((8, 8, 3), np.uint8), [[0, 0, 4, 4], [2, 2, 8, 8]], (2, 2))
    >>> [patch.get_linestyle() for patch in figure.axes[0].patches]
    ['--', '--']
    """
    boxes = check_array("boxes", boxes if np.size(boxes) else np.empty((0, 4)), ("N", 4))
    colors = [None] * len(boxes) if colors is None else colors
    if len(colors) != len(boxes):
        raise ValueError(f"{len(boxes)} boxes need as many colors, got {len(colors)}")
    picture = as_picture(image)
    height, width = picture.shape[:2]
    if ax is None:
        ax = new_figure(5, 5 * height / width).subplots()
    show_picture(ax, picture)
    rows, columns = cells
    lines: dict[str, Any] = {"color": "white", "linewidth": 0.6, "alpha": 0.55}
    ax.hlines(np.linspace(0, height, rows + 1), 0, width, **lines)
    ax.vlines(np.linspace(0, width, columns + 1), 0, height, **lines)
    for box, color in sorted(zip(boxes, colors, strict=True), key=lambda pair: pair[1] is not None):
        if color is None:
            outline(ax, box, UNMATCHED, width=1.2, style="--")
        else:
            outline(ax, box, color)
    ax.set(xlim=(0, width), ylim=(height, 0))
    return figure_of(ax)


def matching_figure(
    image: ArrayLike,
    target: Mapping[str, Any],
    default_boxes: ArrayLike,
    matches: ArrayLike,
    feature_sizes: Sequence[tuple[int, int]],
    class_names: Sequence[str] | None = None,
    *,
    boxes_per_cell: int | Sequence[int] = 4,
) -> "Figure":
    """Draw the ground truth, and for each feature map the default boxes that match it, coloured by object.

    Parameters
    ----------
    image : (H, W, 3) uint8 or (3, H, W) float in [0, 1]
        The picture.
    target : dict
        ``boxes`` (G, 4) in pixels and ``labels`` (G,).
    default_boxes : (A, 4)
        Of all feature maps, one map after another, in pixels.
    matches : (A,) int
        For each default box the index of its truth, or BACKGROUND.
    feature_sizes : sequence of (rows, columns)
        The feature maps.
    class_names : sequence of str, optional
        Names by label, index 0 the background.
    boxes_per_cell : int or sequence of int
        Default boxes a cell, of all maps or of each.

    Returns
    -------
    matplotlib.figure.Figure
        One panel for the truth, and one for each feature map, with the number of matches above.

    Raises
    ------
    ValueError
        When the feature maps do not add up to as many default boxes.

    Examples
    --------
    >>> target = {"boxes": [[0, 0, 8, 8]], "labels": [1]}
    >>> picture, boxes = np.zeros((8, 8, 3), np.uint8), [[0, 0, 7, 8], [4, 4, 8, 8]]
    >>> figure = matching_figure(picture, target, boxes, [0, -1], [(1, 1), (1, 1)], boxes_per_cell=1)
    >>> [axes.get_title() for axes in figure.axes]
    ['ground truth', '1×1: 1 of 1 match', '1×1: 0 of 1 match']
    """
    default_boxes = check_array("default_boxes", default_boxes, ("A", 4))
    matches = check_array("matches", matches, (len(default_boxes),))
    counts = np.prod(np.reshape(feature_sizes, (-1, 2)), axis=1) * np.asarray(boxes_per_cell)
    if counts.sum() != len(default_boxes):
        raise ValueError(f"the feature maps have {counts.sum()} default boxes, got {len(default_boxes)}")
    height, width = as_picture(image).shape[:2]
    panels = 1 + len(counts)
    figure = new_figure(2.5 * panels, 2.5 * height / width + 0.35)
    axes = figure.subplots(1, panels, squeeze=False)[0]
    names = _object_names(target["labels"], class_names)
    axes[0].set_title("ground truth")
    written = paint(axes[0], image, target["boxes"], np.arange(1, len(names)), class_names=names)
    ends = np.cumsum(counts)
    for ax, (rows, columns), start, end in zip(axes[1:], feature_sizes, ends - counts, ends, strict=True):
        chosen = start + np.flatnonzero(matches[start:end] >= 0)
        ax.set_title(f"{rows}×{columns}: {len(chosen)} of {end - start} match")
        colors = [class_color(int(truth) + 1) for truth in matches[chosen]]
        draw_default_boxes(image, default_boxes[chosen], (rows, columns), colors, ax=ax)
    freeze_layout(figure)
    settle_labels(written)
    return figure


def mining_figure(
    image: ArrayLike,
    default_boxes: ArrayLike,
    background_loss: ArrayLike,
    positive: ArrayLike,
    *,
    ratio: float = 3.0,
) -> "Figure":
    r"""Draw the loss of all default boxes by rank, and where those lie that hard-negative mining takes.

    .. math:: \ell_a = -\log p_a(\text{background})

    Parameters
    ----------
    image : (H, W, 3) uint8 or (3, H, W) float in [0, 1]
        The picture.
    default_boxes : (A, 4)
        Boxes xyxy, pixels.
    background_loss : (A,)
        For each default box the loss of calling it background.
    positive : (A,) bool
        Which of them learn an object.
    ratio : float
        Negatives to a positive, as in `scratchcv.boxes.hard_negative_mask`, which picks them.

    Returns
    -------
    matplotlib.figure.Figure
        Left the losses, the highest first; right the positives and the mined negatives on the image.

    Raises
    ------
    ValueError
        When a shape does not fit.

    Examples
    --------
    >>> boxes = [[0, 0, 4, 4], [2, 2, 6, 6], [4, 4, 8, 8]]
    >>> picture, positive = np.zeros((8, 8, 3), np.uint8), [True, False, False]
    >>> figure = mining_figure(picture, boxes, [0.1, 0.5, 0.9], positive, ratio=1)
    >>> figure.axes[0].get_title()
    '1 positive, 1 mined, 1 does not count'
    """
    default_boxes = check_array("default_boxes", default_boxes, ("A", 4))
    losses = as_floating(check_array("background_loss", background_loss, (len(default_boxes),)))
    is_positive = check_array("positive", positive, losses.shape).astype(bool, copy=False)
    mined = hard_negative_mask(losses[None], is_positive[None], ratio)[0]
    rest = ~(mined | is_positive)
    figure = new_figure(9.5, 4)
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))

    rank = np.empty(len(losses), np.int64)
    rank[np.lexsort((mined, is_positive, -losses))] = np.arange(1, len(losses) + 1)
    kinds = [
        (rest, "#999999", 10, "do not count"),
        (mined, MISS, 22, "mined"),
        (is_positive, HIT, 22, "positive"),
    ]
    for mask, color, size, name in kinds:
        left.scatter(rank[mask], losses[mask], s=size, color=color, label=name, linewidths=0)
    left.set(xscale="log", xlabel="rank among all default boxes", ylabel="− log p(background)")
    left.xaxis.set_major_formatter("{x:.0f}")
    left.set_ylim(bottom=0)
    left.set_title(
        f"{is_positive.sum()} positive, {mined.sum()} mined, {rest.sum()} "
        f"{'does' if rest.sum() == 1 else 'do'} not count",
        size=11,
    )
    left.spines[["top", "right"]].set_visible(False)
    left.legend(frameon=False)

    show_picture(right, as_picture(image))
    right.set_title("on the image", size=11)
    for mask, color, width, alpha in ((mined, MISS, 1, 0.8), (is_positive, HIT, 2, 1.0)):
        for box in default_boxes[mask]:
            outline(right, box, color, width=width, alpha=alpha)
    return figure


def _object_names(labels: ArrayLike, class_names: Sequence[str] | None) -> list[str]:
    """Return names by number of the object, as `paint` looks them up: the first is object 0's."""
    names = [str(label) if class_names is None else class_names[int(label)] for label in np.asarray(labels)]
    return ["", *names]
