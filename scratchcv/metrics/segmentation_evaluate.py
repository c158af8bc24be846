"""The metrics of a semantic segmentation over a data set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from scratchcv.checks import Array
from scratchcv.metrics.annotations import Annotations, check_paired, entry
from scratchcv.metrics.confusion_matrix import confusion_matrix
from scratchcv.metrics.mean_average_precision import class_name
from scratchcv.metrics.segmentation import (
    class_accuracy,
    class_dice,
    class_iou,
    frequency_weighted_iou,
    mean_accuracy,
    mean_dice,
    mean_iou,
    pixel_accuracy,
)


@dataclass(frozen=True)
class SegmentationResult:
    """How well the pixels of a data set were classified.

    Attributes
    ----------
    confusion : ndarray of int64, shape (K, K)
        Pixels by true class (row) and predicted class (column).
    class_names : tuple of str, optional
        Names by class, index 0 first.

    Examples
    --------
    >>> SegmentationResult(np.array([[6, 2], [1, 1]])).stats["pixel_accuracy"]
    0.7
    """

    confusion: Array = field(repr=False)
    class_names: tuple[str, ...] | None = None

    @cached_property
    def stats(self) -> dict[str, float]:
        """FCN's four numbers, and the mean Dice; NaN where no pixel counts."""
        return {
            "pixel_accuracy": pixel_accuracy(self.confusion),
            "mean_accuracy": mean_accuracy(self.confusion),
            "mean_iou": mean_iou(self.confusion),
            "frequency_weighted_iou": frequency_weighted_iou(self.confusion),
            "mean_dice": mean_dice(self.confusion),
        }

    @cached_property
    def per_class(self) -> dict[int, float]:
        """The IoU of each class; NaN where neither truth nor prediction has it."""
        return dict(enumerate(class_iou(self.confusion).tolist()))

    def table(self) -> str:
        """Return a line a class that occurs, and the means: what `print` shows."""
        lines = [f"{'class':<20} {'pixels':>9} {'accuracy':>8} {'IoU':>6} {'Dice':>6}"]
        columns = (class_accuracy(self.confusion), class_iou(self.confusion), class_dice(self.confusion))
        pixels = self.confusion.sum(axis=1)
        for label, (accuracy, iou, dice) in enumerate(zip(*columns, strict=True)):
            if not np.isnan(iou):
                name, shown = (
                    class_name(label, self.class_names),
                    "-" if np.isnan(accuracy) else f"{accuracy:.4f}",
                )
                lines.append(f"{name:<20} {pixels[label]:>9} {shown:>8} {iou:6.4f} {dice:6.4f}")
        means = [
            f"{name.replace('_', ' ').replace('iou', 'IoU').replace('dice', 'Dice')} {value:.4f}"
            for name, value in self.stats.items()
        ]
        lines += ["  ".join(means[:2]), "  ".join(means[2:])]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.table()


def segmentation_evaluate(
    predictions: Annotations,
    targets: Annotations,
    *,
    num_classes: int,
    ignore_index: int | None = None,
    class_names: Sequence[str] | None = None,
) -> SegmentationResult:
    """Return the accuracies, mean IoU and Dice of a data set's semantic maps.

    Parameters
    ----------
    predictions, targets : sequence of dict
        For each image ``semantic`` (H, W), the class 0 … K - 1 of each pixel.
    num_classes : int
        K, the background included.
    ignore_index : int, optional
        Pixels whose true class is this one do not count: VOC's 255.
    class_names : sequence of str, optional
        Names by class, index 0 first.

    Returns
    -------
    SegmentationResult
        ``result.stats["mean_iou"]``, ``result.per_class[label]``, ``result.confusion``; prints as a table.

    Raises
    ------
    ValueError
        When there is not one target a prediction, a map is missing, sizes differ or a class is out of range.

    Notes
    -----
    Confusion matrices are summed over the images before anything is divided, so that each pixel of the data
    set weighs the same.

    References
    ----------
    Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015, section 5.

    Examples
    --------
    >>> found, truth = [{"semantic": [[0, 1], [1, 1]]}], [{"semantic": [[0, 0], [1, 1]]}]
    >>> print(segmentation_evaluate(found, truth, num_classes=2, class_names=("sky", "dog")))
    class                   pixels accuracy    IoU   Dice
    sky                          2   0.5000 0.5000 0.6667
    dog                          2   1.0000 0.6667 0.8000
    pixel accuracy 0.7500  mean accuracy 0.7500
    mean IoU 0.5833  frequency weighted IoU 0.5833  mean Dice 0.7333
    """
    check_paired(predictions, targets)
    confusion = confusion_matrix([], [], num_classes)
    for index, (prediction, target) in enumerate(zip(predictions, targets, strict=True)):
        found = entry(f"predictions[{index}]", prediction, "semantic")
        truth = entry(f"targets[{index}]", target, "semantic")
        try:
            confusion += confusion_matrix(found, truth, num_classes, ignore_index)
        except ValueError as error:
            raise ValueError(f"image {index}: {error}") from None
    return SegmentationResult(confusion, tuple(class_names) if class_names else None)
