"""Receptive fields in pictures: the gradient of one output pixel, and how far it reaches."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from scratchcv.layers.layer import Layer
from scratchcv.layers.receptive_field import receptive_field, receptive_field_gradient
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import COLORS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def receptive_field_figure(
    layers: Mapping[str, Layer], input_shape: tuple[int, int, int], *, samples: int = 16
) -> "Figure":
    """Draw for each network how the input's pixels share in the gradient of the central output pixel.

    Parameters
    ----------
    layers : mapping of str to Layer
        Networks by name.
    input_shape : (int, int, int)
        C, H, W, as in `scratchcv.layers.receptive_field`.
    samples : int
        As there.

    Returns
    -------
    matplotlib.figure.Figure
        One panel a network, with its receptive field in the title. The darker a pixel, the larger its
        gradient; roots are shown, or the rim would be invisible.

    References
    ----------
    Lectures S0, lines 548-552; S1, line 1496; S2, line 756.

    Examples
    --------
    >>> from scratchcv.layers import Conv2d
    >>> figure = receptive_field_figure({"one layer": Conv2d(1, 1, 3, padding=1)}, (1, 7, 7))
    >>> figure.axes[0].get_title()
    'one layer: 3×3'
    """
    from matplotlib.patches import Rectangle

    _, height, width = input_shape
    figure = new_figure(2.3 * max(len(layers), 1), 2.3 * height / width + 0.3)
    axes = figure.subplots(1, max(len(layers), 1), squeeze=False)[0]
    for ax, (name, layer) in zip(axes, layers.items(), strict=False):
        gradient = receptive_field_gradient(layer, input_shape, samples)
        rows, columns = receptive_field(layer, input_shape, samples)
        ax.imshow(np.sqrt(gradient), cmap="Blues", vmin=0, extent=(0, width, height, 0))
        if rows:
            top, left = (int(np.flatnonzero(gradient.any(axis))[0]) for axis in (1, 0))
            frame = Rectangle((left, top), columns, rows, fill=False, edgecolor=COLORS[5], linewidth=1.8)
            ax.add_patch(frame)
        ax.set_title(f"{name}: {rows}×{columns}", size=10, parse_math=False)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_color("#aaaaaa")
    return figure
