"""Detections of a whole data set, and how good they are."""

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from scratchcv.checks import Array
from scratchcv.data.batch import Batch, Dataset
from scratchcv.data.image import to_tensor
from scratchcv.data.source import DetectionDataset
from scratchcv.metrics import CocoResult, MeanAveragePrecision, coco_evaluate, mean_average_precision
from scratchcv.models import Detector

KEPT = ("boxes", "labels", "difficult", "crowd", "area")
"""Entries of a target that the metrics ask for; masks and maps are dropped as soon as they were seen."""

MOST_PIXELS = 20_000_000
"""In a batch of large images; of three such batches, one is predicted, one waits and one is being read."""


@dataclass(frozen=True)
class Evaluation:
    """What a detector found in a data set, and its marks.

    Attributes
    ----------
    predictions, targets : list of dict
        One of each for an image, in the data set's order.
    voc : MeanAveragePrecision
        At an IoU of .5, area under the curve.
    coco : CocoResult
        COCO's twelve numbers.
    class_names : tuple of str
        Names by label, index 0 is the background.
    seconds : float
        Spent on predicting, reading included.

    Examples
    --------
    >>> voc, coco = mean_average_precision([], []), coco_evaluate([], [])
    >>> Evaluation([], [], voc, coco, ("background",), 0.0).report()["mAP50"] is None
    True
    """

    predictions: list[dict[str, Array]] = field(repr=False)
    targets: list[dict[str, Array]] = field(repr=False)
    voc: MeanAveragePrecision
    coco: CocoResult
    class_names: tuple[str, ...]
    seconds: float

    def report(self) -> dict[str, Any]:
        """Return the marks as JSON takes them; null is an AP that does not exist, for nothing was to find.

        In COCO's twelve numbers that is -1, as in COCO's own code.
        """
        return {
            "images": len(self.targets),
            "objects": sum(self.voc.number_of_truths.values()),
            "mAP50": _or_null(self.voc.mean),
            "AP50_per_class": {
                self.class_names[label]: _or_null(ap) for label, ap in self.voc.per_class.items()
            },
            "coco": self.coco.stats,
            "seconds": round(self.seconds, 3),
        }

    def __str__(self) -> str:
        """Return the table of VOC's AP and COCO's twelve numbers."""
        twelve = self.coco.table(self.class_names).splitlines()[-2:]
        return "\n".join([str(self.voc), "", "COCO:", *twelve])


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value


def predict_dataset(
    model: Detector, dataset: Dataset, *, batch_size: int = 16, progress: bool = False
) -> tuple[list[dict[str, Array]], list[dict[str, Array]]]:
    """Return a prediction and a target for every image, with only a few images in memory at a time.

    Parameters
    ----------
    model : Detector
        Has `predict`.
    dataset : Dataset
        Images (H, W, 3) uint8 with targets.
    batch_size : int
        Images at a time, fewer if they are large; the next batch is read meanwhile.
    progress : bool
        Whether to show a progress bar, on the standard error stream.

    Returns
    -------
    predictions : list of dict
        ``boxes`` (D, 4), ``scores`` (D,), ``labels`` (D,) in each image's own pixels.
    targets : list of dict
        ``boxes`` and ``labels``, and what else the metrics look at; no masks.

    Examples
    --------
    >>> class Blind:
    ...     def predict(self, images):
    ...         return [{"boxes": [], "scores": [], "labels": []} for _ in images]
    >>> predict_dataset(Blind(), [])
    ([], [])
    """
    from tqdm import tqdm

    predictions: list[dict[str, Array]] = []
    targets: list[dict[str, Array]] = []
    if len(dataset) == 0:
        return predictions, targets
    with tqdm(
        total=len(dataset), desc="detect", unit="image", disable=not progress, dynamic_ncols=True
    ) as bar:
        for images, batch_targets in _read_ahead(_batches(dataset, batch_size)):
            predictions.extend(model.predict([to_tensor(image) for image in images]))
            targets.extend(batch_targets)
            bar.update(len(images))
    return predictions, targets


def _batches(dataset: Dataset, batch_size: int) -> Iterator[Batch]:
    """Yield images, still uint8, and the targets of each batch."""
    images: list[Array] = []
    targets: list[dict[str, Array]] = []
    for index in range(len(dataset)):
        image, target = dataset[index]
        pixels = sum(math.prod(other.shape[:2]) for other in (*images, image))
        if images and (len(images) == batch_size or pixels > MOST_PIXELS):
            yield images, targets
            images, targets = [], []
        images.append(image)
        targets.append({name: target[name] for name in KEPT if name in target})
    yield images, targets


def _read_ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Yield the same batches, with a thread that reads the next one."""
    with ThreadPoolExecutor(1, thread_name_prefix="scratchcv-read") as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch


def evaluate_detector(
    model: Detector, dataset: DetectionDataset, *, batch_size: int = 16, progress: bool = False
) -> Evaluation:
    """Let a detector loose on a data set, and mark what it found.

    Parameters
    ----------
    model, dataset, batch_size, progress
        As of `predict_dataset`; the data set also names its classes.

    Returns
    -------
    Evaluation
        Prints as a table; `Evaluation.report` is for JSON.

    Notes
    -----
    Objects marked difficult need not be found for VOC's AP, but for COCO's numbers they count as all others.

    Examples
    --------
    >>> class Blind:
    ...     def predict(self, images):
    ...         return [{"boxes": [], "scores": [], "labels": []} for _ in images]
    >>> from scratchcv.data.source import open_dataset
    >>> evaluate_detector(Blind(), open_dataset("scenes:3", "test", size=48)).voc.mean
    0.0
    """
    start = time.perf_counter()
    predictions, targets = predict_dataset(model, dataset, batch_size=batch_size, progress=progress)
    seconds = time.perf_counter() - start
    names = tuple(dataset.class_names)
    voc = mean_average_precision(predictions, targets, class_names=names)
    return Evaluation(predictions, targets, voc, coco_evaluate(predictions, targets), names, seconds)
