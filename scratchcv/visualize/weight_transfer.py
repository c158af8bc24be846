"""Which layers of a model hold another's weights, and which begin at random: the picture of fine-tuning."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scratchcv.checks import Array
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import HIT, MISS, text_color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNUSED = "#BBBBBB"

ARROW = {"arrowstyle": "->", "color": HIT, "linewidth": 1.5}

WIDTH, DISTANCE = 1.7, 2.4
"""Of a stack, and from one stack to the next."""


def weight_transfer_figure(
    source: Mapping[str, Array],
    target: Mapping[str, Array],
    copied: Sequence[str],
    *,
    depth: int = 3,
    titles: tuple[str, str] = ("source model", "target model"),
) -> "Figure":
    """Draw two models as stacks of layers, input below, with an arrow for each layer that was copied.

    Parameters
    ----------
    source, target : mapping of str to ndarray
        The `state_dict` of each.
    copied : sequence of str
        Names in the target that hold the source's values, as `scratchcv.training.CopiedWeights` has them.
    depth : int
        How many parts of a dotted name make a layer.
    titles : (str, str)
        Written above the stacks.

    Returns
    -------
    matplotlib.figure.Figure
        Copied layers in green, new ones in vermilion, those that went nowhere in grey; each with its number
        of weights. A layer is copied when all of its names are. Arrows join layers of one name.

    References
    ----------
    Lecture S3, figure 14.2.1; Zhang, Lipton, Li, Smola, "Dive into Deep Learning", section "Fine-tuning".

    Examples
    --------
    >>> import numpy as np
    >>> weights = {name: np.zeros(4) for name in ("backbone.0.weight", "fc.weight")}
    >>> figure = weight_transfer_figure(weights, weights, ["backbone.0.weight"])
    >>> [text.get_text() for text in figure.axes[0].texts][:3]
    ['backbone.0: 4 numbers', 'fc: 4 numbers', 'source model']
    """
    layers = [_layers(state, depth) for state in (source, target)]
    taken = {layer for layer, names in layers[1].items() if set(names) <= set(copied)}
    height = max(len(names) for names in layers)
    figure = new_figure(8, 0.8 + 0.42 * height)
    ax = figure.subplots()
    for column, (state, stack) in enumerate(zip((source, target), layers, strict=True)):
        new = MISS if column else UNUSED
        for row, (layer, names) in enumerate(stack.items()):
            count = sum(state[name].size for name in names)
            _draw_layer(ax, column, row, f"{layer}: {count:,} numbers", HIT if layer in taken else new)
        ax.text(
            DISTANCE * column + WIDTH / 2, height + 0.1, titles[column], ha="center", size=11, weight="bold"
        )
    places = [list(stack) for stack in layers]
    for layer in taken & layers[0].keys():
        start, end = places[0].index(layer) + 0.45, places[1].index(layer) + 0.45
        ax.annotate(
            "",
            (DISTANCE, end),
            (WIDTH, start),
            arrowprops={"arrowstyle": "->", "color": HIT, "linewidth": 1.5},
        )
    ax.set_xlim(-0.1, DISTANCE + WIDTH + 0.1)
    ax.set_ylim(-0.1, height + 0.5)
    ax.axis("off")
    return figure


def _layers(state: Mapping[str, Array], depth: int) -> dict[str, list[str]]:
    """Return the names of a state by layer: by the first parts of a name, without the last."""
    layers: dict[str, list[str]] = {}
    for name in state:
        parts = name.split(".")
        layers.setdefault(".".join(parts[: min(depth, len(parts) - 1)]), []).append(name)
    return layers


def _draw_layer(ax: "Axes", column: int, row: int, words: str, color: str) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((DISTANCE * column, row), WIDTH, 0.9, facecolor=color, edgecolor="none"))
    ax.text(
        DISTANCE * column + WIDTH / 2,
        row + 0.45,
        words,
        ha="center",
        va="center",
        size=8,
        color=text_color(color),
    )
