"""The lectures' two procedures, one panel a step: non-maximum suppression and average precision."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.iou import box_iou
from scratchcv.boxes.nms import nms
from scratchcv.checks import Array, as_floating, check_array
from scratchcv.metrics.average_precision import average_precision
from scratchcv.metrics.precision_recall import precision_recall_curve
from scratchcv.visualize.boxes import as_picture, outline, short, show_picture
from scratchcv.visualize.curves import draw_curve, frame_precision_recall
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.labels import add_label, freeze_layout, settle_labels
from scratchcv.visualize.palette import COLORS, HIT, MISS, class_color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_STEPS = 12
MOST_LINES = 5


def nms_steps(
    boxes: ArrayLike,
    scores: ArrayLike,
    iou_threshold: float,
    *,
    strict: bool = True,
    names: Sequence[str] | None = None,
    colors: Sequence[str] | None = None,
    image: ArrayLike | None = None,
) -> "Figure":
    """Draw non-maximum suppression: a panel for each box that is taken, saying what it drops and why.

    Parameters
    ----------
    boxes : (N, 4)
        xyxy, pixels.
    scores : (N,)
        Greater is better.
    iou_threshold : float
        As in `scratchcv.boxes.nms`.
    strict : bool
        As in `scratchcv.boxes.nms`.
    names, colors : sequence of str, optional
        What to call the boxes and their colours ``#rrggbb``; numbers and the palette by default.
    image : (H, W, 3) uint8 or (3, H, W) float, optional
        What the boxes lie on.

    Returns
    -------
    matplotlib.figure.Figure
        The box taken is thick, those it drops are dashed, those that wait are thin, those kept before are
        faint. Below stand the IoUs. Twelve steps at most are drawn.

    Raises
    ------
    ValueError
        When shapes or the numbers of names and colours do not fit.

    Examples
    --------
    >>> figure = nms_steps([[0, 0, 9, 9], [0, 0, 9, 8], [20, 0, 29, 9]], [0.9, 0.8, 0.7], 0.5)
    >>> [axes.get_title() for axes in figure.axes]
    ['1. take #0 (.90), drop #1', '2. take #2 (.70)']
    """
    boxes = as_floating(check_array("boxes", boxes if np.size(boxes) else np.empty((0, 4)), ("N", 4)))
    scores = check_array("scores", scores, (len(boxes),))
    names = [f"#{i}" for i in range(len(boxes))] if names is None else names
    colors = [class_color(i + 1) for i in range(len(boxes))] if colors is None else colors
    if not len(names) == len(colors) == len(boxes):
        raise ValueError(
            f"{len(boxes)} boxes need as many names and colors, got {len(names)} and {len(colors)}"
        )
    keep = nms(boxes, scores, iou_threshold, strict=strict)
    drawn = keep[:MOST_STEPS]
    limit = f"{iou_threshold:g}".removeprefix("0")
    columns = max(1, min(len(drawn), 4))
    rows = max(1, -(-len(drawn) // columns))
    figure = new_figure(max(3.6 * columns, 4), 4.1 * rows)
    waiting = np.argsort(-scores, kind="stable")
    settled = []
    for step, best in enumerate(drawn):
        ax = figure.add_subplot(rows, columns, step + 1)
        frame_boxes(ax, boxes, image)
        waiting = waiting[waiting != best]
        iou = box_iou(boxes[[best]], boxes[waiting])[0]
        # Ask nms itself about each pair, so that the picture cannot differ from the function.
        dropped = np.array(
            [len(nms(boxes[[best, i]], [1, 0], iou_threshold, strict=strict)) == 1 for i in waiting], bool
        )
        for i in keep[:step]:
            outline(ax, boxes[i], colors[i], width=1, alpha=0.35)
        for i, drop in zip(waiting[::-1], dropped[::-1], strict=True):
            outline(ax, boxes[i], colors[i], width=1.6, style="--" if drop else "-")
        outline(ax, boxes[best], colors[best], width=4)
        present = [best, *waiting]
        settled.append(
            [add_label(ax, boxes[i], f"{names[i]} {short(scores[i])}", colors[i], size=9) for i in present]
        )
        drops = ", ".join(names[i] for i in waiting[dropped][:3]) + (" …" if dropped.sum() > 3 else "")
        ax.set_title(
            f"{step + 1}. take {names[best]} ({short(scores[best])})" + (f", drop {drops}" if drops else ""),
            parse_math=False,
        )
        signs = (">", "≤") if strict else ("≥", "<")
        lines = [
            f"IoU({names[best]}, {names[i]}) = {short(value)} {signs[0] if drop else signs[1]} {limit}: "
            + ("drop" if drop else "stays")
            for i, value, drop in zip(waiting, iou, dropped, strict=True)
        ]
        hidden = len(lines) - MOST_LINES
        lines = [*lines[:MOST_LINES], f"and {hidden} more"] if hidden > 0 else lines
        ax.text(
            0.5,
            -0.04,
            "\n".join(lines) or "nothing left",
            transform=ax.transAxes,
            ha="center",
            va="top",
            size=9,
            parse_math=False,
        )
        waiting = waiting[~dropped]
    freeze_layout(figure)
    for labels in settled:
        settle_labels(labels)
    return figure


def average_precision_steps(
    scores: ArrayLike, hits: ArrayLike, number_of_truths: int, *, name: str = "", method: str = "area"
) -> "Figure":
    """Draw average precision: a panel for each detection by decreasing score, and the area at the end.

    Parameters
    ----------
    scores : (D,)
        Confidence of each detection of one class.
    hits : (D,) bool
        Whether it found an object that no better one had found.
    number_of_truths : int
        Objects that should be found.
    name : str
        The class, for the last title.
    method : {"area", "11point", "101point"}
        As in `scratchcv.metrics.average_precision`.

    Returns
    -------
    matplotlib.figure.Figure
        Each panel shows which detections have been judged, right ones with ✓, wrong ones with ✗, and the
        curve up to there. Eleven detections at most are drawn, and then the whole curve.

    Raises
    ------
    ValueError
        When shapes differ or there are more hits than truths.

    Examples
    --------
    >>> figure = average_precision_steps([0.9, 0.8], [True, False], 1)
    >>> [axes.get_title() for axes in figure.axes]
    ['1. hit: P = 1/1 = 1.00, R = 1/1 = 1.00', '2. miss: P = 1/2 = .50, R = 1/1 = 1.00', 'AP = 1.0000']
    """
    recall, precision, ranked = precision_recall_curve(scores, hits, number_of_truths)
    hits = np.asarray(hits, bool)[np.argsort(-np.asarray(scores), kind="stable")]
    drawn = min(len(ranked), MOST_STEPS - 1)
    columns = min(drawn + 1, 3)
    rows = -(-(drawn + 1) // columns)
    figure = new_figure(max(3.7 * columns, 4), 3.9 * rows)
    for step in range(drawn):
        ax = figure.add_subplot(rows, columns, step + 1)
        frame_precision_recall(ax)
        ax.plot(recall[: step + 1], precision[: step + 1], "-", color=COLORS[0], linewidth=1.2, alpha=0.6)
        colors = [HIT if hit else MISS for hit in hits[: step + 1]]
        ax.scatter(recall[: step + 1], precision[: step + 1], s=[25] * step + [110], c=colors, zorder=3)
        _strip(ax, ranked[:drawn], hits, step)
        found, seen = int(hits[: step + 1].sum()), step + 1
        ax.set_title(
            f"{seen}. {'hit' if hits[step] else 'miss'}: P = {found}/{seen} = {short(precision[step])}, "
            f"R = {found}/{number_of_truths} = {short(recall[step])}",
            size=11,
        )
    ax = figure.add_subplot(rows, columns, drawn + 1)
    value = average_precision(recall, precision, method=method)
    if len(recall):
        draw_curve(ax, recall, precision, COLORS[0], shaded=True)
    frame_precision_recall(ax)
    ax.set_title(f"{name} AP = ".lstrip() + f"{value:.4f}".removeprefix("0"), size=11, parse_math=False)
    freeze_layout(figure)
    return figure


def frame_boxes(ax: "Axes", boxes: Array, image: ArrayLike | None) -> None:
    """Show the image, or white paper that holds all boxes."""
    if image is not None:
        show_picture(ax, as_picture(image))
        return
    lower, upper = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    margin = 0.15 * max(float((upper - lower).max()), 1e-9)
    ax.set(xlim=(lower[0] - margin, upper[0] + margin), ylim=(upper[1] + margin, lower[1] - margin))
    ax.set(aspect="equal", xticks=[], yticks=[], facecolor="#f4f4f4")
    ax.spines[:].set_visible(False)


def _strip(ax: "Axes", scores: Array, hits: Array, step: int) -> None:
    """Draw the row of detections inside the plot, lower left: judged ones with ✓ or ✗, others grey."""
    size = min(0.16, 0.9 / len(scores))
    for rank, score in enumerate(scores):
        judged = rank <= step
        color = (HIT if hits[rank] else MISS) if judged else "#cccccc"
        mark = ("✓" if hits[rank] else "✗") if judged else " "
        ax.text(
            0.06 + size * rank,
            0.08,
            f"{mark}\n{short(score)}",
            size=min(9, 60 * size),
            ha="left",
            va="bottom",
            multialignment="center",
            color="white" if judged else "#444444",
            bbox={
                "boxstyle": "square,pad=0.25",
                "facecolor": color,
                "edgecolor": "black" if rank == step else color,
            },
        )
