"""What was expected beside what was found: boxes over each other, maps of numbers with their difference."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import as_floating, check_array
from scratchcv.visualize.boxes import outline
from scratchcv.visualize.figure import add_legend, new_figure
from scratchcv.visualize.palette import COLORS
from scratchcv.visualize.steps import frame_boxes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLES: tuple[Literal["-"], Literal["--"]] = ("-", "--")

MOST_BOXES = 60
"""So many boxes of a set are drawn; more are a thicket."""


def boxes_figure(sets: Mapping[str, ArrayLike], marked: Mapping[str, int] | None = None) -> "Figure":
    """Draw sets of boxes over each other, each in its colour, every second one dashed.

    Parameters
    ----------
    sets : mapping of str to (N, 4)
        xyxy by name; not all may be empty.
    marked : mapping of str to int, optional
        One box of a set that stands out; all others are pale then.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> figure = boxes_figure({"expected": [[0, 0, 4, 4]], "got": [[0, 0, 5, 5]]})
    >>> len(figure.axes[0].patches)
    2
    """
    from matplotlib.lines import Line2D

    boxes = {name: as_floating(check_array(name, some, ("N", 4)))[:MOST_BOXES] for name, some in sets.items()}
    marked = {} if marked is None else marked
    figure = new_figure(4.2, 3.6)
    ax = figure.add_subplot()
    frame_boxes(ax, np.concatenate(list(boxes.values())), None)
    handles = []
    for number, (name, some) in enumerate(boxes.items()):
        color, style = COLORS[(0, 5, 2, 3)[number % 4]], STYLES[number % 2]
        handles.append(Line2D([], [], color=color, linestyle=style, linewidth=2))
        for index, box in enumerate(some):
            pale = marked and marked.get(name) != index
            outline(ax, box, color, width=1.2 if pale else 2.4, style=style, alpha=0.35 if pale else 1)
    names = [name + (f"[{marked[name]}]" if name in marked else "") for name in boxes]
    add_legend(ax, handles, names, loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4, frameon=False)
    return figure


def difference_figure(expected: ArrayLike, found: ArrayLike) -> "Figure":
    """Show two maps of numbers in the same greys, and how they differ: blue where too little was found.

    Parameters
    ----------
    expected, found : (H, W)
        Maps of one shape; NaN and infinities stay white.

    Returns
    -------
    matplotlib.figure.Figure
        Three panels.

    Examples
    --------
    >>> figure = difference_figure(np.eye(3), np.ones((3, 3)))
    >>> [axes.get_title() for axes in figure.axes]
    ['expected', 'got', 'got − expected']
    """
    wanted = check_array("expected", expected, ("H", "W")).astype(np.float64)
    got = check_array("found", found, wanted.shape).astype(np.float64)
    both = np.concatenate([wanted, got], axis=None)
    both = both[np.isfinite(both)]
    least, most = (both.min(), both.max()) if both.size else (0.0, 1.0)
    with np.errstate(invalid="ignore", over="ignore"):
        difference = got - wanted
    finite = abs(difference[np.isfinite(difference)])
    reach = max(float(finite.max(initial=0)), 1e-300)
    figure = new_figure(6.6, 6.6 / 3 * min(max(len(wanted) / max(wanted.shape[1], 1), 0.3), 2) + 0.4)
    panels = ("expected", wanted, "gray", least, most), ("got", got, "gray", least, most)
    last = ("got − expected", difference, "RdBu_r", -reach, reach)
    for number, (title, values, colors, low, high) in enumerate((*panels, last), 1):
        ax = figure.add_subplot(1, 3, number)
        shown = np.ma.masked_invalid(values)
        ax.imshow(shown, cmap=colors, vmin=low, vmax=high, interpolation="nearest")
        ax.set_title(title, size=10)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_color("#aaaaaa")
    return figure
