"""What COCO's evaluation found: arrays of precision and recall, and the numbers drawn from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from scratchcv.checks import Array
from scratchcv.metrics.mean_average_precision import class_name

MOST = 1e5**2
"""Square pixels that no object exceeds."""

AREA_LIMITS = (32.0**2, 96.0**2)
"""Square pixels up to which COCO calls an object small, and up to which medium."""


def area_ranges(iou_type: str, limits: tuple[float, float] = AREA_LIMITS) -> dict[str, tuple[float, float]]:
    """Return the sizes that COCO tells apart; of keypoints none are small.

    Examples
    --------
    >>> list(area_ranges("bbox")), list(area_ranges("keypoints"))
    (['all', 'small', 'medium', 'large'], ['all', 'medium', 'large'])
    """
    small, medium = limits
    ranges = {"all": (0.0, MOST), "small": (0.0, small), "medium": (small, medium), "large": (medium, MOST)}
    return {size: bounds for size, bounds in ranges.items() if (iou_type, size) != ("keypoints", "small")}


ABSENT = -1.0
"""COCO's number for what cannot be said, for there is nothing to find."""


@dataclass(frozen=True)
class CocoResult:
    """COCO's metrics of a detector. Numbers are -1 where there is nothing to find, as in COCO's code.

    Attributes
    ----------
    precision : ndarray of shape (T, R, K, A, M)
        By IoU threshold (.5, .55, …, .95), recall level (0, .01, …, 1), class, area range (all, small,
        medium, large; for keypoints without small) and limit of detections.
    recall : ndarray of shape (T, K, A, M)
        The highest recall reached.
    labels : tuple of int
        The K classes that truths or detections have.
    max_detections : tuple of int
        The M limits of detections.
    number_of_truths : dict of int to int
        Objects to find, by label, of any size and without crowds.
    iou_type : {"bbox", "segm", "keypoints"}
        What was compared.

    Examples
    --------
    >>> precision, recall = np.full((10, 101, 1, 4, 3), .5), np.full((10, 1, 4, 3), .7)
    >>> result = CocoResult(precision, recall, (1,), (1, 10, 100), {1: 9})
    >>> result.stats["AP"], round(result.stats["AR100"], 6)
    (0.5, 0.7)
    """

    precision: Array = field(repr=False)
    recall: Array = field(repr=False)
    labels: tuple[int, ...]
    max_detections: tuple[int, ...]
    number_of_truths: dict[int, int]
    iou_type: str = "bbox"

    @cached_property
    def stats(self) -> dict[str, float]:
        """COCO's twelve numbers: AP, AP50, AP75, APs, APm, APl, AR1, AR10, AR100, ARs, ARm, ARl.

        For keypoints ten: AP, AP50, AP75, APm, APl, AR, AR50, AR75, ARm, ARl.
        """
        return self._averages(self.precision, self.recall)

    @cached_property
    def per_class(self) -> dict[int, float]:
        """The AP of each label, mean over the ten thresholds; -1 where the class has nothing to find."""
        return {label: stats["AP"] for label, stats in self.per_class_stats.items()}

    @cached_property
    def per_class_stats(self) -> dict[int, dict[str, float]]:
        """The twelve or ten numbers of each label."""
        return {
            label: self._averages(self.precision[:, :, [k]], self.recall[:, [k]])
            for k, label in enumerate(self.labels)
        }

    def _averages(self, precision: Array, recall: Array) -> dict[str, float]:
        ap, ar = precision[..., -1], recall[..., -1]
        sizes = {size[0]: i for i, size in enumerate(area_ranges(self.iou_type)) if i}
        most = {f"AR{m}": _mean(recall[..., 0, i]) for i, m in enumerate(self.max_detections)}
        if self.iou_type == "keypoints":
            most = {"AR": _mean(ar[..., 0]), "AR50": _mean(ar[0, ..., 0]), "AR75": _mean(ar[5, ..., 0])}
        return {
            "AP": _mean(ap[..., 0]),
            "AP50": _mean(ap[0, ..., 0]),
            "AP75": _mean(ap[5, ..., 0]),
            **{f"AP{size}": _mean(ap[..., i]) for size, i in sizes.items()},
            **most,
            **{f"AR{size}": _mean(ar[..., i]) for size, i in sizes.items()},
        }

    def table(self, class_names: Sequence[str] | None = None) -> str:
        """Return a line a class, and the twelve or ten numbers: what `print` shows.

        Parameters
        ----------
        class_names : sequence of str, optional
            Names by label, index 0 the background.

        Returns
        -------
        str
            A dash stands where there is nothing to find.
        """
        most = "AR" if self.iou_type == "keypoints" else f"AR{self.max_detections[-1]}"
        lines = [f"{'class':<20} {'truths':>7} {'AP':>6} {'AP50':>6} {'AP75':>6} {most:>6}"]
        for label, stats in self.per_class_stats.items():
            name, truths = class_name(label, class_names), self.number_of_truths[label]
            numbers = " ".join(_shown(stats[key]) for key in ("AP", "AP50", "AP75", most))
            lines.append(f"{name:<20} {truths:>7} {numbers}")
        keys = list(self.stats)
        half = keys.index(next(key for key in keys if key.startswith("AR")))
        for some in (keys[:half], keys[half:]):
            lines.append("  ".join(f"{key} {_shown(self.stats[key]).strip()}" for key in some))
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.table()


def _mean(values: Array) -> float:
    """Return the mean over what can be said."""
    known = values[values > ABSENT]
    return float(np.mean(known)) if len(known) else ABSENT


def _shown(value: float) -> str:
    return f"{'-':>6}" if value == ABSENT else f"{value:6.4f}"
