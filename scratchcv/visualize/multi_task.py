"""The lectures' figure of a localizer: one vector, two answers, two losses, one sum."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import check_array
from scratchcv.visualize.boxes import as_picture, outline, short, show_picture
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WHAT, WHERE = COLORS[1], COLORS[0]
"""Colours of the two tasks."""


def multi_task_figure(
    image: ArrayLike,
    scores: Mapping[str, float],
    box: ArrayLike,
    correct_label: str,
    correct_box: ArrayLike,
    losses: Mapping[str, float],
    sizes: tuple[int, int],
    *,
    most_scores: int = 3,
) -> "Figure":
    """Draw how a localizer comes from an image to "what", "where", and a loss.

    Parameters
    ----------
    image : (H, W, 3) uint8 or (3, H, W) float in [0, 1]
        The picture, RGB; the predicted box is drawn on it, the correct one dashed.
    scores : mapping of str to float
        Probabilities by class; the highest are written.
    box, correct_box : array_like of shape (4,)
        x, y, w, h: centre and sides relative to the image, predicted and true.
    correct_label : str
        The true class.
    losses : mapping of str to float
        Weighted losses "classification" and "box".
    sizes : (int, int)
        Numbers in the vector, and classes.
    most_scores : int
        How many scores are written.

    Returns
    -------
    matplotlib.figure.Figure

    References
    ----------
    Lectures S0, lines 852-915, S1, lines 164-212, and S2, lines 67-133.

    Examples
    --------
    >>> figure = multi_task_figure(
    ...     np.zeros((8, 8, 3), np.uint8), {"cat": 0.9, "dog": 0.05, "car": 0.01}, [0.5, 0.5, 0.4, 0.4],
    ...     "cat", [0.5, 0.5, 0.5, 0.5], {"classification": 0.105, "box": 0.02}, (4096, 1000),
    ... )
    >>> figure.axes[1].texts[1].get_text().splitlines()
    ['class scores', 'cat: .90', 'dog: .05', 'car: .01', '…']
    """
    predicted, true = check_array("box", box, (4,)), check_array("correct_box", correct_box, (4,))
    vector, classes = sizes
    best = sorted(scores.items(), key=lambda item: -item[1])[:most_scores]
    lines = [f"{name}: {short(score)}" for name, score in best]
    lines += ["…"] if len(scores) > most_scores or classes > len(scores) else []
    figure = new_figure(11, 3.4)
    left, right = figure.subplots(1, 2, width_ratios=(1, 3.2))
    _show_boxes(left, as_picture(image), predicted, true)

    right.set(xlim=(0, 10), ylim=(0, 4))
    right.set_axis_off()
    _block(right, 1.1, 2, f"vector:\n{vector}", "#dddddd")
    _block(right, 4.5, 3.2, "\n".join(["class scores", *lines]), WHAT)
    _block(right, 4.5, 0.8, f"box (x, y, w, h)\n{_numbers(predicted)}", WHERE)
    _block(right, 7.2, 3.2, f"softmax loss\n{losses['classification']:.3f}", WHAT)
    _block(right, 7.2, 0.8, f"box loss\n{losses['box']:.3f}", WHERE)
    _block(right, 9.2, 2, f"sum\n{losses['classification'] + losses['box']:.3f}", "#dddddd")
    _arrow(right, (0, 2), (0.6, 2), "CNN")
    _arrow(right, (1.6, 2.2), (3.6, 3.2), f"“what”\nFC {vector} → {classes}")
    _arrow(right, (1.6, 1.8), (3.6, 0.8), f"“where”\nFC {vector} → 4")
    _arrow(right, (5.55, 3.2), (6.5, 3.2))
    _arrow(right, (5.75, 0.8), (6.5, 0.8))
    _arrow(right, (7.9, 3.1), (8.9, 2.4))
    _arrow(right, (7.9, 0.9), (8.9, 1.6))
    _arrow(right, (7.2, 2.5), (7.2, 2.85))
    _arrow(right, (7.2, 1.5), (7.2, 1.15))
    right.text(7.2, 2.3, f"correct label:\n{correct_label}", ha="center", va="center", size=9)
    right.text(7.2, 1.7, f"correct box:\n{_numbers(true)}", ha="center", va="center", size=9)
    return figure


def _show_boxes(ax: "Axes", picture: np.ndarray, predicted: np.ndarray, true: np.ndarray) -> None:
    show_picture(ax, picture)
    extent = np.array([picture.shape[1], picture.shape[0]] * 2)
    for (x, y, w, h), style in ((true, "--"), (predicted, "-")):
        corners = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2]) * extent
        outline(ax, corners, "white" if style == "--" else WHERE, style=style)
    ax.set_title("predicted, and (dashed) correct", size=9)


def _block(ax: "Axes", x: float, y: float, words: str, color: str) -> None:
    box = {"boxstyle": "round,pad=0.35", "facecolor": color, "alpha": 0.35, "edgecolor": "#555555"}
    ax.text(x, y, words, ha="center", va="center", size=9.5, bbox=box, parse_math=False)


def _arrow(ax: "Axes", start: tuple[float, float], end: tuple[float, float], words: str = "") -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "#555555", "linewidth": 1.4})
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    slope = np.sign(end[1] - start[1])
    ax.text(x - 0.35 * abs(slope), y + (0.45 * slope or 0.25), words, ha="center", va="center", size=9)


def _numbers(box: np.ndarray) -> str:
    return ", ".join(short(number) for number in box)
