"""Speed against accuracy: the plane in which detectors are compared."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scratchcv.visualize.figure import add_legend, new_figure
from scratchcv.visualize.palette import COLORS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STAGE_NAMES = {1: "one stage", 2: "two stages"}


def plot_league(rows: Mapping[str, Mapping[str, Any]]) -> "Figure":
    """Draw each detector at its milliseconds an image and its mAP, as large as its parameters are many.

    Parameters
    ----------
    rows : mapping of str to mapping
        By name ``"ms"``, ``"mAP50"``, ``"parameters"`` and ``"stages"`` (1 or 2).

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        When there is no detector, or a time is not positive.

    References
    ----------
    J. Huang et al., "Speed/accuracy trade-offs for modern convolutional object detectors", 2017, figure 2;
    lectures S1, lines 1329-1337, and S4, lines 449-456.

    Examples
    --------
    >>> row = {"ms": 8.0, "mAP50": 0.9, "parameters": 850_000, "stages": 1}
    >>> figure = plot_league({"ssd": row, "faster_rcnn": {**row, "ms": 40.0, "stages": 2}})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['ssd', 'faster_rcnn']
    """
    if not rows:
        raise ValueError("rows must have at least one detector, got none")
    for name, row in rows.items():
        if not 0 < row["ms"] < float("inf"):
            raise ValueError(f"rows[{name!r}]['ms'] must be positive and finite, got {row['ms']}")
    figure = new_figure(8, 5)
    ax = figure.subplots()
    ax.set_xscale("log")
    shown = {}
    most = max(row["parameters"] for row in rows.values())
    last: dict[float, float] = {}
    for name, row in sorted(rows.items(), key=lambda item: item[1]["mAP50"]):
        color = COLORS[row["stages"] - 1]
        area = 40 + 360 * row["parameters"] / most
        mark = ax.scatter(row["ms"], row["mAP50"], s=area, color=color, alpha=0.8, edgecolor="white")
        shown[STAGE_NAMES[row["stages"]]] = mark
        # A label moves up until it is clear of those below it that stand close by.
        height = row["mAP50"]
        for x, y in last.items():
            if 1 / 2.2 < x / row["ms"] < 2.2 and height - y < 0.032:
                height = y + 0.032
        last[row["ms"]] = height
        ax.annotate(
            name, (row["ms"], row["mAP50"]), (row["ms"] * 1.09, height), size=9.5, va="center",
            arrowprops={"arrowstyle": "-", "color": "#999999", "linewidth": 0.6},
        )  # fmt: skip
    low, high = (limit(row["ms"] for row in rows.values()) for limit in (min, max))
    ax.set_xlim(low / 1.3, high * 2.4)
    ax.set_xlabel("milliseconds an image (the area of a mark: parameters)")
    ax.set_ylabel("mAP at an IoU of .5")
    ax.grid(alpha=0.3, which="both")
    ax.spines[["top", "right"]].set_visible(False)
    add_legend(ax, list(shown.values()), list(shown), loc="lower right")
    return figure
