"""Sliders for notebooks; where ipywidgets is absent, the figure at the slider's first position."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.iou import box_iou, iou_quality
from scratchcv.boxes.nms import nms
from scratchcv.checks import as_floating, check_array
from scratchcv.metrics.precision_recall import precision_recall_curve
from scratchcv.visualize.boxes import outline, short
from scratchcv.visualize.curves import draw_curve, frame_precision_recall
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.iou import iou_figure
from scratchcv.visualize.labels import add_label, freeze_layout, settle_labels
from scratchcv.visualize.palette import COLORS, MISS, class_color
from scratchcv.visualize.sliders import figure_sliders
from scratchcv.visualize.steps import frame_boxes

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def iou_slider(box1: ArrayLike, box2: ArrayLike) -> Any:
    """Move `box2` to the left and right over `box1`, and watch the IoU.

    Parameters
    ----------
    box1, box2 : (4,)
        xyxy. The slider shifts the second by up to the width of both.

    Returns
    -------
    ipywidgets.VBox or matplotlib.figure.Figure
        The container; the figure without shift where ipywidgets is absent.

    Examples
    --------
    >>> box = iou_slider([0, 0, 2, 2], [1, 1, 3, 4])
    """
    fixed = as_floating(check_array("box1", box1, (4,)))
    moved = as_floating(check_array("box2", box2, (4,)))
    reach = float(max(fixed[2], moved[2]) - min(fixed[0], moved[0]))
    frame = np.array([min(fixed[0], moved[0] - reach), max(fixed[2], moved[2] + reach)])

    def show(shift: float) -> tuple["Figure", str]:
        box = moved + np.array([shift, 0, shift, 0])
        figure = iou_figure(fixed, box)
        figure.set_size_inches(6, 4)
        figure.axes[0].set_xlim(*frame)
        freeze_layout(figure)
        iou = float(box_iou([fixed], [box])[0, 0])
        return figure, f"shift {shift:g}: IoU = {iou:.3f}, {iou_quality(iou)}"

    return figure_sliders(show, shift=(0.0, -reach, reach, reach / 60))


def nms_slider(
    boxes: ArrayLike,
    scores: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    image: ArrayLike | None = None,
    iou_threshold: float = 0.5,
) -> Any:
    """Turn the threshold of non-maximum suppression, and watch which boxes are kept.

    Parameters
    ----------
    boxes : (N, 4)
        xyxy, pixels.
    scores : (N,)
        Greater is better.
    names : sequence of str, optional
        What to call the boxes; numbers by default.
    image : (H, W, 3) uint8 or (3, H, W) float, optional
        What the boxes lie on.
    iou_threshold : float
        Where the slider starts.

    Returns
    -------
    ipywidgets.VBox or matplotlib.figure.Figure
        The container; the figure at the first threshold where ipywidgets is absent.

    Examples
    --------
    >>> box = nms_slider([[0, 0, 9, 9], [0, 0, 9, 8]], [0.9, 0.8])
    """
    boxes = as_floating(check_array("boxes", boxes, ("N", 4)))
    scores = check_array("scores", scores, (len(boxes),))
    called = [f"#{i}" for i in range(len(boxes))] if names is None else names

    def show(threshold: float) -> tuple["Figure", str]:
        keep = nms(boxes, scores, threshold)
        figure = new_figure(5, 5)
        ax = figure.subplots()
        frame_boxes(ax, boxes, image)
        for i in np.setdiff1d(np.arange(len(boxes)), keep):
            outline(ax, boxes[i], "#bbbbbb", width=1.2, style="--")
        for i in keep[::-1]:
            outline(ax, boxes[i], class_color(i + 1), width=2.5)
        written = []
        for i in keep:
            text = f"{called[i]} {short(scores[i])}"
            written.append(add_label(ax, boxes[i], text, class_color(i + 1), size=9))
        freeze_layout(figure)
        settle_labels(written)
        return figure, f"threshold {threshold:.2f}: {len(keep)} of {len(boxes)} boxes kept"

    return figure_sliders(show, threshold=(iou_threshold, 0.0, 1.0, 0.05))


def score_slider(
    scores: ArrayLike, hits: ArrayLike, number_of_truths: int, *, score_threshold: float = 0.5
) -> Any:
    """Turn the score from which detections count, and watch the point wander along the curve.

    Parameters
    ----------
    scores : (D,)
        Confidence of each detection of one class.
    hits : (D,) bool
        Whether it found an object that no better one had found.
    number_of_truths : int
        Objects that should be found.
    score_threshold : float
        Where the slider starts.

    Returns
    -------
    ipywidgets.VBox or matplotlib.figure.Figure
        The container; the figure at the first threshold where ipywidgets is absent.

    Examples
    --------
    >>> box = score_slider([0.9, 0.8], [True, False], 1)
    """
    recall, precision, ranked = precision_recall_curve(scores, hits, number_of_truths)

    def show(threshold: float) -> tuple["Figure", str]:
        figure = new_figure(4.6, 4.4)
        ax = figure.subplots()
        frame_precision_recall(ax)
        if len(recall):
            draw_curve(ax, recall, precision, COLORS[0])
        count = int((ranked >= threshold).sum())
        words = f"score ≥ {threshold:.2f}: {count} detections"
        if count:
            ax.plot(recall[count - 1], precision[count - 1], "o", color=MISS, markersize=12, zorder=4)
            words += f", precision {short(precision[count - 1])}, recall {short(recall[count - 1])}"
        ax.set_title(words, size=10)
        return figure, words

    return figure_sliders(show, threshold=(score_threshold, 0.0, 1.0, 0.01))
