"""Boxes on a picture, with names and scores, masks and keypoints."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array
from scratchcv.visualize.figure import figure_of, new_figure
from scratchcv.visualize.labels import BoxLabel, add_label, arrange, settle_labels
from scratchcv.visualize.palette import class_color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_boxes(
    image: ArrayLike,
    boxes: ArrayLike,
    labels: ArrayLike | None = None,
    scores: ArrayLike | None = None,
    class_names: Sequence[str] | None = None,
    masks: ArrayLike | None = None,
    keypoints: ArrayLike | None = None,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw boxes on an image, each in the colour of its class with the class's name and the score.

    Parameters
    ----------
    image : (H, W, 3) uint8 or (3, H, W) float in [0, 1]
        The picture, RGB.
    boxes : (N, 4)
        xyxy, pixels.
    labels : (N,) int, optional
        Classes 1…K; boxes without labels share the first colour.
    scores : (N,), optional
        Written behind the name with two digits. Where labels compete for room, the higher score wins, and
        its box and label lie above the others.
    class_names : sequence of str, optional
        Names by label, index 0 the background; without them the number is written.
    masks : (N, H, W) bool, optional
        Objects' pixels, tinted.
    keypoints : (N, P, 3), optional
        (x, y, visibility); points of visibility 0 are left out.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
        The new figure, or the one that `ax` belongs to.

    Raises
    ------
    ValueError
        When a shape does not fit, or `class_names` has no name for a label.

    Notes
    -----
    Labels are placed for the layout of the moment: give `ax` its title before this call.

    Examples
    --------
    >>> black = np.zeros((60, 80, 3), np.uint8)
    >>> figure = draw_boxes(black, [[10, 10, 40, 50]], [1], [0.92], ["background", "cat"])
    >>> figure.axes[0].texts[0].get_text()
    'cat .92'
    """
    if ax is None:
        height, width = as_picture(image).shape[:2]
        inches = 5 / max(height, width)
        figure = new_figure(max(width * inches, 1), max(height * inches, 1), arranged=False)
        ax = figure.add_axes((0, 0, 1, 1))
    written = paint(ax, image, boxes, labels, scores, class_names, masks, keypoints)
    figure = figure_of(ax)
    arrange(figure)
    settle_labels(written)
    return figure


def draw_target(
    image: ArrayLike,
    target: Mapping[str, Any],
    class_names: Sequence[str] | None = None,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the ground truth of an image: `draw_boxes` for a target's dict.

    Examples
    --------
    >>> target = {"boxes": [[1, 1, 5, 5]], "labels": [1]}
    >>> len(draw_target(np.zeros((8, 8, 3), np.uint8), target).axes[0].patches)
    1
    """
    return draw_boxes(image, **drawn_parts(target), class_names=class_names, ax=ax)


def draw_prediction(
    image: ArrayLike,
    prediction: Mapping[str, Any],
    class_names: Sequence[str] | None = None,
    *,
    score_threshold: float = 0.5,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the detections of an image whose scores reach `score_threshold`.

    Examples
    --------
    >>> prediction = {"boxes": [[1, 1, 5, 5], [2, 2, 6, 6]], "labels": [1, 1], "scores": [0.9, 0.3]}
    >>> len(draw_prediction(np.zeros((8, 8, 3), np.uint8), prediction).axes[0].patches)
    1
    """
    parts = drawn_parts(prediction, score_threshold)
    return draw_boxes(image, **parts, class_names=class_names, ax=ax)


def drawn_parts(objects: Mapping[str, Any], score_threshold: float = 0) -> dict[str, Array]:
    """Return the arrays of a target or prediction that are drawn, without detections below the threshold."""
    parts = {
        name: np.asarray(objects[name])
        for name in ("boxes", "labels", "scores", "masks", "keypoints")
        if objects.get(name) is not None
    }
    if "scores" in parts:
        confident = parts["scores"] >= score_threshold
        parts = {name: part[confident] for name, part in parts.items()}
    return parts


def paint(
    ax: "Axes",
    image: ArrayLike,
    boxes: ArrayLike,
    labels: ArrayLike | None = None,
    scores: ArrayLike | None = None,
    class_names: Sequence[str] | None = None,
    masks: ArrayLike | None = None,
    keypoints: ArrayLike | None = None,
    *,
    text_size: float = 9,
) -> list[BoxLabel]:
    """Draw on `ax`; return the labels, which are still to be settled, the most important first."""
    picture = as_picture(image)
    boxes = check_array("boxes", boxes if np.size(boxes) else np.empty((0, 4)), ("N", 4))
    n = len(boxes)
    classes = np.ones(n, int) if labels is None else check_array("labels", labels, (n,))
    colors = [class_color(int(label)) for label in classes]
    words = [[] if labels is None else [_name(int(label), class_names)] for label in classes]
    # Without scores the first label has the first choice of place, and boxes lie as they come.
    best_first = back_to_front = np.arange(n)
    if scores is not None:
        numbers = check_array("scores", scores, (n,))
        words = [[*word, short(number)] for word, number in zip(words, numbers, strict=True)]
        best_first = np.argsort(-numbers, kind="stable")
        back_to_front = best_first[::-1]
    if masks is not None and n:
        masks = check_array("masks", masks, (n, *picture.shape[:2]))
        picture = _tinted(picture, [(masks[i], colors[i]) for i in back_to_front])
    show_picture(ax, picture)
    for i in back_to_front:
        outline(ax, boxes[i], colors[i])
    if keypoints is not None and n:
        keypoints = check_array("keypoints", keypoints, (n, "P", 3))
        _dot(ax, [(keypoints[i], colors[i]) for i in back_to_front])
    return [
        add_label(ax, boxes[i], " ".join(words[i]), colors[i], size=text_size) for i in best_first if words[i]
    ]


def as_picture(image: ArrayLike) -> Array:
    """Return an image in either of its two forms as uint8 (H, W, 3).

    Examples
    --------
    >>> as_picture(np.full((3, 2, 4), 0.5, np.float32))[0, 0].tolist()
    [128, 128, 128]
    """
    array = np.asarray(image)
    if array.dtype == np.uint8:
        return check_array("image", array, ("H", "W", 3))
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(f"image must be uint8 (H, W, 3) or float (3, H, W) in [0, 1], got {array.dtype}")
    chw = check_array("image", array, (3, "H", "W"))
    picture: Array = np.rint(np.clip(np.nan_to_num(chw), 0, 1) * 255).astype(np.uint8).transpose(1, 2, 0)
    return picture


def show_picture(ax: "Axes", picture: Array) -> None:
    """Show a picture whose pixel (x, y) covers the square from (x, y) to (x+1, y+1), as boxes count."""
    height, width = picture.shape[:2]
    ax.imshow(picture, extent=(0, width, height, 0), interpolation="antialiased")
    ax.set_axis_off()


def outline(
    ax: "Axes", box: Array, color: str, *, width: float = 2, style: str = "-", alpha: float = 1
) -> None:
    """Draw a box's edges in `color`, lined with black so that they show on any ground."""
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import Normal, withStroke

    x1, y1, x2, y2 = (float(edge) for edge in box)
    edges = Rectangle(
        (x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=color, linewidth=width, linestyle=style, alpha=alpha
    )
    edges.set_path_effects(
        [withStroke(linewidth=width + 1.2, foreground="black", alpha=0.6 * alpha), Normal()]
    )
    ax.add_patch(edges)


def short(number: float) -> str:
    """Write a number between 0 and 1 as the lectures do: .92, 1.00."""
    return f"{number:.2f}".removeprefix("0")


def _tinted(picture: Array, masks: Sequence[tuple[Array, str]]) -> Array:
    """Mix two fifths of its colour into each mask's pixels."""
    mixed = picture.astype(np.float32)
    for mask, color in masks:
        rgb = np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)], np.float32)
        pixels = mask.astype(bool, copy=False)
        mixed[pixels] = 0.6 * mixed[pixels] + 0.4 * rgb
    return mixed.astype(np.uint8)


def _dot(ax: "Axes", keypoints: Sequence[tuple[Array, str]]) -> None:
    for points, color in keypoints:
        x, y, visibility = points.T
        seen = visibility > 0
        ax.scatter(x[seen], y[seen], s=18, c=color, edgecolors="white", linewidths=0.8, zorder=4)


def _name(label: int, class_names: Sequence[str] | None) -> str:
    if class_names is None:
        return str(label)
    if not 0 <= label < len(class_names):
        raise ValueError(f"class_names has {len(class_names)} names, so none for label {label}")
    return class_names[label]
