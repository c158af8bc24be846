"""Predictions and targets of many images as flat tables, in the order that matching needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.area import box_area
from scratchcv.checks import Array, check_array

Annotations = Sequence[Mapping[str, Any]]
"""A dict an image: of a prediction (boxes, scores, labels) or of a target (boxes, labels, …)."""


@dataclass(frozen=True)
class DetectionTable:
    """All detections of a data set, sorted by label, then image, then decreasing score.

    Equal scores keep the order in which the prediction listed them.

    Attributes
    ----------
    boxes : ndarray of float64, shape (D, 4)
        Corners (x1, y1, x2, y2) in pixels.
    scores : ndarray of float64, shape (D,)
        Confidences.
    labels, images : ndarray of int64, shape (D,)
        Class, and position of the image in the data set.
    """

    boxes: Array
    scores: Array
    labels: Array
    images: Array

    def keep(self, rows: Array) -> "DetectionTable":
        """Return the table of the chosen rows, given by a mask or by indices in rising order."""
        return DetectionTable(self.boxes[rows], self.scores[rows], self.labels[rows], self.images[rows])


@dataclass(frozen=True)
class TruthTable:
    """All true objects of a data set, sorted by label, then image, then their order in the target.

    Attributes
    ----------
    boxes : ndarray of float64, shape (G, 4)
        Corners (x1, y1, x2, y2) in pixels.
    labels, images : ndarray of int64, shape (G,)
        Class, and position of the image in the data set.
    areas : ndarray of float64, shape (G,)
        The target's ``area`` (of the object's mask, in COCO), else the box's, in square pixels.
    difficult, crowd : ndarray of bool, shape (G,)
        VOC's and COCO's marks for what need not be found; false where the target has none.
    """

    boxes: Array
    labels: Array
    images: Array
    areas: Array
    difficult: Array
    crowd: Array


def gather(predictions: Annotations, targets: Annotations) -> tuple[DetectionTable, TruthTable]:
    """Check the predictions and targets of a data set, and lay them out flat.

    Parameters
    ----------
    predictions : sequence of dict
        For each image ``boxes`` (D, 4), ``scores`` (D,) and ``labels`` (D,).
    targets : sequence of dict
        For each image ``boxes`` (R, 4) and ``labels`` (R,); optionally ``difficult``, ``crowd`` and ``area``,
        each (R,). Other keys are not looked at.

    Returns
    -------
    DetectionTable, TruthTable
        In float64: COCO's numbers hang on comparisons that float32 would round.

    Raises
    ------
    ValueError
        When there is not one target a prediction, a key is missing, shapes disagree, labels are no integers,
        or a score or coordinate is not finite.

    Examples
    --------
    >>> detections, truths = gather(
    ...     [{"boxes": [[0, 0, 2, 2], [1, 0, 3, 2]], "scores": [.3, .8], "labels": [1, 1]}],
    ...     [{"boxes": [[1, 0, 3, 3]], "labels": [1]}],
    ... )
    >>> detections.scores.tolist(), truths.areas.tolist()
    ([0.8, 0.3], [6.0])
    """
    if len(predictions) != len(targets):
        raise ValueError(
            f"there must be one target for each prediction, got {len(predictions)} predictions"
            f" and {len(targets)} targets"
        )
    boxes, labels, images, (scores,) = _flatten("predictions", predictions, {"scores": None})
    order = np.lexsort((-scores, images, labels))
    detections = DetectionTable(boxes, scores, labels, images).keep(order)

    optional = {"area": np.nan, "difficult": 0.0, "crowd": 0.0}
    boxes, labels, images, (areas, difficult, crowd) = _flatten("targets", targets, optional)
    areas = np.where(np.isnan(areas), box_area(boxes), areas)
    order = np.lexsort((images, labels))
    columns = (boxes, labels, images, areas, difficult.astype(bool), crowd.astype(bool))
    return detections, TruthTable(*(column[order] for column in columns))


def _flatten(
    name: str, annotations: Annotations, columns: Mapping[str, float | None]
) -> tuple[Array, Array, Array, list[Array]]:
    """Join the boxes, labels and further columns of all images; a column without default must be there."""
    boxes: list[Array] = []
    labels: list[Array] = []
    values: dict[str, list[Array]] = {column: [] for column in columns}
    for index, annotation in enumerate(annotations):
        where = f"{name}[{index}]"
        boxes.append(_boxes_of(where, annotation))
        count = len(boxes[-1])
        labels.append(_labels_of(where, annotation, count))
        for column, default in columns.items():
            if default is None or annotation.get(column) is not None:
                given = _entry(where, annotation, column)
                value = _as_float64(f"{where}[{column!r}]", given, (count,))
            else:
                value = np.full(count, default)
            values[column].append(value)
    images = np.repeat(np.arange(len(boxes)), [len(each) for each in boxes])
    return (
        np.concatenate([np.zeros((0, 4)), *boxes]),
        np.concatenate([np.zeros(0, np.int64), *labels]),
        images,
        [np.concatenate([np.zeros(0), *values[column]]) for column in columns],
    )


def _entry(where: str, annotation: Mapping[str, Any], key: str) -> Any:
    try:
        return annotation[key]
    except KeyError:
        raise ValueError(f"{where} has no {key!r}, only {', '.join(map(repr, annotation))}") from None


def _as_float64(name: str, value: ArrayLike, shape: tuple[int | str, ...]) -> Array:
    array = check_array(name, value, shape).astype(np.float64)
    if not np.isfinite(array).all():
        at = ", ".join(str(int(i)) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]} at [{at}]")
    return array


def _boxes_of(where: str, annotation: Mapping[str, Any]) -> Array:
    boxes = np.asarray(_entry(where, annotation, "boxes"))
    if boxes.shape == (0,):  # a plain empty list
        boxes = boxes.reshape(0, 4)
    return _as_float64(f"{where}['boxes']", boxes, ("N", 4))


def _labels_of(where: str, annotation: Mapping[str, Any], count: int) -> Array:
    labels = check_array(f"{where}['labels']", _entry(where, annotation, "labels"), (count,))
    if count and not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"{where}['labels'] must be integers, got {labels.dtype}")
    return labels.astype(np.int64)
