"""Predictions and targets of many images as flat tables, in the order that matching needs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scratchcv.boxes.area import box_area
from scratchcv.checks import Array, check_array
from scratchcv.masks import join_run_lengths, run_length_areas
from scratchcv.metrics.annotations import (
    Annotation,
    Annotations,
    boxes_of,
    check_paired,
    column_of,
    keypoints_of,
    labels_of,
    mark_of,
    masks_of,
)
from scratchcv.metrics.join_column import join_column

IOU_TYPES = ("bbox", "segm", "keypoints")
"""What detections and truths are compared by, in the words of COCO's code."""


@dataclass(frozen=True)
class DetectionTable:
    """All detections of a data set, sorted by label, then image, then decreasing score.

    Equal scores keep the order in which the prediction listed them.

    Attributes
    ----------
    shapes : ndarray
        What is compared: boxes (D, 4); or keypoints (D, P, 3); or D masks, each as `RunLengths` of its
        image's size, in an array of objects.
    scores : ndarray of float64, shape (D,)
        Confidences.
    labels, images : ndarray of int64, shape (D,)
        Class, and position of the image in the data set.
    areas : ndarray of float64, shape (D,)
        Of the box, of the mask, or of the box around all keypoints, in square pixels.
    """

    shapes: Array
    scores: Array
    labels: Array
    images: Array
    areas: Array

    def keep(self, rows: Array) -> "DetectionTable":
        """Return the table of the chosen rows, given by a mask or by indices in rising order."""
        columns = (self.shapes, self.scores, self.labels, self.images, self.areas)
        return DetectionTable(*(column[rows] for column in columns))


@dataclass(frozen=True)
class TruthTable:
    """All true objects of a data set, sorted by label, then image, then their order in the target.

    Attributes
    ----------
    shapes : ndarray
        What is compared, as in `DetectionTable`; a keypoint's last number is 0 where it is not labelled.
    boxes : ndarray of float64, shape (G, 4)
        Corners (x1, y1, x2, y2) in pixels; zeros where masks are compared.
    labels, images : ndarray of int64, shape (G,)
        Class, and position of the image in the data set.
    areas : ndarray of float64, shape (G,)
        The target's ``area`` (of the object's mask, in COCO), else that of the mask if masks are compared,
        else the box's, in square pixels.
    difficult, crowd : ndarray of bool, shape (G,)
        VOC's and COCO's marks for what need not be found; false where the target has none.
    """

    shapes: Array
    boxes: Array
    labels: Array
    images: Array
    areas: Array
    difficult: Array
    crowd: Array


def gather(
    predictions: Annotations,
    targets: Annotations,
    iou_type: str = "bbox",
    number_of_keypoints: int = 17,
) -> tuple[DetectionTable, TruthTable]:
    """Check the predictions and targets of a data set, and lay them out flat.

    Parameters
    ----------
    predictions : sequence of dict
        For each image ``scores`` (D,), ``labels`` (D,), and what is compared: ``boxes`` (D, 4), ``masks``
        (D, H, W) bool or ``keypoints`` (D, P, 3).
    targets : sequence of dict
        For each image ``labels`` (R,) and what is compared, with ``boxes`` beside ``keypoints``; optionally
        ``difficult``, ``crowd`` (or ``iscrowd``) and ``area``, each (R,). Other keys are not looked at.
    iou_type : {"bbox", "segm", "keypoints"}
        What is compared.
    number_of_keypoints : int
        P.

    Returns
    -------
    DetectionTable, TruthTable
        In float64: COCO's numbers hang on comparisons that float32 would round.

    Raises
    ------
    ValueError
        When there is not one target a prediction, a key is missing, shapes disagree, labels are no integers,
        a score or coordinate is not finite, a box is inverted, an area is negative or a mark not 0 or 1.
    TypeError
        When the predictions, the targets or one of them is of the wrong kind.

    Examples
    --------
    >>> detections, truths = gather(
    ...     [{"boxes": [[0, 0, 2, 2], [1, 0, 3, 2]], "scores": [.3, .8], "labels": [1, 1]}],
    ...     [{"boxes": [[1, 0, 3, 3]], "labels": [1]}],
    ... )
    >>> detections.scores.tolist(), truths.areas.tolist()
    ([0.8, 0.3], [6.0])
    """
    if iou_type not in IOU_TYPES:
        raise ValueError(f"iou_type must be one of {', '.join(IOU_TYPES)}, got {iou_type!r}")
    check_paired(predictions, targets)
    kind = (iou_type, number_of_keypoints)
    shapes, labels, images, (scores,) = _flatten("predictions", predictions, kind, {"scores": None})
    order = np.lexsort((-scores, images, labels))
    detections = DetectionTable(shapes, scores, labels, images, _areas(shapes, iou_type)).keep(order)

    shapes, labels, images, (areas,) = _flatten("targets", targets, kind, {"area": np.nan})
    counts = np.bincount(images, minlength=len(targets)).tolist()
    difficult, crowd, is_crowd = (_marks(targets, key, counts) for key in ("difficult", "crowd", "iscrowd"))
    if np.any(areas < 0):
        raise ValueError(
            f"targets[{images[areas < 0][0]}]['area'] must not be negative, got {np.nanmin(areas):g}"
        )
    boxes = shapes if iou_type == "bbox" else np.zeros((len(labels), 4))
    if iou_type == "keypoints":
        boxes = np.concatenate(
            [np.zeros((0, 4)), *(_boxes_beside(i, each) for i, each in enumerate(targets))]
        )
    own = _mask_areas(shapes) if iou_type == "segm" else box_area(boxes)
    areas = np.where(np.isnan(areas), own, areas)
    if iou_type == "segm":
        _check_sizes(detections, shapes, images)
    columns = (shapes, boxes, labels, images, areas, difficult, crowd | is_crowd)
    order = np.lexsort((images, labels))
    return detections, TruthTable(*(column[order] for column in columns))


def _flatten(
    name: str, annotations: Annotations, kind: tuple[str, int], columns: Mapping[str, float | None]
) -> tuple[Array, Array, Array, list[Array]]:
    """Join the shapes, labels and further columns of all images; a column without default must be there."""
    joined = _flatten_at_once(annotations, kind, columns)
    if joined is not None:
        return joined
    iou_type, points = kind
    shapes: list[Array] = [_none_of(iou_type, points)]
    labels: list[Array] = []
    values: dict[str, list[Array]] = {column: [] for column in columns}
    for index, annotation in enumerate(annotations):
        where = f"{name}[{index}]"
        if iou_type == "bbox":
            shapes.append(boxes_of(where, annotation))
        elif iou_type == "segm":
            shapes.append(masks_of(where, annotation))
        else:
            shapes.append(keypoints_of(where, annotation, points))
        count = len(shapes[-1])
        labels.append(labels_of(where, annotation, count))
        for column, default in columns.items():
            values[column].append(column_of(where, annotation, column, default, count))
    images = np.repeat(np.arange(len(labels)), [len(each) for each in labels])
    return (
        np.concatenate(shapes),
        np.concatenate([np.zeros(0, np.int64), *labels]),
        images,
        [np.concatenate([np.zeros(0), *values[column]]) for column in columns],
    )


def _flatten_at_once(
    annotations: Annotations, kind: tuple[str, int], columns: Mapping[str, float | None]
) -> tuple[Array, Array, Array, list[Array]] | None:
    """Do what `_flatten` does if there is nothing to complain about, else return None."""
    iou_type, points = kind
    if iou_type == "segm":
        return None
    key, row = ("boxes", (4,)) if iou_type == "bbox" else ("keypoints", (points, 3))
    shapes = join_column(annotations, key, np.float64, row)
    if shapes is None or (iou_type == "bbox" and np.any(shapes[:, 2:] < shapes[:, :2])):
        return None
    counts = [len(annotation[key]) for annotation in annotations]
    labels = join_column(annotations, "labels", np.int64, counts=counts)
    values = [
        join_column(annotations, column, np.float64, counts=counts, default=default)
        for column, default in columns.items()
    ]
    found = [value for value in values if value is not None]
    if labels is None or len(found) < len(values):
        return None
    return shapes, labels, np.repeat(np.arange(len(counts)), counts), found


def _marks(targets: Annotations, key: str, counts: list[int]) -> Array:
    """Join a column of marks of all images."""
    joined = join_column(targets, key, np.float64, counts=counts, default=0.0)
    if joined is not None and np.isin(joined, (0, 1)).all():
        return joined.astype(bool)
    marks = (mark_of(f"targets[{i}]", target, key, counts[i]) for i, target in enumerate(targets))
    return np.concatenate([np.zeros(0, bool), *marks])


def _none_of(iou_type: str, points: int) -> Array:
    shapes = {"bbox": (0, 4), "segm": (0,), "keypoints": (0, points, 3)}
    return np.zeros(shapes[iou_type], object if iou_type == "segm" else np.float64)


def _areas(shapes: Array, iou_type: str) -> Array:
    """Return the areas by which detections are sorted into sizes, and truths for which none is given."""
    if iou_type == "segm":
        return _mask_areas(shapes)
    if iou_type == "bbox":
        return box_area(shapes)
    x, y = shapes[..., 0], shapes[..., 1]
    return np.asarray((x.max(axis=1) - x.min(axis=1)) * (y.max(axis=1) - y.min(axis=1)))


def _mask_areas(masks: Array) -> Array:
    counts, begin, _ = join_run_lengths(list(masks))
    return run_length_areas(counts, begin).astype(np.float64)


def _boxes_beside(index: int, target: Annotation) -> Array:
    """Return the boxes of a target that has keypoints, as many as those."""
    where = f"targets[{index}]"
    return check_array(f"{where}['boxes']", boxes_of(where, target), (len(target["keypoints"]), 4))


def _check_sizes(detections: DetectionTable, masks: Array, images: Array) -> None:
    """Refuse masks of one image that differ in size."""
    sizes = {image: mask.size for image, mask in zip(images.tolist(), masks, strict=True)}
    for image, mask in zip(detections.images.tolist(), detections.shapes, strict=True):
        if mask.size != sizes.get(image, mask.size):
            raise ValueError(
                f"masks of one image must have one size, got {mask.size} in predictions[{image}]"
                f" and {sizes[image]} in targets[{image}]"
            )
