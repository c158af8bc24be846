"""Two boxes, what they share and what they cover together."""

from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from scratchcv.boxes.iou import box_iou, intersection_and_union, iou_quality
from scratchcv.checks import as_floating, check_array
from scratchcv.visualize.boxes import outline
from scratchcv.visualize.figure import add_legend, figure_of, new_figure
from scratchcv.visualize.palette import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRUTH, PREDICTION, SHARED = COLORS[0], COLORS[5], COLORS[6]


def iou_figure(
    box1: ArrayLike,
    box2: ArrayLike,
    *,
    names: tuple[str, str] = ("ground truth", "prediction"),
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw two boxes with intersection and union shaded, and the IoU worked out.

    Parameters
    ----------
    box1, box2 : (4,)
        xyxy; drawn in the image's frame, y downwards.
    names : tuple of str
        What the two boxes are.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
        The title holds the sum: areas, IoU and the lecture's word for it.

    Raises
    ------
    ValueError
        When a box has another shape.

    Examples
    --------
    >>> iou_figure([0, 0, 2, 2], [1, 1, 3, 4]).axes[0].get_title()
    'IoU = 1 / 9 = 0.111: poor'
    """
    from matplotlib.patches import Rectangle

    pair = as_floating([check_array("box1", box1, (4,)), check_array("box2", box2, (4,))])
    intersection, union = (float(area[0, 0]) for area in intersection_and_union(pair[:1], pair[1:]))
    iou = float(box_iou(pair[:1], pair[1:])[0, 0])
    if ax is None:
        ax = new_figure(4.2, 4.2).subplots()
    handles = []
    for box, color in zip(pair, (TRUTH, PREDICTION), strict=True):
        ax.add_patch(Rectangle(box[:2], *(box[2:] - box[:2]), color=color, alpha=0.22, linewidth=0))
        outline(ax, box, color, width=2.5)
        handles += ax.plot([], [], color=color, linewidth=2.5)
    if intersection > 0:
        corner, opposite = pair[:, :2].max(axis=0), pair[:, 2:].min(axis=0)
        ax.add_patch(
            Rectangle(
                corner, *(opposite - corner), facecolor=SHARED, edgecolor="none", alpha=0.85, hatch="//"
            )
        )
    lower, upper = pair[:, :2].min(axis=0), pair[:, 2:].max(axis=0)
    margin = max(0.08 * float((upper - lower).max()), 1e-9)
    ax.set(
        xlim=(lower[0] - margin, upper[0] + margin),
        ylim=(upper[1] + margin, lower[1] - margin),
        aspect="equal",
    )
    ax.set_title(f"IoU = {intersection:.6g} / {union:.6g} = {iou:.3f}: {iou_quality(iou)}", size=11)
    add_legend(ax, handles, names, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2, frameon=False)
    return figure_of(ax)
