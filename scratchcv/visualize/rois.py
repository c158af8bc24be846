"""A region on the feature map: how RoI pooling snaps it and cuts it, and where RoIAlign samples it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array
from scratchcv.layers.roi_align import roi_align
from scratchcv.layers.roi_pool import roi_pool, roi_pool_bins
from scratchcv.layers.shapes import pair
from scratchcv.visualize.boxes import as_picture, outline, show_picture
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import COLORS
from scratchcv.visualize.sliders import figure_sliders

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PROJECTED, SNAPPED, GRID = COLORS[1], COLORS[5], "#ffffff"
SAMPLES = 2
"""A side of each of RoIAlign's bins."""


def roi_figure(
    image: ArrayLike,
    feature_map: ArrayLike,
    box: ArrayLike,
    output_size: int | tuple[int, int] = 2,
    *,
    pooling: str = "pool",
) -> "Figure":
    """Draw a region's way from the image to its fixed number of bins.

    Parameters
    ----------
    image : (H, W, 3) uint8 or (3, H, W) float
        The image.
    feature_map : (h, w)
        One channel of its features; the stride is H / h.
    box : (4,)
        The region, xyxy, in the image's pixels.
    output_size : int or (int, int)
        Bins down and across.
    pooling : {"pool", "align"}
        Which of `roi_pool` and `roi_align` reads the region.

    Returns
    -------
    matplotlib.figure.Figure
        Three panels: the box on the image, on the feature map, and what comes out. On the map the projected
        box is dashed. RoI pooling's bins are solid, and where two share pixels, both are drawn; RoIAlign's
        samples are dots, and aligned: a pixel's value stands at its centre.

    Raises
    ------
    ValueError
        When a shape does not fit, or the pooling has another name.

    References
    ----------
    Lecture S1, lines 647-678, "Cropping Features: RoI Pool".

    Examples
    --------
    >>> figure = roi_figure(np.zeros((32, 32, 3), np.uint8), np.eye(4), [3, 3, 20, 30])
    >>> [axes.get_title() for axes in figure.axes]
    ['32×32 image', '4×4 feature map', 'RoI pool: 2×2']
    """
    picture = as_picture(image)
    features = as_floating(check_array("feature_map", feature_map, ("h", "w")))
    region = as_floating(check_array("box", box, (4,)))
    scale, size = len(features) / len(picture), pair("output_size", output_size, least=1)
    x, roi = features[None, None], np.insert(region, 0, 0)[None]
    if pooling == "pool":
        y = roi_pool(x, roi, size, scale)[0][0, 0]
    elif pooling == "align":
        y = roi_align(x, roi, size, scale, SAMPLES, aligned=True)[0, 0]
    else:
        raise ValueError(f"pooling must be 'pool' or 'align', got {pooling!r}")

    figure = new_figure(11, 3.9)
    first, second, third = figure.subplots(1, 3, width_ratios=(1, 1, 0.8))
    first.set_title(f"{len(picture)}×{picture.shape[1]} image")
    show_picture(first, picture)
    outline(first, region, PROJECTED, width=2.5)
    second.set_title(f"{len(features)}×{features.shape[1]} feature map")
    third.set_title(f"RoI {pooling}: {size[0]}×{size[1]}")
    limits = float(features.min()), float(features.max())
    _draw_pixels(second, features, *limits)
    outline(second, region * scale, PROJECTED, width=2, style="--")
    if pooling == "pool":
        for rows in roi_pool_bins(region[None], size, features.shape, scale)[0][0]:
            for columns in roi_pool_bins(region[None], size, features.shape, scale)[1][0]:
                outline(second, np.stack([columns, rows], axis=1).reshape(4), SNAPPED, width=2)
    else:
        _draw_samples(second, region * scale, size)
    _draw_pixels(third, y, *limits)
    if y.size <= 100:
        for (row, column), value in np.ndenumerate(y):
            third.text(column + 0.5, row + 0.5, f"{value:.3g}", ha="center", va="center", color="white",
                       bbox={"boxstyle": "round", "facecolor": "#00000090", "edgecolor": "none"})  # fmt: skip
    return figure


def roi_slider(
    image: ArrayLike,
    feature_map: ArrayLike,
    box: Sequence[float],
    output_size: int | tuple[int, int] = 2,
    *,
    pooling: str = "pool",
) -> Any:
    """Move the region of `roi_figure` over the image, pixel by pixel.

    Parameters
    ----------
    image, feature_map, box, output_size, pooling
        As in `roi_figure`.

    Returns
    -------
    ipywidgets.VBox or matplotlib.figure.Figure
        The container, with a slider for the steps to the right and one for those down; the figure alone where
        ipywidgets is absent.

    Examples
    --------
    >>> slider = roi_slider(np.zeros((32, 32, 3), np.uint8), np.eye(4), [3, 3, 20, 30])
    """
    height, width = as_picture(image).shape[:2]
    stride = height / len(np.asarray(feature_map))
    x1, y1, x2, y2 = box

    def show(right: int, down: int) -> "tuple[Figure, str]":
        moved = np.array([x1 + right, y1 + down, x2 + right, y2 + down])
        words = ", ".join(f"{corner:.2f}" for corner in moved / stride)
        figure = roi_figure(image, feature_map, moved, output_size, pooling=pooling)
        return figure, f"corners on the feature map, stride {stride:g}: {words}"

    return figure_sliders(
        show,
        right=(0, -int(x1), max(int(width - x2), 1)),
        down=(0, -int(y1), max(int(height - y2), 1)),
    )


def _draw_pixels(ax: "Axes", values: Array, least: float, most: float) -> None:
    """Draw a map whose pixel (r, c) covers the square from (c, r) to (c + 1, r + 1)."""
    height, width = values.shape
    ax.imshow(values, cmap="viridis", vmin=least, vmax=most, extent=(0, width, height, 0))
    ax.autoscale(False)  # a region may reach over the border
    ax.set_xticks(range(width + 1), [])
    ax.set_yticks(range(height + 1), [])
    ax.tick_params(length=0)
    ax.grid(color=GRID, linewidth=0.4, alpha=0.6)


def _draw_samples(ax: "Axes", box: Array, size: tuple[int, int]) -> None:
    """Draw RoIAlign's bins and samples."""
    x1, y1, x2, y2 = box
    columns, rows = np.linspace(x1, x2, size[1] + 1), np.linspace(y1, y2, size[0] + 1)
    for column in columns:
        ax.plot([column, column], [y1, y2], color=SNAPPED, linewidth=1)
    for row in rows:
        ax.plot([x1, x2], [row, row], color=SNAPPED, linewidth=1)
    steps = [(np.arange(bins * SAMPLES) + 0.5) / (bins * SAMPLES) for bins in size]
    across, down = np.meshgrid(x1 + steps[1] * (x2 - x1), y1 + steps[0] * (y2 - y1))
    ax.plot(across.ravel(), down.ravel(), ".", color=SNAPPED, markersize=5)
