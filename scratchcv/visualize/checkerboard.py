"""The checkerboard of a transposed convolution: how many stamps fall on each pixel."""

from typing import TYPE_CHECKING, Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers.conv_transpose2d import conv_transpose2d
from scratchcv.layers.shapes import pair
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import class_color
from scratchcv.visualize.sliders import figure_sliders

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def stamp_counts(kernel_size: int, stride: int, size: int = 5) -> Array:
    r"""Return how many input pixels contribute to each output pixel of a transposed convolution.

    .. math:: n_{q,r} = \left|\{(h, i, w, j) : sh + i = q,\ sw + j = r\}\right|

    Parameters
    ----------
    kernel_size, stride : int
        k and s.
    size : int
        Side of the input, in pixels.

    Returns
    -------
    ndarray of int64, shape ((size - 1) s + k, (size - 1) s + k)

    References
    ----------
    Odena, Dumoulin, Olah, "Deconvolution and Checkerboard Artifacts", 2016.

    Examples
    --------
    >>> stamp_counts(3, 2, size=2).tolist()[2]
    [2, 2, 4, 2, 2]
    """
    ones = np.ones((1, 1, size, size)), np.ones((1, 1, *pair("kernel_size", kernel_size, least=1)))
    counts: Array = np.rint(conv_transpose2d(*ones, stride=stride)[0, 0]).astype(np.int64)
    return counts


def checkerboard_figure(kernel_size: int, stride: int, size: int = 5) -> "Figure":
    """Draw the stamps of a row of pixels, and how many of them fall on each pixel of an image.

    Parameters
    ----------
    kernel_size, stride, size : int
        As in `stamp_counts`.

    Returns
    -------
    matplotlib.figure.Figure
        Left the stamps along one axis, one line an input pixel, with their counts below; right the counts
        along both, the darker the more.

    Examples
    --------
    >>> [axes.get_title() for axes in checkerboard_figure(4, 2).axes]
    ['one row: kernel 4, stride 2', 'inside, 4 stamps a pixel']
    """
    counts = stamp_counts(kernel_size, stride, size)
    width = len(counts)
    along = counts[0] // counts[0, 0]
    # Away from the border the counts repeat; of a larger image, one period where all stamps are there.
    period = slice(max(kernel_size - stride, 0), max(kernel_size, stride))
    inside = np.unique(stamp_counts(kernel_size, stride, kernel_size + 1)[period, period])
    figure = new_figure(9, 3.6)
    left, right = figure.subplots(1, 2, width_ratios=(1.35, 1))
    for pixel in range(size):
        start = stride * pixel
        left.barh(pixel, kernel_size, 0.72, start, color=class_color(pixel + 1), alpha=0.6)
        left.text(start + kernel_size / 2, pixel, f"W x{pixel}", ha="center", va="center", size=9)
    for column, count in enumerate(along):
        left.text(column + 0.5, size + 0.1, str(count), ha="center", va="center", size=10)
    left.vlines(np.arange(width + 1), -0.6, size + 0.6, color="#cccccc", linewidth=0.6, zorder=0)
    left.text(-0.3, size + 0.1, "stamps", ha="right", va="center", size=10)
    left.set(xlim=(0, width), ylim=(size + 0.6, -0.6))
    left.set_title(f"one row: kernel {kernel_size}, stride {stride}", size=11)
    left.set_axis_off()

    right.imshow(counts, cmap="Blues", vmin=0, vmax=1.25 * counts.max())
    if width <= 20:
        for (row, column), count in np.ndenumerate(counts):
            color = "white" if count > 0.8 * counts.max() else "black"
            right.text(
                column, row, str(count), ha="center", va="center", size=min(9, 130 / width), color=color
            )
    *first, last = (str(number) for number in inside)
    words = f"{', '.join(first)} or {last}" if first else last
    right.set_title(f"inside, {words} stamps a pixel", size=11)
    right.set_axis_off()
    return figure


def checkerboard_slider(kernel_size: int = 3, stride: int = 2) -> Any:
    """Turn kernel and stride, and watch the checkerboard come and go.

    Parameters
    ----------
    kernel_size, stride : int
        Where the sliders start.

    Returns
    -------
    ipywidgets.VBox or matplotlib.figure.Figure
        The container; the first figure where ipywidgets is absent.

    Examples
    --------
    >>> box = checkerboard_slider(3, 2)
    """

    def show(kernel_size: int, stride: int) -> tuple["Figure", str]:
        even = "divisible: even" if kernel_size % stride == 0 else "not divisible: a checkerboard"
        return checkerboard_figure(kernel_size, stride), f"kernel {kernel_size}, stride {stride}: {even}"

    return figure_sliders(show, kernel_size=(kernel_size, 1, 7), stride=(stride, 1, 4))
