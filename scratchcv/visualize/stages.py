"""Where detectors spend their time: a stacked bar for each, a part for each stage."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scratchcv.visualize.figure import add_legend, new_figure
from scratchcv.visualize.palette import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_stages(seconds: Mapping[str, Mapping[str, float]]) -> "Figure":
    """Draw the seconds that each detector takes for an image, stacked by stage.

    The slowest may be a hundred times slower than the fastest, whose bar is a hair then. So there is a panel
    of all, and below it one of all but the first, one of all but the first two, and so on.

    Parameters
    ----------
    seconds : mapping of str to mapping of str to float
        For each detector, slowest first, the seconds of each stage; one that it does not have may be absent.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        When there is no detector, or a number is negative or not finite.

    References
    ----------
    Gu, Umeå 2023, lines 222 and 314-317: 40 to 50, 2 and .2 seconds. The stacked bars of lecture S1, lines
    707-714.

    Examples
    --------
    >>> figure = plot_stages({"R-CNN": {"features": 40.0, "heads": 1.0}, "Fast R-CNN": {"features": 0.3}})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['41 s', '0.3 s']
    """
    if not seconds:
        raise ValueError("seconds must have at least one detector, got none")
    for name, parts in seconds.items():
        for stage, value in parts.items():
            if not 0 <= value < float("inf"):
                raise ValueError(f"seconds[{name!r}][{stage!r}] must be finite and not negative, got {value}")
    stages = list(dict.fromkeys(stage for parts in seconds.values() for stage in parts))
    colors = {stage: COLORS[i % len(COLORS)] for i, stage in enumerate(stages)}
    names = list(seconds)
    panels = max(len(names) - 1, 1)
    heights = [len(names) - panel for panel in range(panels)]
    figure = new_figure(8, 0.9 + 0.5 * sum(heights) + 0.35 * panels)
    axes = figure.subplots(panels, 1, squeeze=False, height_ratios=heights)[:, 0]
    for panel, ax in enumerate(axes):
        _draw_bars(ax, {name: seconds[name] for name in names[panel:]}, colors)
    axes[-1].set_xlabel("seconds an image")
    if stages:
        handles = [axes[0].barh([0], [0], color=colors[stage]) for stage in stages]
        where = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": len(stages)}
        add_legend(axes[0], handles, stages, frameon=False, **where)
    return figure


def _draw_bars(ax: "Axes", seconds: Mapping[str, Mapping[str, float]], colors: Mapping[str, str]) -> None:
    longest = max(sum(parts.values()) for parts in seconds.values())
    for row, parts in enumerate(seconds.values()):
        left = 0.0
        for stage, value in parts.items():
            ax.barh(row, value, left=left, color=colors[stage], edgecolor="white", linewidth=0.5)
            left += value
        ax.text(left + 0.01 * longest, row, f"{left:.2g} s", va="center", size=10)
    ax.set_yticks(range(len(seconds)), list(seconds))
    ax.invert_yaxis()
    ax.set_xlim(0, 1.12 * longest or 1)
    ax.spines[["top", "right"]].set_visible(False)
