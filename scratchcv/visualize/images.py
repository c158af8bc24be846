"""Pictures and maps of numbers side by side, pixel by pixel."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.visualize.boxes import as_picture
from scratchcv.visualize.figure import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def image_row(
    images: Mapping[str, ArrayLike], *, signed: bool = False, columns: int = 6, size: float = 2.3
) -> "Figure":
    """Show images beside each other, each pixel as a sharp square.

    Parameters
    ----------
    images : mapping of str to (H, W), (H, W, 3) uint8 or (3, H, W) float in [0, 1]
        By title. Maps of numbers (H, W) are grey, 0 black and 1 white.
    signed : bool
        Show maps in blue below zero and in red above it instead, each as far as it reaches.
    columns : int
        So many stand in a row; then the next begins.
    size : float
        Width of each, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        One panel an image.

    Examples
    --------
    >>> figure = image_row({"a map": np.eye(3), "a picture": np.zeros((8, 8, 3), np.uint8)})
    >>> [axes.get_title() for axes in figure.axes]
    ['a map', 'a picture']
    """
    across = max(min(columns, len(images)), 1)
    down = max(-(-len(images) // across), 1)
    shapes = [
        np.shape(image) if np.ndim(image) == 2 else as_picture(image).shape for image in images.values()
    ]
    aspect = max((shape[0] / max(shape[1], 1) for shape in shapes), default=1)
    figure = new_figure(size * across, (size * aspect + 0.3) * down)
    for index, (title, image) in enumerate(images.items()):
        ax = figure.add_subplot(down, across, index + 1)
        if np.ndim(image) == 2:
            numbers = np.asarray(image, np.float64)
            reach = max(float(abs(numbers).max(initial=0)), 1e-12) if signed else 1.0
            least, colors = (-reach, "RdBu_r") if signed else (0, "gray")
            ax.imshow(numbers, cmap=colors, vmin=least, vmax=reach, interpolation="nearest")
        else:
            ax.imshow(as_picture(image), interpolation="nearest")
        ax.set_title(title, size=10, parse_math=False)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_color("#aaaaaa")
    return figure
