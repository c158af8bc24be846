"""Reading one image's prediction or target: its boxes, masks, keypoints and columns, checked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import check_valid_boxes
from scratchcv.checks import Array, check_array
from scratchcv.masks import RunLengths, encode_masks
from scratchcv.masks.checks import check_masks

Annotation = Mapping[str, Any]
"""What is said of one image: boxes, labels, scores, masks, …, a row for each object."""

Annotations = Sequence[Annotation]
"""A dict an image: of a prediction (boxes, scores, labels) or of a target (boxes, labels, …)."""


def check_paired(predictions: Annotations, targets: Annotations) -> None:
    """Refuse a data set that is not two lists, with one target for each prediction.

    Raises
    ------
    ValueError
        When the lists differ in length.
    TypeError
        When one is a dict: that of a single image.

    Examples
    --------
    >>> check_paired([{}], [])
    Traceback (most recent call last):
    ValueError: there must be one target for each prediction, got 1 predictions and 0 targets
    """
    for name, given in (("predictions", predictions), ("targets", targets)):
        if isinstance(given, Mapping):
            raise TypeError(f"{name} must be a list with a dict for each image, got a dict")
    if len(predictions) != len(targets):
        raise ValueError(
            f"there must be one target for each prediction, got {len(predictions)} predictions"
            f" and {len(targets)} targets"
        )


def entry(where: str, annotation: Annotation, key: str) -> Any:
    """Return what an annotation has under a key, or say what it has instead.

    Examples
    --------
    >>> entry("targets[3]", {"boxes": []}, "labels")
    Traceback (most recent call last):
    ValueError: targets[3] has no 'labels', only 'boxes'
    """
    if not isinstance(annotation, Mapping):
        raise TypeError(f"{where} must be a dict, got {type(annotation).__name__}")
    try:
        return annotation[key]
    except KeyError:
        raise ValueError(f"{where} has no {key!r}, only {', '.join(map(repr, annotation))}") from None


def boxes_of(where: str, annotation: Annotation) -> Array:
    """Return the boxes (N, 4) in float64; see `as_finite_boxes`.

    Examples
    --------
    >>> boxes_of("targets[0]", {"boxes": []}).shape
    (0, 4)
    """
    return as_finite_boxes(f"{where}['boxes']", entry(where, annotation, "boxes"))


def as_finite_boxes(name: str, boxes: ArrayLike) -> Array:
    """Return boxes (N, 4) in float64, finite and not inverted; a plain empty list is no box.

    Examples
    --------
    A box given by its corner and its sides shows itself:

    >>> as_finite_boxes("boxes", [[30, 40, 20, 50]])
    Traceback (most recent call last):
    ValueError: boxes[0] has x2 < x1: [30.0, 40.0, 20.0, 50.0]
    """
    return check_valid_boxes(name, as_finite(name, _rows(boxes, (4,)), ("N", 4)))


def keypoints_of(where: str, annotation: Annotation, points: int) -> Array:
    """Return the keypoints (N, P, 3) of x, y, visibility in float64.

    Examples
    --------
    >>> keypoints_of("targets[0]", {"keypoints": [[[3, 4, 1]]]}, 1).tolist()
    [[[3.0, 4.0, 1.0]]]
    """
    rows = _rows(entry(where, annotation, "keypoints"), (points, 3))
    return as_finite(f"{where}['keypoints']", rows, ("N", points, 3))


def masks_of(where: str, annotation: Annotation) -> Array:
    """Return the run lengths of N masks in an array of objects, so that images of all sizes go together.

    Examples
    --------
    >>> masks_of("targets[0]", {"masks": np.ones((2, 4, 5), bool)})[1].size
    (4, 5)
    """
    masks = entry(where, annotation, "masks")
    if not isinstance(masks, RunLengths):
        masks = encode_masks(check_masks(f"{where}['masks']", _rows(masks, (0, 0))))
    separate = np.empty(len(masks), object)
    for row in range(len(masks)):
        separate[row] = masks[row]
    return separate


def labels_of(where: str, annotation: Annotation, count: int) -> Array:
    """Return the labels (N,) as int64.

    Examples
    --------
    >>> labels_of("targets[0]", {"labels": [.5]}, 1)
    Traceback (most recent call last):
    ValueError: targets[0]['labels'] must be integers, got float64
    """
    name = f"{where}['labels']"
    return as_integers(name, check_array(name, entry(where, annotation, "labels"), (count,)))


def column_of(where: str, annotation: Annotation, key: str, default: float | None, count: int) -> Array:
    """Return a column of numbers (N,) in float64, or the default where the annotation has none.

    Examples
    --------
    >>> column_of("targets[0]", {"area": [9]}, "area", 0, 1), column_of("", {}, "area", 0, 2)
    (array([9.]), array([0., 0.]))
    """
    if default is not None and annotation.get(key) is None:
        return np.full(count, float(default))
    return as_finite(f"{where}[{key!r}]", entry(where, annotation, key), (count,))


def mark_of(where: str, annotation: Annotation, key: str, count: int) -> Array:
    """Return a column of marks (N,) as bool, none set where the annotation has no such column.

    Examples
    --------
    >>> mark_of("targets[0]", {"crowd": [1, 0]}, "crowd", 2).tolist()
    [True, False]
    >>> mark_of("targets[0]", {"crowd": [.5]}, "crowd", 1)
    Traceback (most recent call last):
    ValueError: targets[0]['crowd'] must be 0 or 1, got 0.5
    """
    column = column_of(where, annotation, key, 0.0, count)
    strange = (column != 0) & (column != 1)
    if strange.any():
        raise ValueError(f"{where}[{key!r}] must be 0 or 1, got {column[strange][0]:g}")
    return column.astype(bool)


def as_integers(name: str, values: ArrayLike) -> Array:
    """Return integers of any shape as int64, truth values as 0 and 1; floats are refused, whole ones too.

    Examples
    --------
    >>> as_integers("labels", [.5])
    Traceback (most recent call last):
    ValueError: labels must be integers, got float64
    """
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "biu":
        raise ValueError(f"{name} must be integers, got {array.dtype}")
    if array.dtype == np.uint64 and array.max(initial=0) > np.iinfo(np.int64).max:
        raise ValueError(f"{name} must be below 2**63, got {array.max()}")
    return array.astype(np.int64)


def as_finite(name: str, value: ArrayLike, shape: tuple[int | str, ...]) -> Array:
    """Return numbers of the wanted shape in float64, none of them NaN or infinite.

    Examples
    --------
    >>> as_finite("areas", [1, np.nan], ("N",))
    Traceback (most recent call last):
    ValueError: areas must be finite, got nan at [1]
    """
    array = check_array(name, value, shape)
    if array.size and array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be numbers, got {array.dtype}")
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        at = ", ".join(str(int(i)) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]} at [{at}]")
    return array


def _rows(rows: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return an entry as an array; a plain empty list has the wanted shape, with no rows."""
    array = np.asarray(rows)
    return array.reshape(0, *shape) if array.shape == (0,) else array
