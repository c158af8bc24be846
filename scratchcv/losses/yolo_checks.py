"""What the losses of YOLO's versions have in common: what they ask of their targets, and their sum."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.shape_iou import iou_cxcywh
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


def objects_in_grid(truth: Array, places: tuple[Array, ...], images: int) -> list[Array]:
    """Return for each image its objects (R, 4) with midpoints in cells of the grid, from those within cells.

    Parameters
    ----------
    truth : ndarray (R, 4)
        (x, y, w, h) of all images' objects, image by image, x and y from 0 to 1 within the cell.
    places : tuple of ndarray (R,)
        Image, row, column and anchor of each.
    images : int
        N.

    Examples
    --------
    >>> place = (np.array([1]), np.array([2]), np.array([3]), np.array([0]))
    >>> [objects.tolist() for objects in objects_in_grid(np.array([[0.5, 0.5, 1.0, 1.0]]), place, 2)]
    [[], [[3.5, 2.5, 1.0, 1.0]]]
    """
    image, row, column, *_ = places
    objects = truth.copy()
    objects[:, :2] += np.stack([column, row], axis=1)
    return [objects[image == n] for n in range(images)]


def fits_an_object(boxes: Array, objects: Sequence[ArrayLike], threshold: float | None) -> Array:
    """Say which predicted boxes (N, S, S, A, 4) have a higher IoU than allowed with one of their objects.

    Parameters
    ----------
    boxes : ndarray (N, S, S, A, 4)
        (x, y, w, h) in cells of the grid.
    objects : sequence of array_like (R, 4)
        Each image's, in the same unit.
    threshold : float or None
        What is allowed; None allows all.

    Examples
    --------
    >>> boxes = np.array([[0.5, 0.5, 1.0, 1.0], [0.5, 0.5, 3.0, 3.0]]).reshape(1, 1, 1, 2, 4)
    >>> fits_an_object(boxes, [[[0.5, 0.5, 1.0, 0.8]]], 0.6).ravel().tolist()
    [True, False]
    """
    fits = np.zeros(boxes.shape[:4], bool)
    for n, own in enumerate(objects):
        truth = np.asarray(own, boxes.dtype).reshape(-1, 4)
        if threshold is not None and len(truth):
            iou = iou_cxcywh(boxes[n][..., None, :], truth)  # (S, S, A, R)
            fits[n] = iou.max(axis=-1) > threshold
    return fits
