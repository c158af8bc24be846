"""YOLO's grid over an image: which cells are responsible, and for what."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.yolo_grid import decode_yolo_grid
from scratchcv.checks import as_floating, check_array
from scratchcv.visualize.boxes import as_picture, paint
from scratchcv.visualize.figure import figure_of, new_figure
from scratchcv.visualize.labels import arrange, settle_labels
from scratchcv.visualize.palette import class_color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_yolo_cells(
    image: ArrayLike,
    grid_boxes: ArrayLike,
    grid_labels: ArrayLike,
    class_names: Sequence[str] | None = None,
    *,
    sizes: str = "image",
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the cells of YOLO's grid; those that hold an object's midpoint are tinted, their boxes outlined.

    Parameters
    ----------
    image : (H, W, 3) uint8 or (3, H, W) float in [0, 1]
        The picture.
    grid_boxes : (S, S, 4)
        (x, y, w, h) of each cell's object, as `scratchcv.boxes.encode_yolo_grid` gives them.
    grid_labels : (S, S) int
        Its class, 0 where there is none.
    class_names : sequence of str, optional
        Names by label, index 0 the background; numbers by default.
    sizes : {"image", "cell"}
        What w and h are relative to.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
        The new figure, or the one that `ax` belongs to.

    Raises
    ------
    ValueError
        When a shape does not fit.

    References
    ----------
    J. Redmon et al., "You Only Look Once", 2016, figure 2; lectures S1, lines 1199-1208, and S4, line 90.

    Examples
    --------
    >>> labels = np.array([[0, 1], [0, 0]])
    >>> boxes = np.zeros((2, 2, 4))
    >>> boxes[0, 1] = 0.5, 0.5, 0.4, 0.4
    >>> figure = draw_yolo_cells(np.zeros((8, 8, 3), np.uint8), boxes, labels)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1']
    """
    from matplotlib.patches import Rectangle

    grid_labels = check_array("grid_labels", grid_labels, ("S", "S"))
    grid_boxes = as_floating(check_array("grid_boxes", grid_boxes, (*grid_labels.shape, 4)))
    picture = as_picture(image)
    height, width = picture.shape[:2]
    rows, columns = grid_labels.shape
    if ax is None:
        ax = new_figure(5, 5 * height / width).subplots()
    corners = decode_yolo_grid(grid_boxes[:, :, None], (height, width), sizes=sizes)[:, :, 0]
    responsible = np.argwhere(grid_labels > 0)
    boxes = np.array([corners[row, column] for row, column in responsible]).reshape(-1, 4)
    labels = np.array([grid_labels[row, column] for row, column in responsible], np.int64)
    written = paint(ax, image, boxes, labels, class_names=class_names)
    ax.hlines(np.linspace(0, height, rows + 1), 0, width, color="white", linewidth=0.8, alpha=0.7)
    ax.vlines(np.linspace(0, width, columns + 1), 0, height, color="white", linewidth=0.8, alpha=0.7)

    for (row, column), box, label in zip(responsible, boxes, labels, strict=True):
        corner = column * width / columns, row * height / rows
        color = class_color(int(label))
        ax.add_patch(Rectangle(corner, width / columns, height / rows, color=color, alpha=0.55, linewidth=0))
        middle = (box[:2] + box[2:]) / 2
        ax.plot(*middle, "o", color=color, markeredgecolor="white", markersize=6)
    ax.set(xlim=(0, width), ylim=(height, 0))
    figure = figure_of(ax)
    arrange(figure)
    settle_labels(written)
    return figure
