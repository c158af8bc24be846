"""What a model may be given: checks of images and targets that name the image and the object at fault."""

from collections.abc import Mapping, Sequence

import numpy as np

from scratchcv.checks import Array, check_integers


def check_images(images: Sequence[Array]) -> None:
    """Raise unless every image is floating, of shape (3, H, W), with values in [0, 1].

    Parameters
    ----------
    images : sequence of ndarray
        A batch.

    Raises
    ------
    ValueError, TypeError
        Naming the first bad image.

    Examples
    --------
    >>> check_images([np.zeros((48, 64, 3), np.uint8)])
    Traceback (most recent call last):
    ValueError: images[0] must have shape (3, H, W), got (48, 64, 3): see scratchcv.data.to_tensor
    """
    for n, image in enumerate(images):
        shape = np.shape(image)
        if len(shape) != 3 or shape[0] != 3 or 0 in shape:
            raise ValueError(
                f"images[{n}] must have shape (3, H, W), got {shape}: see scratchcv.data.to_tensor"
            )
        if image.dtype.kind != "f":
            raise TypeError(f"images[{n}] must be floating, got {image.dtype}: see scratchcv.data.to_tensor")
        low, high = float(image.min()), float(image.max())
        if not -0.001 <= low <= high <= 1.001:  # interpolation may overshoot by a rounding
            raise ValueError(f"images[{n}] must have values from 0 to 1, got {low:g} to {high:g}")


def check_targets(targets: Sequence[Mapping[str, Array]], images: Sequence[Array], num_classes: int) -> None:
    """Raise unless every image has a target whose boxes have an area inside it and labels a class.

    Parameters
    ----------
    targets : sequence of dict
        For each image ``boxes`` (R, 4) in its pixels and ``labels`` (R,), integers.
    images : sequence of ndarray (3, H, W)
        The images.
    num_classes : int
        Classes, background included: labels lie in 1…num_classes - 1.

    Raises
    ------
    ValueError, TypeError
        Naming the first bad target and object.

    Examples
    --------
    >>> image = np.zeros((3, 48, 64), np.float32)
    >>> check_targets([{"boxes": np.array([[5.0, 5, 9, 9]]), "labels": np.array([3])}], [image], 3)
    Traceback (most recent call last):
    ValueError: targets[0]['labels'] must lie in 1…2, got targets[0]['labels'][0] = 3
    """
    if len(targets) != len(images):
        raise ValueError(f"every image needs a target, got {len(images)} images and {len(targets)} targets")
    for n, (target, image) in enumerate(zip(targets, images, strict=True)):
        missing = [key for key in ("boxes", "labels") if key not in target]
        if missing:
            raise ValueError(f"targets[{n}] must have 'boxes' and 'labels', got {sorted(target)}")
        boxes = np.asarray(target["boxes"])
        if boxes.ndim != 2 or boxes.shape[1] != 4:
            raise ValueError(f"targets[{n}]['boxes'] must have shape (R, 4), got {boxes.shape}")
        check_integers(f"targets[{n}]['labels']", target["labels"], (len(boxes),), num_classes, start=1)
        _check_objects(n, boxes, image.shape[1:])


def _check_objects(n: int, boxes: Array, size: tuple[int, ...]) -> None:
    height, width = size
    x1, y1, x2, y2 = boxes.T
    for r in np.flatnonzero(~((x2 > x1) & (y2 > y1) & np.isfinite(boxes).all(axis=1))):
        raise ValueError(f"targets[{n}]['boxes'][{r}] has no area: {boxes[r].tolist()}")
    for r in np.flatnonzero((x2 <= 0) | (y2 <= 0) | (x1 >= width) | (y1 >= height)):
        raise ValueError(
            f"targets[{n}]['boxes'][{r}] is outside its image of {width}×{height}: {boxes[r].tolist()}"
        )
