"""Moves of an image that carry its target along: mirrors and quarter turns; crops are next door in `crop`.

A target is a dict with any of `boxes` (R, 4), `labels` (R,), `difficult` (R,), `masks` (R, H, W) and
`keypoints` (R, P, 3) of x, y, visibility, with a row for each of R objects, `semantic` (H, W), and
`proposals` (Q, 4), boxes that belong to no object. Other entries are passed on untouched. Nothing is ever
written into the arguments, but results may share memory with them.
"""

from collections.abc import Callable, Sequence

import numpy as np

from scratchcv.checks import Array

Target = dict[str, Array]
Sample = tuple[Array, Target]

PER_OBJECT = ("boxes", "labels", "difficult", "iscrowd", "masks", "keypoints")
"""Entries of a target with one row for each object."""


def horizontal_flip(
    image: Array, target: Target, *, keypoint_flip_pairs: Sequence[tuple[int, int]] = ()
) -> Sample:
    """Mirror left and right: x → W − x.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3)
    target : dict
        See the module.
    keypoint_flip_pairs : sequence of (int, int)
        Numbers of keypoints that swap, such as left and right eye: a mirror turns one into the other.

    Returns
    -------
    image : ndarray of shape (H, W, 3)
    target : dict

    Notes
    -----
    Twice, it gives back what came in. Keypoints of visibility 0 have no place and stay as they are.

    Examples
    --------
    >>> image, target = np.zeros((10, 20, 3), np.uint8), {"boxes": np.array([[2.0, 0, 5, 4]])}
    >>> horizontal_flip(image, target)[1]["boxes"].tolist()
    [[15.0, 0.0, 18.0, 4.0]]
    """
    width = image.shape[1]

    def mirror(x: Array, y: Array) -> tuple[Array, Array]:
        return width - x, y

    target = move_target(target, mirror, lambda plane: plane[..., ::-1])
    return image[:, ::-1], _swap_keypoints(target, keypoint_flip_pairs)


def vertical_flip(
    image: Array, target: Target, *, keypoint_flip_pairs: Sequence[tuple[int, int]] = ()
) -> Sample:
    """Mirror top and bottom: y → H − y; parameters as of `horizontal_flip`.

    Examples
    --------
    >>> image, target = np.zeros((10, 20, 3), np.uint8), {"boxes": np.array([[2.0, 0, 5, 4]])}
    >>> vertical_flip(image, target)[1]["boxes"].tolist()
    [[2.0, 6.0, 5.0, 10.0]]
    """
    height = image.shape[0]

    def mirror(x: Array, y: Array) -> tuple[Array, Array]:
        return x, height - y

    target = move_target(target, mirror, lambda plane: plane[..., ::-1, :])
    return image[::-1], _swap_keypoints(target, keypoint_flip_pairs)


def rotate90(image: Array, target: Target, turns: int = 1) -> Sample:
    """Turn counterclockwise by quarter turns; each takes (x, y) to (y, W − x).

    Examples
    --------
    >>> image, target = rotate90(np.zeros((10, 20, 3), np.uint8), {"boxes": np.array([[2.0, 0, 5, 4]])})
    >>> image.shape, target["boxes"].tolist()
    ((20, 10, 3), [[0.0, 15.0, 4.0, 18.0]])
    """
    for _ in range(turns % 4):
        width = image.shape[1]

        def turn(x: Array, y: Array, width: int = width) -> tuple[Array, Array]:
            return y, width - x

        image, target = (
            np.rot90(image),
            move_target(target, turn, lambda plane: np.rot90(plane, axes=(-2, -1))),
        )
    return image, target


def select_objects(target: Target, keep: Array) -> Target:
    """Return the target with the objects that `keep` (mask or indices) names.

    Examples
    --------
    >>> select_objects({"labels": np.array([3, 1, 2])}, np.array([True, False, True]))["labels"].tolist()
    [3, 2]
    """
    return {name: value[keep] if name in PER_OBJECT else value for name, value in target.items()}


def move_target(
    target: Target,
    point: Callable[[Array, Array], tuple[Array, Array]],
    plane: Callable[[Array], Array],
) -> Target:
    """Return a target whose boxes, proposals and keypoints, and masks and semantic map, have been moved.

    Parameters
    ----------
    target : dict
        See the module.
    point : callable
        Takes arrays x and y to the new x and y.
    plane : callable
        Does the same to pixels, arrays (…, H, W).

    Examples
    --------
    >>> target = {"boxes": np.array([[2.0, 0, 5, 4]])}
    >>> move_target(target, lambda x, y: (-x, y + 1), lambda pixels: pixels)["boxes"].tolist()
    [[-5.0, 1.0, -2.0, 5.0]]
    """
    moved = dict(target)
    for name in ("boxes", "proposals"):
        if name in target:
            moved[name] = _move_boxes(target[name], point)
    if "keypoints" in target:
        moved["keypoints"] = _move_keypoints(target["keypoints"], point)
    for name in ("masks", "semantic"):
        if name in target:
            moved[name] = np.ascontiguousarray(plane(target[name]))
    return moved


def _move_boxes(boxes: Array, point: Callable[[Array, Array], tuple[Array, Array]]) -> Array:
    xa, ya = point(boxes[:, 0], boxes[:, 1])
    xb, yb = point(boxes[:, 2], boxes[:, 3])
    corners = [np.minimum(xa, xb), np.minimum(ya, yb), np.maximum(xa, xb), np.maximum(ya, yb)]
    return np.stack(corners, axis=1).astype(boxes.dtype, copy=False)


def _move_keypoints(keypoints: Array, point: Callable[[Array, Array], tuple[Array, Array]]) -> Array:
    x, y, visibility = np.moveaxis(keypoints, 2, 0)
    moved = np.stack([*point(x, y), visibility], axis=2).astype(keypoints.dtype, copy=False)
    return np.where(visibility[..., None] > 0, moved, keypoints)


def _swap_keypoints(target: Target, pairs: Sequence[tuple[int, int]]) -> Target:
    if "keypoints" not in target or not pairs:
        return target
    order = np.arange(target["keypoints"].shape[1])
    for left, right in pairs:
        order[[left, right]] = order[[right, left]]
    return {**target, "keypoints": target["keypoints"][:, order]}
