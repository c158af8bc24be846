"""What is in a data set: images, objects of each class, sizes."""

from dataclasses import dataclass, field

import numpy as np

from scratchcv.boxes import box_area
from scratchcv.checks import Array
from scratchcv.data.source import DetectionDataset


@dataclass(frozen=True)
class DatasetSummary:
    """Counts and sizes of a data set, or of its first images.

    Attributes
    ----------
    class_names : tuple of str
        Names by label, index 0 is the background.
    total : int
        Images in the data set.
    image_sizes : ndarray of shape (N, 2)
        Height and width of the N images that were looked at.
    empty : int
        How many of the N have no object.
    labels : ndarray of shape (R,)
        Labels of all their objects.
    object_sizes : ndarray of shape (R,)
        Square roots of the boxes' areas, in pixels.
    relative_shapes : ndarray of shape (R, 2)
        Widths and heights of the boxes over their images'.

    Examples
    --------
    >>> sizes = np.array([[48, 64], [48, 64]])
    >>> side, shape = np.array([20.0]), np.array([[20 / 64, 20 / 48]])
    >>> print(DatasetSummary(("background", "cat", "dog"), 2, sizes, 1, np.array([1]), side, shape))
    2 images of 64×48 pixels, 1 of them without objects
    class                objects  smallest  median  largest
    cat                        1        20      20       20
    dog                        0         -       -        -
    all                        1        20      20       20
    """

    class_names: tuple[str, ...]
    total: int
    image_sizes: Array = field(repr=False)
    empty: int
    labels: Array = field(repr=False)
    object_sizes: Array = field(repr=False)
    relative_shapes: Array = field(repr=False)

    def __str__(self) -> str:
        """Return a line on the images and a table of the objects; sizes are sides in pixels."""
        lines = [self._images(), f"{'class':<20} {'objects':>7}  smallest  median  largest"]
        for label, name in enumerate(self.class_names[1:], start=1):
            lines.append(_row(name, self.object_sizes[self.labels == label]))
        return "\n".join([*lines, _row("all", self.object_sizes)])

    def _images(self) -> str:
        seen = len(self.image_sizes)
        text = f"{self.total} image{'' if self.total == 1 else 's'}"
        if seen < self.total:
            text += f", the first {seen}"
        if seen:
            (low_h, low_w), (high_h, high_w) = self.image_sizes.min(axis=0), self.image_sizes.max(axis=0)
            text += f" of {low_w}×{low_h}"
            text += "" if (low_h, low_w) == (high_h, high_w) else f" to {high_w}×{high_h}"
            text += f" pixels, {self.empty} of them without objects"
        return text


def _row(name: str, sizes: Array) -> str:
    least, middle, most = "---"
    if len(sizes):
        least, middle, most = (f"{value:.0f}" for value in (sizes.min(), np.median(sizes), sizes.max()))
    return f"{name:<20} {len(sizes):>7}  {least:>8}  {middle:>6}  {most:>7}"


def summarize_dataset(
    dataset: DetectionDataset, *, limit: int | None = None, progress: bool | None = None
) -> DatasetSummary:
    """Look at every image of a data set and count.

    Parameters
    ----------
    dataset : DetectionDataset
        Images with targets.
    limit : int, optional
        Look at the first so many images only.
    progress : bool, optional
        Whether to show a bar, on the standard error stream, once it takes over two seconds; by default on a
        terminal only.

    Returns
    -------
    DatasetSummary
        Prints as a table.

    Raises
    ------
    InputError
        When an image cannot be read: this reads them all, so a training does not stumble over it later.

    Examples
    --------
    >>> empty = {"boxes": np.zeros((0, 4)), "labels": np.zeros(0, int)}
    >>> class One(list):
    ...     class_names = ("background", "cat")
    >>> summarize_dataset(One([(np.zeros((48, 64, 3), np.uint8), empty)])).empty
    1
    """
    from tqdm import tqdm

    count = len(dataset) if limit is None else min(limit, len(dataset))
    image_sizes, labels, empty = [], [np.zeros(0, np.int64)], 0
    sides, shapes = [np.zeros(0)], [np.zeros((0, 2))]
    hidden = None if progress is None else not progress
    for index in tqdm(range(count), desc="look", unit="image", delay=2, leave=False, disable=hidden):
        image, target = dataset[index]
        boxes = np.asarray(target["boxes"], np.float64)
        image_sizes.append(image.shape[:2])
        labels.append(target["labels"])
        sides.append(np.sqrt(box_area(boxes)))
        shapes.append((boxes[:, 2:] - boxes[:, :2]) / [image.shape[1], image.shape[0]])
        empty += len(boxes) == 0
    return DatasetSummary(
        class_names=tuple(dataset.class_names),
        total=len(dataset),
        image_sizes=np.array(image_sizes, np.int64).reshape(-1, 2),
        empty=empty,
        labels=np.concatenate(labels),
        object_sizes=np.concatenate(sides),
        relative_shapes=np.concatenate(shapes),
    )
