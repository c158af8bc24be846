"""Boxes for the exercises, drawn at random: anywhere, or in crowds that overlap."""

import numpy as np

from scratchcv.boxes.iou import box_iou_numpy
from scratchcv.checks import Array


def draw_boxes(rng: np.random.Generator, count: int, *, extent: float = 100.0) -> Array:
    """Return boxes `xyxy` of the shape (count, 4) whose sides are 5 to 60 hundredths of `extent`.

    Examples
    --------
    >>> draw_boxes(np.random.default_rng(0), 3).shape
    (3, 4)
    """
    corners = rng.uniform(0, 0.6, (count, 2))
    sides = rng.uniform(0.05, 0.6, (count, 2))
    return extent * np.hstack([corners, corners + sides])


def draw_crowds(rng: np.random.Generator, crowds: int, each: int, *, extent: float = 100.0) -> Array:
    """Return crowds of boxes in random order: those of one crowd overlap much, two crowds never meet.

    Examples
    --------
    >>> boxes = draw_crowds(np.random.default_rng(0), 2, 3)
    >>> int((box_iou_numpy(boxes, boxes) > 0).sum())
    18
    """
    places = 1.5 * extent * np.arange(crowds)
    corners = np.stack([np.repeat(places, each), np.zeros(crowds * each)], axis=1)
    corners += extent * rng.uniform(0, 0.25, corners.shape)
    sides = extent * rng.uniform(0.6, 1, corners.shape)
    boxes = np.hstack([corners, corners + sides])
    return rng.permutation(boxes)


def draw_scores(rng: np.random.Generator, count: int) -> Array:
    """Return scores between 0 and 1, no two of them closer than 0.1 / count.

    Examples
    --------
    >>> scores = draw_scores(np.random.default_rng(0), 100)
    >>> bool(np.diff(np.sort(scores)).min() > 0.001)
    True
    """
    ranks = rng.permutation(count) + rng.uniform(0.05, 0.9, count)
    scores: Array = ranks / count
    return scores


def clear_of(threshold: float, boxes: Array) -> bool:
    """Say whether no two of the boxes have an IoU within 1e-3 of the threshold.

    Examples
    --------
    >>> clear_of(0.5, np.array([[0, 0, 2, 1], [0, 0, 1, 1.0]]))
    False
    """
    return bool((abs(box_iou_numpy(boxes, boxes) - threshold) > 1e-3).all())
