"""Tables of numbers side by side, as the lectures draw what a layer does."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import class_color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GAP = 1.0
"""Cells between two tables: room for a sign."""

LETTER = 0.1
"""Inches that a letter of a title takes, nearly."""


def number_tables(
    tables: Mapping[str, ArrayLike],
    *,
    signs: Sequence[str] = (),
    colors: Mapping[str, ArrayLike] | None = None,
    digits: int = 2,
    cell: float = 0.42,
) -> "Figure":
    """Draw tables of numbers beside each other, with signs between them.

    Parameters
    ----------
    tables : mapping of str to (H, W)
        Numbers by title; NaN leaves a cell empty. Words are written as they are.
    signs : sequence of str, optional
        What stands between each table and the next, "+" or "→"; nothing by default.
    colors : mapping of str to (H, W) int, optional
        By title, for each cell the colour of `class_color`, or 0 for none.
    digits : int
        Digits behind the point; none in tables of whole numbers.
    cell : float
        Side of a cell, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        One axes whose unit is a cell.

    Raises
    ------
    ValueError
        When a shape or the number of signs does not fit, or colours have no table.

    Examples
    --------
    >>> figure = number_tables({"x": [[1, 2]], "y": [[1.25, np.nan]]}, signs=["→"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['x', '1', '2', '→', 'y', '1.25']
    """
    colors = {} if colors is None else colors
    values = {title: check_array(f"tables[{title!r}]", table, ("H", "W")) for title, table in tables.items()}
    if len(signs) not in (0, len(values) - 1):
        raise ValueError(f"{len(values)} tables need {len(values) - 1} signs, got {len(signs)}")
    if unknown := [title for title in colors if title not in values]:
        raise ValueError(f"colors must belong to tables, got {unknown[0]!r}")
    slots = [max(table.shape[1], LETTER * len(title) / cell) for title, table in values.items()]
    rows = max((len(table) for table in values.values()), default=1)
    width, height = sum(slots) + GAP * (len(slots) + 0.5), rows + 1.6
    figure = new_figure(cell * max(width, 1), cell * height, arranged=False)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    left = 0.75 * GAP
    for index, ((title, table), slot) in enumerate(zip(values.items(), slots, strict=True)):
        top = 1.1 + (rows - len(table)) / 2
        start = left + (slot - table.shape[1]) / 2
        ax.text(left + slot / 2, top - 0.5, title, size=11, ha="center", va="center", parse_math=False)
        tints = check_array(f"colors[{title!r}]", colors.get(title, np.zeros(table.shape, int)), table.shape)
        _draw_table(ax, table, tints, (start, top), _written(table, digits), 72 * cell)
        left += slot + GAP
        if index < len(signs):
            sign, middle = signs[index], 1.1 + rows / 2
            size = 15 if len(sign) < 2 else 11
            ax.text(left - GAP / 2, middle, sign, size=size, ha="center", va="center", parse_math=False)
    return figure


def _draw_table(
    ax: "Axes", table: Array, tints: Array, corner: tuple[float, float], words: list[list[str]], points: float
) -> None:
    """Draw the cells of one table from its upper left corner on; a cell is so many points wide."""
    from matplotlib.patches import Rectangle

    longest = max((len(word) for line in words for word in line), default=1)
    numbers = table.dtype.kind not in "OU"
    for row, column in np.ndindex(table.shape):
        x, y, tint = corner[0] + column, corner[1] + row, int(tints[row, column])
        ax.add_patch(Rectangle((x, y), 1, 1, facecolor="white", edgecolor="#666666", linewidth=0.8))
        if tint:
            ax.add_patch(Rectangle((x, y), 1, 1, facecolor=class_color(tint), alpha=0.35, linewidth=0))
        if word := words[row][column]:
            size = min(0.42 * points, 1.35 * points / (longest if numbers else len(word)))
            ax.text(x + 0.5, y + 0.52, word, size=size, ha="center", va="center", parse_math=False)


def _written(table: Array, digits: int) -> list[list[str]]:
    """Return each cell's text: whole numbers without a point if all are whole, nothing for NaN."""
    if table.dtype.kind in "OU":
        return [[str(word) for word in line] for line in table]
    numbers = table.astype(np.float64)
    known = numbers[np.isfinite(numbers)]
    places = 0 if np.array_equal(known, np.rint(known)) else digits
    return [
        ["" if np.isnan(number) else f"{number:.{places}f}".replace("-", "−") for number in line]
        for line in np.round(numbers, places) + 0.0  # no −0
    ]
