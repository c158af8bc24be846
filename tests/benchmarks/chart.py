"""The bar chart of all ratios, on a logarithmic axis."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scratchcv.visualize.figure import new_figure, save_figure
from scratchcv.visualize.palette import class_color
from tests.benchmarks.results import Result, Results
from tests.benchmarks.row import Group, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "performance.png"

LEAST, MOST = 0.0004, 12.0
"""Where the axis begins and ends; a longer bar is cut, and its number says how long it would be."""

Measured = tuple[Group, Sequence[tuple[Row, Result]]]


def write(results: Results, groups: Sequence[Group], path: Path = PICTURE) -> None:
    """Save the chart."""
    save_figure(draw(results, groups), path, dpi=110)


def draw(results: Results, groups: Sequence[Group]) -> "Figure":
    """Return two columns of bars, from 1 to the left where we are faster; each group has its colour."""
    measured = [(group, rows) for group in groups if (rows := results.of(group))]
    columns = _two_columns(measured)
    longest = max(_height(column) for column in columns)
    figure = new_figure(13, 0.6 + 0.19 * longest)
    number = 1
    for ax, column in zip(figure.subplots(1, 2), columns, strict=True):
        _draw_column(ax, column, longest, number)
        number += len(column)
    return figure


def _height(column: Sequence[Measured]) -> int:
    """Return how many lines a column has: each group's title and rows."""
    return sum(len(rows) + 1 for _, rows in column)


def _two_columns(measured: Sequence[Measured]) -> tuple[Sequence[Measured], Sequence[Measured]]:
    """Cut the groups where the longer column is shortest."""
    cut = min(range(len(measured) + 1), key=lambda i: max(_height(measured[:i]), _height(measured[i:])))
    return measured[:cut], measured[cut:]


def _draw_column(ax: "Axes", column: Sequence[Measured], height: int, number: int) -> None:
    line = 0
    places, names = [], []
    for color, (group, rows) in enumerate(column, start=number):
        ax.text(LEAST, line, group.title, va="center", fontsize=8, weight="bold")
        for place, (row, result) in enumerate(rows, start=line + 1):
            _draw_bar(ax, place, result.ratio, class_color(color), row.counted)
            places.append(place)
            names.append(row.name)
        span = line + 0.5, line + len(rows) + 0.5
        for limit, style in ((group.mean_limit, "--"), (group.row_limit, ":")):
            if limit is not None:
                ax.plot([limit, limit], span, style, color="black", linewidth=1.4)
        line += len(rows) + 1
    ax.axvline(1, color="black", linewidth=0.8)
    ax.set_xscale("log")
    ax.set(xlim=(LEAST, MOST), ylim=(height - 0.5, -0.7), yticks=places)
    ax.set_yticklabels(names, fontsize=7)
    ax.set_xticks([0.001, 0.01, 0.1, 1, 10], ["1/1000", "1/100", "1/10", "1", "10"], fontsize=8)
    ax.minorticks_off()
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.set_xlabel("our time / theirs; limits: dashed of the mean, dotted of each row", fontsize=7)


def _draw_bar(ax: "Axes", place: float, ratio: float, color: str, counted: bool) -> None:
    """Draw a bar from 1 to the ratio, paler where no limit holds, with the number at its end."""
    end, faster = min(max(ratio, LEAST), MOST), ratio < 1
    ax.barh(place, end - 1, left=1, height=0.75, color=color, alpha=1 if counted else 0.45)
    ax.annotate(
        f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}",
        (end, place),
        xytext=(-3 if faster else 3, 0),
        textcoords="offset points",
        ha="right" if faster else "left",
        va="center",
        fontsize=7,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
    )
