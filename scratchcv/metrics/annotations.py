"""Reading one image's prediction or target: its boxes, masks, keypoints and columns, checked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array

Annotation = Mapping[str, Any]
"""What is said of one image: boxes, labels, scores, masks, …, a row for each object."""

Annotations = Sequence[Annotation]
"""A dict an image: of a prediction (boxes, scores, labels) or of a target (boxes, labels, …)."""


def check_paired(predictions: Annotations, targets: Annotations) -> None:
    """Refuse a data set that does not have one target for each prediction.

    Examples
    --------
    >>> check_paired([{}], [])
    Traceback (most recent call last):
    ValueError: there must be one target for each prediction, got 1 predictions and 0 targets
    """
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
    try:
        return annotation[key]
    except KeyError:
        raise ValueError(f"{where} has no {key!r}, only {', '.join(map(repr, annotation))}") from None


def boxes_of(where: str, annotation: Annotation) -> Array:
    """Return the boxes (N, 4) in float64; a plain empty list is no box.

    Examples
    --------
    >>> boxes_of("targets[0]", {"boxes": []}).shape
    (0, 4)
    """
    return _finite(f"{where}['boxes']", _rows(where, annotation, "boxes", (4,)), ("N", 4))


def keypoints_of(where: str, annotation: Annotation, points: int) -> Array:
    """Return the keypoints (N, P, 3) of x, y, visibility in float64.

    Examples
    --------
    >>> keypoints_of("targets[0]", {"keypoints": [[[3, 4, 1]]]}, 1).tolist()
    [[[3.0, 4.0, 1.0]]]
    """
    rows = _rows(where, annotation, "keypoints", (points, 3))
    return _finite(f"{where}['keypoints']", rows, ("N", points, 3))


def masks_of(where: str, annotation: Annotation) -> Array:
    """Return the masks as N views (H, W) in an array of objects, so that images of all sizes go together.

    Examples
    --------
    >>> masks_of("targets[0]", {"masks": np.ones((2, 4, 5), bool)})[1].shape
    (4, 5)
    """
    masks = check_masks(f"{where}['masks']", _rows(where, annotation, "masks", (0, 0)))
    separate = np.empty(len(masks), object)
    for row, mask in enumerate(masks):
        separate[row] = mask
    return separate


def check_masks(name: str, masks: ArrayLike) -> Array:
    """Return masks as a bool array (N, H, W); integers are inside where they are not 0.

    Raises
    ------
    ValueError
        When the shape differs, or the masks are floats: a threshold must be chosen first.

    Examples
    --------
    >>> check_masks("masks", [[[.2, .9]]])
    Traceback (most recent call last):
    ValueError: masks must be bool, got float64: compare probabilities with a threshold first
    """
    array = check_array(name, masks, ("N", "H", "W"))
    if array.size and not (array.dtype == bool or np.issubdtype(array.dtype, np.integer)):
        raise ValueError(
            f"{name} must be bool, got {array.dtype}: compare probabilities with a threshold first"
        )
    return array if array.dtype == bool else array != 0


def labels_of(where: str, annotation: Annotation, count: int) -> Array:
    """Return the labels (N,) as int64.

    Examples
    --------
    >>> labels_of("targets[0]", {"labels": [.5]}, 1)
    Traceback (most recent call last):
    ValueError: targets[0]['labels'] must be integers, got float64
    """
    labels = check_array(f"{where}['labels']", entry(where, annotation, "labels"), (count,))
    if count and not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"{where}['labels'] must be integers, got {labels.dtype}")
    return labels.astype(np.int64)


def column_of(where: str, annotation: Annotation, key: str, default: float | None, count: int) -> Array:
    """Return a column of numbers (N,) in float64, or the default where the annotation has none.

    Examples
    --------
    >>> column_of("targets[0]", {"crowd": [True]}, "crowd", 0, 1), column_of("", {}, "crowd", 0, 2)
    (array([1.]), array([0., 0.]))
    """
    if default is not None and annotation.get(key) is None:
        return np.full(count, float(default))
    return _finite(f"{where}[{key!r}]", entry(where, annotation, key), (count,))


def _rows(where: str, annotation: Annotation, key: str, shape: tuple[int, ...]) -> Array:
    """Return an entry as an array; a plain empty list has the wanted shape, with no rows."""
    rows = np.asarray(entry(where, annotation, key))
    return rows.reshape(0, *shape) if rows.shape == (0,) else rows


def _finite(name: str, value: ArrayLike, shape: tuple[int | str, ...]) -> Array:
    array = check_array(name, value, shape).astype(np.float64)
    if not np.isfinite(array).all():
        at = ", ".join(str(int(i)) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]} at [{at}]")
    return array
