"""Heat maps: what scores at which place, laid over the picture."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from scratchcv.checks import check_array
from scratchcv.visualize.boxes import as_picture, show_picture
from scratchcv.visualize.figure import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def heat_map_figure(
    image: ArrayLike, maps: Mapping[str, ArrayLike], margins: Mapping[str, float]
) -> "Figure":
    """Lay maps of scores over an image, each over the part of it that its windows' centres cover.

    Parameters
    ----------
    image : (H, W, 3) uint8 or (3, H, W) float in [0, 1]
        The picture, RGB; it is shown first.
    maps : mapping of str to (rows, columns)
        Scores from 0 to 1 by title.
    margins : mapping of str to float
        For each map the share of the image that lies before the first centre, and behind the last one: half
        the side of a window, relative to the image.

    Returns
    -------
    matplotlib.figure.Figure
        The image, then the maps; yellow is 1.

    Raises
    ------
    ValueError
        When a map has no margin or no two axes.

    Examples
    --------
    >>> import numpy as np
    >>> figure = heat_map_figure(np.zeros((8, 8, 3), np.uint8), {"cat": np.eye(5)}, {"cat": 0.25})
    >>> [axes.get_title() for axes in figure.axes][:2], list(figure.axes[1].images[1].get_extent())
    (['image', 'cat'], [1.5, 6.5, 6.5, 1.5])
    """
    if set(maps) != set(margins):
        raise ValueError(f"every map needs a margin, got {sorted(maps)} and {sorted(margins)}")
    picture = as_picture(image)
    height, width = picture.shape[:2]
    figure = new_figure(2.4 * (len(maps) + 1), 2.4 * height / width + 0.35)
    axes = figure.subplots(1, len(maps) + 1, squeeze=False)[0]
    axes[0].set_title("image", size=10)
    show_picture(axes[0], picture)
    for ax, (title, values) in zip(axes[1:], maps.items(), strict=True):
        scores = check_array("map", values, ("rows", "columns"))
        rows, columns = scores.shape
        # Half a step more on each side: a cell is centred on its window's centre.
        edge_x, edge_y = (_edge(margins[title], n) for n in (columns, rows))
        show_picture(ax, picture)
        extent = (width * edge_x, width * (1 - edge_x), height * (1 - edge_y), height * edge_y)
        ax.imshow(scores, extent=extent, cmap="inferno", vmin=0, vmax=1, alpha=0.65, interpolation="nearest")
        ax.set(xlim=(0, width), ylim=(height, 0))
        ax.set_title(title, size=10, parse_math=False)
    return figure


def _edge(margin: float, cells: int) -> float:
    return margin - (1 - 2 * margin) / (cells - 1) / 2 if cells > 1 else 0.0
