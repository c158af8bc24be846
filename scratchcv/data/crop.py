"""Cut windows out of an image and stretch them, the target with it."""

from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.geometry import Sample, Target, move_target, select_objects
from scratchcv.data.image import resize_image

Window = tuple[int, int, int, int]


def resize(image: Array, target: Target, size: tuple[int, int]) -> Sample:
    """Stretch to `size` = (height, width): x → x·W'/W, y → y·H'/H.

    The image is interpolated by `resize_image`. In `masks` and `semantic` each new pixel takes the value that
    lies under its centre.

    Examples
    --------
    >>> image, target = np.zeros((10, 20, 3), np.uint8), {"boxes": np.array([[2.0, 0, 5, 4]])}
    >>> resize(image, target, (20, 20))[1]["boxes"].tolist()
    [[2.0, 0.0, 5.0, 8.0]]
    """
    window = (0, 0, image.shape[1], image.shape[0])
    return resize_image(image, size), _stretch(target, window, size)


def crop(image: Array, target: Target, window: Window, *, fill: Sequence[float] = (0, 0, 0)) -> Sample:
    """Cut out a window, which may reach beyond the image.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3)
    target : dict
        See the module.
    window : (int, int, int, int)
        x1, y1, x2, y2 in pixels of the image.
    fill : three numbers
        Colour of what lies beyond the image; there `masks` are False and `semantic` is 0.

    Returns
    -------
    image : ndarray of shape (y2 − y1, x2 − x1, 3)
    target : dict
        Only objects, and proposals, whose boxes have their centre in the window, boxes clipped to it.
        Keypoints outside become unlabelled: (0, 0, 0).

    Notes
    -----
    The rule of the centre is SSD's (§2.2). A mask may lose all its pixels though its box has its centre
    inside.

    Examples
    --------
    >>> target = {"boxes": np.array([[2.0, 0, 5, 4], [18.0, 2, 22, 6]]), "labels": np.array([1, 2])}
    >>> image, target = crop(np.zeros((10, 30, 3), np.uint8), target, (4, 0, 21, 5))
    >>> image.shape, target["boxes"].tolist(), target["labels"].tolist()
    ((5, 17, 3), [[14.0, 2.0, 17.0, 5.0]], [2])
    """
    x1, y1, x2, y2 = window
    return resized_crop(image, target, window, (y2 - y1, x2 - x1), fill=fill)


def resized_crop(
    image: Array,
    target: Target,
    window: Window,
    size: tuple[int, int],
    *,
    fill: Sequence[float] = (0, 0, 0),
) -> Sample:
    """Cut out a window and stretch it to `size` = (height, width): `crop` and `resize` in one.

    Parameters and result are those of both.

    Notes
    -----
    What lies beyond the image is painted in the final size only; a photograph of 12 megapixels, zoomed out
    four times, never needs its 600 MB. Pixels on the image's edge are `fill` altogether instead of in part.

    Examples
    --------
    >>> image, target = np.full((10, 20, 3), 9, np.uint8), {"boxes": np.array([[2.0, 0, 5, 4]])}
    >>> image, target = resized_crop(image, target, (-20, 0, 20, 20), (10, 20), fill=(7, 7, 7))
    >>> image[:, :, 0].min(axis=0).tolist()[8:12], image[0, :, 0].tolist()[8:12], target["boxes"].tolist()
    ([7, 7, 7, 7], [7, 7, 9, 9], [[11.0, 0.0, 12.5, 2.0]])
    """
    x1, y1, x2, y2 = window
    if x2 <= x1 or y2 <= y1:
        raise ValueError(f"window must have x1 < x2 and y1 < y2, got {window}")
    if "boxes" in target:
        target = select_objects(target, centres_inside(target["boxes"], np.array([window]))[0])
    if "proposals" in target:
        inside = centres_inside(target["proposals"], np.array([window]))[0]
        target = {**target, "proposals": target["proposals"][inside]}
    target = _stretch(target, window, size)
    for name in target.keys() & {"boxes", "proposals"}:
        limits = np.array([size[1], size[0]] * 2, target[name].dtype)
        target[name] = np.clip(target[name], 0, limits)
    if "keypoints" in target:
        target["keypoints"] = _drop_outside(target["keypoints"], size)
    return _stretch_image(image, window, size, fill), target


def centres_inside(boxes: Array, windows: Array) -> Array:
    """Say for windows (M, 4) and boxes (R, 4) which boxes have their centre strictly inside: (M, R) bool.

    Examples
    --------
    >>> centres_inside(np.array([[0.0, 0, 2, 2], [4.0, 4, 6, 6]]), np.array([[0, 0, 3, 3]])).tolist()
    [[True, False]]
    """
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = (centres > windows[:, None, :2]) & (centres < windows[:, None, 2:])
    return np.asarray(inside.all(axis=2))


def _drop_outside(keypoints: Array, size: tuple[int, int]) -> Array:
    x, y, visibility = np.moveaxis(keypoints, 2, 0)
    inside = (visibility > 0) & (x >= 0) & (y >= 0) & (x <= size[1]) & (y <= size[0])
    return np.where(inside[..., None], keypoints, 0).astype(keypoints.dtype, copy=False)


def _stretch(target: Target, window: Window, size: tuple[int, int]) -> Target:
    """Shift and scale a target so that the window becomes the whole, dropping nothing."""
    x1, y1, x2, y2 = window
    scale_x, scale_y = size[1] / (x2 - x1), size[0] / (y2 - y1)

    def point(x: Array, y: Array) -> tuple[Array, Array]:
        return (x - x1) * scale_x, (y - y1) * scale_y

    def plane(values: Array) -> Array:
        rows, new_rows = _centres(y1, y2, size[0], values.shape[-2])
        columns, new_columns = _centres(x1, x2, size[1], values.shape[-1])
        stretched = np.zeros((*values.shape[:-2], *size), values.dtype)
        stretched[..., new_rows[:, None], new_columns] = values[..., rows[:, None], columns]
        return stretched

    return move_target(target, point, plane)


def _centres(first: int, last: int, count: int, limit: int) -> tuple[Array, Array]:
    """Return which old pixels lie under the centres of `count` new ones across [first, last), and which new.

    Those outside [0, limit) are left out.
    """
    old = first + ((np.arange(count) + 0.5) * ((last - first) / count)).astype(np.intp)
    new = np.flatnonzero((old >= 0) & (old < limit))
    return old[new], new


def _stretch_image(image: Array, window: Window, size: tuple[int, int], fill: Sequence[float]) -> Array:
    x1, y1, x2, y2 = window
    height, width = image.shape[:2]
    if x1 >= 0 and y1 >= 0 and x2 <= width and y2 <= height:
        return resize_image(image[y1:y2, x1:x2], size)
    left, right, new_left, new_right = _overlap(x1, x2, size[1], width)
    top, bottom, new_top, new_bottom = _overlap(y1, y2, size[0], height)
    canvas = np.empty((*size, 3), image.dtype)
    canvas[...] = fill
    if new_left < new_right and new_top < new_bottom:
        new_size = (new_bottom - new_top, new_right - new_left)
        region = resize_image(image, new_size, region=(left, top, right, bottom))
        canvas[new_top:new_bottom, new_left:new_right] = region
    return canvas


def _overlap(first: int, last: int, count: int, limit: int) -> tuple[float, float, int, int]:
    """Return the range of whole new pixels within [0, limit), in old coordinates and in new ones.

    `count` new pixels stretch across [first, last).
    """
    span = last - first
    new_first = -((first - max(first, 0)) * count // span)
    new_last = (min(last, limit) - first) * count // span
    old_first, old_last = first + new_first * span / count, first + new_last * span / count
    return (
        max(old_first, 0),
        min(old_last, limit),
        new_first,
        new_last,
    )  # by rounding they may be just outside
