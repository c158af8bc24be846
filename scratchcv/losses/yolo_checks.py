"""What the losses of YOLO's versions have in common: what they ask of their targets, and their sum."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array, check_integers
from scratchcv.losses.multi_task import multi_task_loss

CONFIDENCE_TARGETS = ("iou", "one")


def check_confidence_target(confidence_target: str) -> None:
    """Raise unless `confidence_target` is ``"iou"`` or ``"one"``.

    Examples
    --------
    >>> check_confidence_target("half")
    Traceback (most recent call last):
    ValueError: confidence_target must be one of iou, one, got 'half'
    """
    if confidence_target not in CONFIDENCE_TARGETS:
        wanted = ", ".join(CONFIDENCE_TARGETS)
        raise ValueError(f"confidence_target must be one of {wanted}, got {confidence_target!r}")


def check_grid_targets(
    gt_boxes: ArrayLike, gt_labels: ArrayLike, shape: tuple[int, ...], num_classes: int
) -> tuple[Array, Array]:
    """Return a grid's boxes (*shape, 4) and labels (*shape) as arrays, or say what is wrong with them.

    Boxes are looked at only where the label is not 0.

    Raises
    ------
    ValueError
        When shapes do not fit, a label is not in 0 … num_classes, or an object's box is not finite or has no
        positive size.
    TypeError
        When labels are not integers.

    Examples
    --------
    >>> check_grid_targets([[0.5, 0.5, 0.0, 0.2]], [1], (1,), 2)
    Traceback (most recent call last):
    ValueError: gt_boxes must be finite with positive w and h, got gt_boxes[0] = [0.5, 0.5, 0.0, 0.2]
    """
    labels = check_integers("gt_labels", gt_labels, shape, num_classes + 1)
    boxes = check_array("gt_boxes", gt_boxes, (*shape, 4))
    occupied = labels > 0
    sound = np.isfinite(boxes).all(axis=-1) & (boxes[..., 2:] > 0).all(axis=-1)
    for place in np.argwhere(occupied & ~sound)[:1]:
        index = tuple(int(i) for i in place)
        raise ValueError(
            "gt_boxes must be finite with positive w and h, "
            f"got gt_boxes{list(index)} = {boxes[index].tolist()}"
        )
    return boxes, labels


def mean_over_images(
    terms: Mapping[str, tuple[float, Array]], weights: Mapping[str, float], images: int
) -> tuple[dict[str, float], tuple[Array, ...]]:
    """Return `multi_task_loss` of the weighted terms, divided by the number of images, if there are any.

    Examples
    --------
    >>> mean_over_images({"center": (3.0, np.array([2.0]))}, {"center": 5.0}, 2)
    ({'center': 7.5}, (array([5.]),))
    """
    return multi_task_loss(terms, {name: weight / max(images, 1) for name, weight in weights.items()})
