"""Learning curves: how good a model becomes with more and more training images."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scratchcv.checks import check_array
from scratchcv.visualize.figure import add_legend, new_figure
from scratchcv.visualize.palette import COLORS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    lines = []
    for color, (way, values) in zip(COLORS, scores.items(), strict=False):
        heights = check_array(f"scores[{way!r}]", values, (len(counts),)).tolist()
        lines += ax.plot(counts, heights, "o-", color=color, linewidth=2, markersize=6, label=way)
        for count, value in zip(counts, heights, strict=True):
            ax.annotate(
                f"{value:.2f}", (count, value), (0, 6), textcoords="offset points", ha="center", size=9
            )
    ax.set_xscale("log")
    ax.set_xticks(counts, [str(count) for count in counts])
    ax.minorticks_off()
    ax.set_ylim(0, 1)
    ax.set_xlabel("training images")
    ax.set_ylabel(score)
    ax.set_title(title)
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    if lines:
        add_legend(ax, lines, list(scores), frameon=False)
    return figure
