"""Learning curves: how good a model becomes with more and more training images."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scratchcv.checks import check_array
from scratchcv.visualize.figure import add_legend, new_figure
from scratchcv.visualize.palette import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

CLEARANCE = 0.05
"""From one number to the next above it, so that both can be read; the axis is 1 high."""


def plot_learning_curves(
    counts: Sequence[int], scores: Mapping[str, Sequence[float]], *, score: str = "mAP@.5", title: str = ""
) -> "Figure":
    """Plot scores against the number of training images, which lie on a logarithmic axis.

    Parameters
    ----------
    counts : sequence of int
        Numbers of training images.
    scores : mapping of str to sequence of float
        For each way of training its score at each count, from 0 to 1; at most eight ways.
    score : str
        What is measured.
    title : str
        Written above.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        When a way has not one score a count.

    Examples
    --------
    >>> figure = plot_learning_curves([10, 50], {"from nothing": [0.1, 0.3], "fine-tuned": [0.3, 0.5]})
    >>> [line.get_label() for line in figure.axes[0].lines]
    ['from nothing', 'fine-tuned']
    """
    figure = new_figure(6, 4)
    ax = figure.subplots()
    lines: list[Line2D] = []
    numbers: list[list[tuple[float, str]]] = [[] for _ in counts]
    for color, (way, values) in zip(COLORS, scores.items(), strict=False):
        heights = check_array(f"scores[{way!r}]", values, (len(counts),)).tolist()
        lines += ax.plot(counts, heights, "o-", color=color, linewidth=2, markersize=6, label=way)
        for column, height in zip(numbers, heights, strict=True):
            column.append((height, color))
    ax.set_xscale("log")
    ax.set_xticks(counts, [str(count) for count in counts])
    ax.minorticks_off()
    ax.set_ylim(0, 1)
    ax.set_xlabel("training images")
    ax.set_ylabel(score)
    ax.margins(x=0.12)
    for count, column in zip(counts, numbers, strict=True):
        _write_values(ax, count, column)
    ax.set_title(title)
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    if lines:
        add_legend(ax, lines, list(scores), frameon=False)
    return figure


def _write_values(ax: "Axes", count: int, values: Sequence[tuple[float, str]]) -> None:
    """Write values in their colours beside the points at one count, each clear of the one below."""
    lowest = 0.0
    for value, color in sorted(values):
        place = max(value, lowest)
        ax.annotate(
            f"{value:.2f}",
            (count, place),
            (7, 0),
            textcoords="offset points",
            va="center",
            size=9,
            color=color,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8},
        )
        lowest = place + CLEARANCE
