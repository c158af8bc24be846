"""A convolution in pictures: one patch and what becomes of it, and where all windows of a row lie."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import as_floating, check_array
from scratchcv.layers.conv2d import conv2d
from scratchcv.layers.shapes import window_output_size
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import COLORS
from scratchcv.visualize.sliders import figure_sliders
from scratchcv.visualize.tables import number_tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TAP, EDGE = COLORS[0], "#666666"


def patch_figure(
    x: ArrayLike, weight: ArrayLike, position: int, *, stride: int = 1, padding: int = 0
) -> "Figure":
    r"""Draw one step of a convolution: a patch, times the filter, summed to one output.

    .. math:: y_{h,w} = \sum_{i,j} W_{i,j}\, x_{sh+i-p,\,sw+j-p}

    Parameters
    ----------
    x : (H, W)
        The image.
    weight : (kh, kw)
        The filter.
    position : int
        Which output, counted row by row from 0.
    stride, padding : int
        As in `scratchcv.layers.conv2d`.

    Returns
    -------
    matplotlib.figure.Figure
        Tables: the padded image, the filter, the products, the output.

    Raises
    ------
    ValueError
        When there is no such output, or a shape does not fit.

    Examples
    --------
    >>> figure = patch_figure(np.arange(9).reshape(3, 3), [[1, 0], [0, -1]], 3)
    >>> [text.get_text() for text in figure.axes[0].texts][-5:]
    ['y', '−4', '−4', '−4', '−4']
    """
    image = as_floating(check_array("x", x, ("H", "W")))
    kernel = as_floating(check_array("weight", weight, ("kh", "kw")))
    y = conv2d(image[None, None], kernel[None, None], stride=stride, padding=padding)[0, 0]
    if not 0 <= position < y.size:
        raise ValueError(f"position must lie in 0…{y.size - 1}, got {position}")
    row, column = divmod(position, y.shape[1])
    rows = slice(stride * row, stride * row + len(kernel))
    columns = slice(stride * column, stride * column + kernel.shape[1])
    padded = np.pad(image, padding)
    seen, made = np.zeros(padded.shape, int), np.zeros(y.shape, int)
    seen[rows, columns], made[row, column] = 1, 2
    names = ["x, padded" if padding else "x", "W", "products", "y"]
    return number_tables(
        dict(zip(names, (padded, kernel, kernel * padded[rows, columns], y), strict=True)),
        signs=["×", "=", "∑→"],
        colors={names[0]: seen, "products": np.ones(kernel.shape, int), "y": made},
    )


def patch_slider(
    x: ArrayLike, weight: ArrayLike, *, position: int = 0, stride: int = 1, padding: int = 0
) -> Any:
    """Move the window of `patch_figure` over the image.

    Parameters
    ----------
    x, weight, position, stride, padding
        As in `patch_figure`; the slider starts at `position`.

    Returns
    -------
    ipywidgets.VBox or matplotlib.figure.Figure
        The container; the first figure where ipywidgets is absent.

    Examples
    --------
    >>> box = patch_slider(np.arange(9).reshape(3, 3), [[1, 0], [0, -1]])
    """
    shape = np.shape(x), np.shape(weight)
    height, width = window_output_size(*shape, (stride, stride), (padding, padding))

    def show(position: int) -> tuple["Figure", str]:
        row, column = divmod(position, width)
        return patch_figure(x, weight, position, stride=stride, padding=padding), f"y[{row}, {column}]"

    return figure_sliders(show, position=(position, 0, height * width - 1))


def windows_figure(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> "Figure":
    r"""Draw which pixels of a row each output of a convolution sees.

    .. math:: W' = \left\lfloor \frac{W + 2p - d(k - 1) - 1}{s} \right\rfloor + 1

    Parameters
    ----------
    size, kernel_size, stride, padding, dilation : int
        W, k, s, p and d.

    Returns
    -------
    matplotlib.figure.Figure
        On top the row, padding in grey; below one line for each output, with a dot at each pixel it sees.

    Raises
    ------
    ValueError
        When the window is larger than the padded row.

    References
    ----------
    Lectures S0, line 725; S1, lines 1614-1670.

    Examples
    --------
    >>> windows_figure(4, 3, stride=2, padding=1).axes[0].get_title()
    "W' = ⌊(4 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 2"
    """
    from matplotlib.patches import Rectangle

    step, border, spread = (stride, stride), (padding, padding), (dilation, dilation)
    _, outputs = window_output_size((size, size), (kernel_size, kernel_size), step, border, spread)
    width, height = size + 2 * padding, outputs + 2.3
    figure = new_figure(max(0.36 * (width + 3), 4.6), 0.36 * height + 0.4)
    ax = figure.subplots()
    taps = stride * np.arange(outputs)[:, None] + dilation * np.arange(kernel_size)
    for pixel in range(width):
        inside = padding <= pixel < size + padding
        color = "#dcecf7" if inside else "#dddddd"
        ax.add_patch(Rectangle((pixel, 0), 1, 1, facecolor=color, edgecolor=EDGE, linewidth=0.8))
        word = str(pixel - padding) if inside else "0"
        grey = "black" if inside and pixel in taps else "#aaaaaa" if inside else "#777777"
        ax.text(pixel + 0.5, 0.52, word, ha="center", va="center", size=9, color=grey)
    for output, seen in enumerate(taps):
        level = output + 1.9
        ax.plot(seen[[0, -1]] + 0.5, [level, level], color=TAP, linewidth=1.2, alpha=0.6)
        ax.plot(seen + 0.5, np.full(kernel_size, level), "o", color=TAP, markersize=7)
        ax.text(width + 0.6, level, f"y{output}", va="center", size=9)
    span = f"{size} + 2·{padding} − {dilation}·({kernel_size} − 1) − 1"
    ax.set_title(f"W' = ⌊({span}) / {stride}⌋ + 1 = {outputs}", size=11)
    ax.set(xlim=(-0.2, width + 2), ylim=(height, -0.2), aspect="equal")
    ax.set_axis_off()
    return figure


def windows_slider(
    size: int = 8, kernel_size: int = 3, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Any:
    """Turn what the size of a convolution's output depends on.

    Parameters
    ----------
    size, kernel_size, stride, padding, dilation : int
        Where the sliders start; see `windows_figure`.

    Returns
    -------
    ipywidgets.VBox or matplotlib.figure.Figure
        The container; the first figure where ipywidgets is absent.

    Examples
    --------
    >>> box = windows_slider(8, 3, stride=2, padding=1)
    """

    def show(**settings: int) -> tuple["Figure", str]:
        figure = windows_figure(**settings)
        return figure, figure.axes[0].get_title()

    return figure_sliders(
        show,
        size=(size, 1, 16),
        kernel_size=(kernel_size, 1, 7),
        stride=(stride, 1, 4),
        padding=(padding, 0, 4),
        dilation=(dilation, 1, 4),
    )
