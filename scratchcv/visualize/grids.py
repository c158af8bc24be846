"""Many pictures on one sheet: a data set's ground truth, and ground truth beside detections."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.visualize.boxes import as_picture, drawn_parts, paint
from scratchcv.visualize.figure import add_legend, new_figure
from scratchcv.visualize.labels import freeze_layout, settle_labels
from scratchcv.visualize.palette import class_color

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELL, GAP = 2.6, 0.15
"""Inches: the longer side of a picture on a sheet, and the space between pairs."""


def detection_grid(
    images: Sequence[ArrayLike],
    targets: Sequence[Mapping[str, Any]],
    predictions: Sequence[Mapping[str, Any]],
    class_names: Sequence[str] | None = None,
    *,
    score_threshold: float = 0.5,
    columns: int = 2,
) -> "Figure":
    """Draw each image twice: with its ground truth, and beside it with what was detected.

    Parameters
    ----------
    images : sequence of (H, W, 3) uint8 or (3, H, W) float
        Pictures; sizes may differ. `scratchcv.data.shrink` makes photographs small: many fit in memory then.
    targets, predictions : sequence of dict
        One of each for an image, boxes in the image's own pixels.
    class_names : sequence of str, optional
        Names by label, index 0 the background.
    score_threshold : float
        Detections that score lower are left out.
    columns : int
        How many images, that is pairs of pictures, stand side by side.

    Returns
    -------
    matplotlib.figure.Figure
        Axes in reading order: truth, detections, truth, …

    Raises
    ------
    ValueError
        When there are not as many targets or predictions as images.

    Examples
    --------
    >>> target = {"boxes": [[1, 1, 5, 5]], "labels": [1]}
    >>> prediction = {**target, "scores": [0.8]}
    >>> figure = detection_grid([np.zeros((8, 8, 3), np.uint8)], [target], [prediction])
    >>> [axes.get_title() for axes in figure.axes]
    ['ground truth', 'detected']
    """
    if not len(images) == len(targets) == len(predictions):
        raise ValueError(
            f"images, targets and predictions must be equally many, "
            f"got {len(images)}, {len(targets)} and {len(predictions)}"
        )
    cells: list[tuple[ArrayLike, dict[str, Any]]] = []
    for image, target, prediction in zip(images, targets, predictions, strict=True):
        cells.append((image, drawn_parts(target)))
        cells.append((image, drawn_parts(prediction, score_threshold)))
    return _sheet(cells, class_names, 2 * max(1, min(columns, len(images))), ("ground truth", "detected"))


def contact_sheet(
    images: Sequence[ArrayLike],
    targets: Sequence[Mapping[str, Any]],
    class_names: Sequence[str] | None = None,
    *,
    columns: int = 4,
) -> "Figure":
    """Draw images with their ground truth on one sheet, to see what a data set holds.

    Parameters
    ----------
    images : sequence of (H, W, 3) uint8 or (3, H, W) float
        Pictures; sizes may differ. `scratchcv.data.shrink` makes photographs small: many fit in memory then.
    targets : sequence of dict
        One for an image.
    class_names : sequence of str, optional
        Names by label, index 0 the background.
    columns : int
        Pictures side by side.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        When there are not as many targets as images.

    Examples
    --------
    >>> black = np.zeros((8, 8, 3), np.uint8)
    >>> target = {"boxes": [[1, 1, 5, 5]], "labels": [2]}
    >>> figure = contact_sheet([black, black], [target, target], ["background", "cat", "dog"])
    >>> figure.axes[1].texts[0].get_text()
    'dog'
    """
    if len(images) != len(targets):
        raise ValueError(f"images and targets must be equally many, got {len(images)} and {len(targets)}")
    cells = [(image, drawn_parts(target)) for image, target in zip(images, targets, strict=True)]
    return _sheet(cells, class_names, max(1, min(columns, len(images))), ())


def _sheet(
    cells: Sequence[tuple[ArrayLike, Mapping[str, Any]]],
    class_names: Sequence[str] | None,
    columns: int,
    titles: Sequence[str],
) -> "Figure":
    """Draw (image, parts) cells row by row; `titles` are repeated over the first row."""
    from matplotlib.patches import Patch

    rows = max(1, -(-len(cells) // columns))
    aspect = float(np.median([_height_over_width(image) for image, _ in cells])) if cells else 1
    width, height = CELL * min(1, 1 / aspect), CELL * min(1, aspect)
    together = len(titles) or columns  # cells that belong together; a gap follows them
    gaps = (columns - 1) // together
    total = columns * width + 0.2 + GAP * gaps
    legend = _legend_entries([parts for _, parts in cells], class_names)
    legend_columns = max(1, min(len(legend), int(total / 1.1)))
    legend_rows = -(-len(legend) // legend_columns)
    figure = new_figure(total, rows * height + (0.3 if titles else 0) + 0.2 + 0.22 * legend_rows)
    ratios = ([width] * together + [GAP]) * (gaps + 1)
    grid = figure.add_gridspec(rows, columns + gaps, width_ratios=ratios[: columns + gaps])
    written = []
    for index, (image, parts) in enumerate(cells):
        row, column = divmod(index, columns)
        ax = figure.add_subplot(grid[row, column + column // together])
        if titles and index < columns:
            ax.set_title(titles[index % len(titles)], size=11)
        written.append(paint(ax, image, class_names=class_names, text_size=7.5, **parts))
    if legend:
        add_legend(
            figure,
            [Patch(color=color) for color, _ in legend],
            [name for _, name in legend],
            loc="outside lower center",
            ncols=legend_columns,
            frameon=False,
            fontsize=9,
        )
    freeze_layout(figure)
    for labels in written:
        settle_labels(labels)
    return figure


def _height_over_width(image: ArrayLike) -> float:
    height, width = as_picture(image).shape[:2]
    return float(height / width)


def _legend_entries(
    parts: Sequence[Mapping[str, Any]], class_names: Sequence[str] | None
) -> list[tuple[str, str]]:
    """Return colour and name of each class that occurs."""
    if class_names is None:
        return []
    present = sorted({int(label) for part in parts for label in part.get("labels", ())})
    return [(class_color(label), class_names[label]) for label in present if 0 <= label < len(class_names)]
