"""How large the maps of a network are for inputs of several sizes, drawn to scale as the lectures do."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import COLORS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def map_sizes_figure(rows: Mapping[str, Sequence[int]], layers: Sequence[str]) -> "Figure":
    """Draw, for each input, its side and those of the maps behind it, with the first input's share shaded.

    Parameters
    ----------
    rows : mapping of str to sequence of int
        By title the sides in pixels: of the input, then of the output of each layer. The first row is one
        window; a larger input's maps hold as many of its results as they are larger.
    layers : sequence of str
        Names of the layers, one fewer than the sides.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        When a row has not one side more than there are layers.

    References
    ----------
    Lecture S2, lines 213-226; Sermanet et al., "OverFeat", 2014, figure 5.

    Examples
    --------
    >>> figure = map_sizes_figure({"14": [14, 10, 5, 1], "16": [16, 12, 6, 2]}, ["conv", "pool", "FC"])
    >>> len(figure.axes[0].patches), len(figure.axes)
    (16, 1)
    """
    from matplotlib.patches import Rectangle

    for title, sides in rows.items():
        if len(sides) != len(layers) + 1:
            raise ValueError(f"row {title!r} must have {len(layers) + 1} sides, got {len(sides)}")
    largest = max(max(sides) for sides in rows.values())
    step = 1.5 * largest
    width, height = step * (len(layers) + 1), 0.55 * step * len(rows)
    figure = new_figure(11, 11 * (height + largest) / (width + 0.4 * step))
    ax = figure.subplots()
    one = next(iter(rows.values()))
    y = 0.0
    for index, (title, sides) in enumerate(rows.items()):
        ax.text(-0.12 * step, y + sides[0] / 2, title, ha="right", va="center", size=10)
        for column, (side, share) in enumerate(zip(sides, one, strict=True)):
            x = column * step
            ax.add_patch(Rectangle((x, y), side, side, facecolor="#eeeeee", edgecolor="#555555"))
            ax.add_patch(
                Rectangle((x, y), share, share, facecolor=COLORS[0], alpha=0.45, edgecolor=COLORS[0])
            )
            ax.text(x + side + 0.03 * step, y + side / 2, f"{side}×{side}", va="center", size=9)
            if index == 0 and column:
                ax.text(x, -0.08 * step, layers[column - 1], va="bottom", size=9.5)
        y += sides[0] + 0.12 * step
    ax.set(xlim=(-0.4 * step, width), ylim=(y, -0.2 * step), aspect="equal")
    ax.set_axis_off()
    return figure
