"""Four ways to look for objects of several sizes, drawn as the paper on feature pyramids does."""

from typing import TYPE_CHECKING

from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLES = ("(a) image pyramid", "(b) single map", "(c) a map of each scale", "(d) top-down: FPN")

HALF_WIDTHS = (1.0, 0.75, 0.5)
"""Of the maps, fine to coarse."""

SHEAR, DEPTH = 0.45, 0.28
"""How far a map leans, and how deep it looks, for its half width."""


def pyramids_figure() -> "Figure":
    """Draw image pyramid, single map, a map of each scale, and the feature pyramid beside one another.

    Grey are images, blue the maps; the stronger its outline, the more a map knows of what it shows. An arrow
    to the right is a prediction.

    Returns
    -------
    matplotlib.figure.Figure

    References
    ----------
    Lin et al., "Feature Pyramid Networks for Object Detection", 2017, figure 1; lecture S4, lines 479-508.

    Examples
    --------
    >>> [ax.get_title() for ax in pyramids_figure().axes][3]
    '(d) top-down: FPN'
    """
    figure = new_figure(12, 3.2)
    axes = figure.subplots(1, 4, gridspec_kw={"width_ratios": [5.1, 3.5, 3.5, 5.1]})
    for ax, title, draw in zip(axes, TITLES, (_image_pyramid, _single, _each_scale, _top_down), strict=True):
        draw(ax)
        ax.set_title(title, size=11)
        ax.set(ylim=(-0.5, 3.9), aspect="equal")
        ax.set_axis_off()
    return figure


def _map(ax: "Axes", x: float, y: float, half: float, strength: float) -> None:
    """Draw a map lying in space; its outline is as strong as what it knows, an image (0) is grey."""
    from matplotlib.patches import Polygon

    lean, depth = SHEAR * half, DEPTH * half
    corners = [
        (x - half - lean, y - depth),
        (x + half - lean, y - depth),
        (x + half + lean, y + depth),
        (x - half + lean, y + depth),
    ]
    face, edge = ("#dddddd", "#777777") if not strength else ("#eaf2fb", COLORS[0])
    ax.add_patch(Polygon(corners, facecolor=face, edgecolor=edge, linewidth=0.8 + strength))


def _arrow(ax: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "#444444", "lw": 1.1})


def _predict(ax: "Axes", x: float, y: float, half: float) -> None:
    _arrow(ax, (x + half + 0.05, y), (x + half + 0.6, y))


def _bottom_up(ax: "Axes", x: float, strengths: tuple[float, ...]) -> None:
    """Draw the image and the maps that a network makes of it, one above the other."""
    _map(ax, x, 0, 1.2, 0)
    for level, (half, strength) in enumerate(zip(HALF_WIDTHS, strengths, strict=True), start=1):
        _arrow(ax, (x, level - 0.8), (x, level - 0.25))
        _map(ax, x, level, half, strength)


def _image_pyramid(ax: "Axes") -> None:
    for level, half in enumerate(HALF_WIDTHS):
        y = 1.1 * level + 0.3
        _map(ax, 0, y, half, 0)
        _arrow(ax, (half + 0.3, y), (1.9, y))
        _map(ax, 3, y, half, 2)
        _predict(ax, 3, y, half)
    ax.set_xlim(-1.7, 4.9)


def _single(ax: "Axes") -> None:
    _bottom_up(ax, 0, (0.4, 1, 2))
    _predict(ax, 0, 3, HALF_WIDTHS[2])
    ax.set_xlim(-2, 2.4)


def _each_scale(ax: "Axes") -> None:
    _bottom_up(ax, 0, (0.4, 1, 2))
    for level, half in enumerate(HALF_WIDTHS, start=1):
        _predict(ax, 0, level, half)
    ax.set_xlim(-2, 2.4)


def _top_down(ax: "Axes") -> None:
    _bottom_up(ax, 0, (0.4, 1, 2))
    for level, half in reversed(list(enumerate(HALF_WIDTHS, start=1))):
        _arrow(ax, (half + 0.3, level), (3 - half - 0.3, level))
        if level < len(HALF_WIDTHS):
            _arrow(ax, (3, level + 0.8), (3, level + 0.25))
        _map(ax, 3, level, half, 2)
        _predict(ax, 3, level, half)
    ax.set_xlim(-1.9, 4.9)
