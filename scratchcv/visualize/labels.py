"""Labels of boxes: readable on any picture, inside it, and off each other where there is room."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scratchcv.checks import Array
from scratchcv.visualize.palette import text_color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

PADDING = 1.5
"""Points between a label's text and its edge."""

ZORDER = 5
"""Labels lie above boxes and keypoints."""


class BoxLabel(NamedTuple):
    """A label and the box it belongs to."""

    text: "Text"
    box: Array


def add_label(axes: "Axes", box: Array, text: str, color: str, *, size: float) -> BoxLabel:
    """Write `text` on a plate of the box's colour; `settle_labels` finds its place."""
    plate = {
        "boxstyle": f"square,pad={PADDING / size}",
        "facecolor": color,
        "edgecolor": "none",
        "alpha": 0.9,
    }
    label = axes.text(
        box[0],
        box[1],
        text,
        size=size,
        color=text_color(color),
        bbox=plate,
        ha="left",
        va="bottom",
        zorder=ZORDER,
        parse_math=False,
    )
    label.set_in_layout(False)
    return BoxLabel(label, box)


def freeze_layout(figure: "Figure") -> None:
    """Arrange the axes now and for good, so that labels stay where they are put."""
    # Square axes shrink in one pass, which leaves room that the next one gives to the texts.
    for _ in range(3):
        arrange(figure)
    figure.set_layout_engine("none")


def arrange(figure: "Figure") -> None:
    """Give the axes the places that the figure's layout wants, as drawing does, but without drawing."""
    engine = figure.get_layout_engine()
    if engine is not None and figure.axes:
        engine.execute(figure)
    for axes in figure.axes:
        axes.apply_aspect()


def settle_labels(labels: list[BoxLabel]) -> None:
    """Move every label to the best of eight places around its box.

    Labels come in order of importance. Each takes the first place in which it covers no label before it, or
    else the one where it covers least, and there it lies below. Places that stick out of the picture are
    pushed inside, and a label wider than the picture is set smaller.

    Parameters
    ----------
    labels : list of BoxLabel
        Labels of one axes, made by `add_label`. The figure's layout must be final.
    """
    taken = np.empty((0, 4))
    for rank, (label, box) in enumerate(labels):
        label.set_zorder(ZORDER + 1 - rank / len(labels))
        axes = label.axes
        assert axes is not None
        frame = axes.get_window_extent().extents
        width, height, padding = _size_of(label)
        room = frame[2] - frame[0]
        if width > room:
            label.set_fontsize(float(label.get_fontsize()) * 0.95 * room / width)
            width, height, padding = _size_of(label)
        corners = axes.transData.transform(np.reshape(box, (2, 2)))
        left, right = np.sort(corners[:, 0])
        bottom, top = np.sort(corners[:, 1])
        places = np.array(
            [(x, y) for y in (top, top - height, bottom - height, bottom) for x in (left, right - width)]
        )
        extent = np.array([width, height])
        inside = np.clip(places, frame[:2], np.maximum(frame[:2], frame[2:] - extent))
        plates = np.concatenate([inside, inside + extent], axis=1)
        best = int(np.argmin(np.round(_covered(plates, taken))))
        taken = np.concatenate([taken, plates[best : best + 1]])
        x, y = axes.transData.inverted().transform(plates[best, :2] + padding)
        label.set_position((x, y))


def _size_of(label: "Text") -> tuple[float, float, float]:
    """Return width and height of the plate in display units, and the padding inside it."""
    assert label.figure is not None
    padding = PADDING * label.figure.dpi / 72
    text = label.get_window_extent()
    return text.width + 2 * padding, text.height + 2 * padding, padding


def _covered(plates: Array, taken: Array) -> Array:
    """Return for each plate the area that it shares with those already taken."""
    lower = np.maximum(plates[:, None, :2], taken[None, :, :2])
    upper = np.minimum(plates[:, None, 2:], taken[None, :, 2:])
    overlap: Array = np.clip(upper - lower, 0, None).prod(axis=2).sum(axis=1)
    return overlap
