"""From a data set for detection to one for classification: every object, cut out with some of its context."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.boxes import box_iou
from scratchcv.checks import Array
from scratchcv.data.chance import between, generator
from scratchcv.data.crop import Window, resized_crop
from scratchcv.data.source import DetectionDataset

FILL = (124, 116, 104)
"""Colour of what lies beyond an image: the mean of ImageNet, which a model sees as zeros."""

_TRIES = 16


class ObjectCrops(Sequence[tuple[Array, dict[str, Array]]]):
    """A data set of square crops, one around each object of another data set, each with one label.

    The square has the box's centre and ``1 + 2 * context`` times its longer side: the object keeps its shape.

    Parameters
    ----------
    dataset : DetectionDataset
        Images with ``boxes`` and ``labels``. All are read once, and the crops kept in memory.
    size : int
        Side of the crops in pixels.
    context : float
        How much is added on each side of the box's longer side, relative to it.
    class_names : sequence of str, optional
        Only objects of these classes, with labels in this order; "background" first. By default all.
    background : int
        So many crops an image, label 0, that overlap no object by an IoU of .1; fewer where it is crowded.
    seed : int
        Of the background's crops.

    Attributes
    ----------
    class_names : tuple of str
        Names by label, index 0 is "background".
    windows : ndarray of shape (N, 4)
        Where each crop lies in its image: x1, y1, x2, y2 in whole pixels.
    labels : ndarray of shape (N,)
        What each shows.
    images : ndarray of shape (N,)
        Which image each is from.
    crops : list of ndarray (size, size, 3)
        The crops, uint8.

    Raises
    ------
    ValueError
        When a size is below 1, `context` or `background` negative, or a class unknown.

    Notes
    -----
    Each crop is a function of the data set, the arguments and its index alone. One of 64 pixels takes 12 kB.
    R-CNN warps its proposals instead, so that what is long becomes square, and adds 16 pixels of context.

    References
    ----------
    Girshick, Donahue, Darrell, Malik, "Rich feature hierarchies", 2014, appendix A: the "tightest square with
    context".

    Examples
    --------
    >>> from scratchcv.data import SceneDataset
    >>> crops = ObjectCrops(SceneDataset(10, size=64), size=32, background=1)
    >>> image, target = crops[0]
    >>> image.shape, target["labels"].shape, sorted(set(crops.labels.tolist()))[0]
    ((32, 32, 3), (1,), 0)
    """

    def __init__(
        self,
        dataset: DetectionDataset,
        *,
        size: int = 64,
        context: float = 0.25,
        class_names: Sequence[str] | None = None,
        background: int = 0,
        seed: int = 0,
    ) -> None:
        for name, value, least in (("size", size, 1), ("context", context, 0), ("background", background, 0)):
            if not value >= least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        self.dataset, self.size, self.context = dataset, size, context
        self.class_names = tuple(dataset.class_names if class_names is None else class_names)
        new_labels = _new_labels(dataset.class_names, self.class_names)
        windows: list[Window] = []
        labels: list[int] = []
        images: list[int] = []
        crops: list[Array] = []
        for index in range(len(dataset)):
            image, target = dataset[index]
            boxes, old_labels = np.asarray(target["boxes"]), np.asarray(target["labels"])
            found = new_labels[old_labels]
            around = [_square(box, context) for box in boxes[found > 0]]
            beside = _between_objects(image.shape[:2], boxes, background, generator(seed, index))
            labels += [*found[found > 0], *[0] * len(beside)]
            for window in (*around, *beside):
                windows.append(window)
                images.append(index)
                crops.append(resized_crop(image, {}, window, (size, size), fill=FILL)[0])
        self.windows = np.array(windows, np.int64).reshape(-1, 4)
        self.labels, self.images = np.array(labels, np.int64), np.array(images, np.int64)
        self.crops = crops

    def __repr__(self) -> str:
        return f"ObjectCrops({self.dataset!r}, size={self.size}): {len(self)} crops"

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: Any) -> Any:
        """Return a crop, (size, size, 3) uint8, and its target with ``labels`` (1,)."""
        return self.crops[index], {"labels": self.labels[index].reshape(1)}


def _new_labels(names: Sequence[str], wanted: Sequence[str]) -> Array:
    """Return for each old label the new one, 0 for classes that are not wanted."""
    if list(wanted[:1]) != ["background"] or not set(wanted) <= set(names):
        known = ", ".join(names)
        raise ValueError(
            f"class_names must begin with 'background' and be among {known}, got {', '.join(wanted)}"
        )
    return np.array([wanted.index(name) if name in wanted else 0 for name in names], np.int64)


def _square(box: Array, context: float) -> Window:
    """Return the square around a box, of whole pixels and at least one of them."""
    x1, y1, x2, y2 = (float(side) for side in box)
    side = max(round(max(x2 - x1, y2 - y1) * (1 + 2 * context)), 1)
    left, top = round((x1 + x2 - side) / 2), round((y1 + y2 - side) / 2)
    return left, top, left + side, top + side


def _between_objects(
    image_size: tuple[int, int], boxes: Array, count: int, rng: np.random.Generator
) -> list[Window]:
    """Draw up to `count` squares inside an image, a fifth to half of it wide, that hardly touch a box."""
    height, width = image_size
    windows: list[Window] = []
    for _ in range(_TRIES * count):
        side = max(round(between(rng, 0.2, 0.5) * min(height, width)), 1)
        left, top = round(between(rng, 0, width - side)), round(between(rng, 0, height - side))
        window = (left, top, left + side, top + side)
        if len(windows) < count and not (box_iou(np.array([window], float), boxes) >= 0.1).any():
            windows.append(window)
    return windows
