"""What pretraining is worth: one training from random weights, fine-tuned, and with a frozen backbone."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.batch import Dataset
from scratchcv.metrics import MeanAveragePrecision, mean_average_precision
from scratchcv.training.evaluate import predict_dataset
from scratchcv.training.pretrained import copy_backbone
from scratchcv.training.recipe import Recipe, train_detector

STARTS = {"from nothing": None, "fine-tuned": 0.1, "frozen": 0.0}
"""Ways to begin: the backbone's learning rate relative to the head's, or None for a random backbone."""


@dataclass(frozen=True)
class Comparison:
    """How good each start turned out with each number of training images; prints as a table.

    Attributes
    ----------
    counts : tuple of int
        Numbers of training images.
    results : dict of str to list of MeanAveragePrecision
        For each start one result a count.

    Examples
    --------
    >>> nothing = mean_average_precision([{"boxes": [], "scores": [], "labels": []}], [
    ...     {"boxes": [[0, 0, 9, 9]], "labels": [1]}
    ... ])
    >>> print(Comparison((10, 50), {"fine-tuned": [nothing, nothing]}))
    training images       10      50
    fine-tuned         0.000   0.000
    """

    counts: tuple[int, ...]
    results: Mapping[str, Sequence[MeanAveragePrecision]]

    def scores(self, labels: Sequence[int] | None = None) -> dict[str, list[float]]:
        """Return for each start its mean AP a count, over all classes or over those of some labels."""
        return {
            start: [_mean(result, labels) for result in results] for start, results in self.results.items()
        }

    def table(self, labels: Sequence[int] | None = None) -> str:
        """Return the scores as lines of text."""
        lines = [f"{'training images':<16}" + "".join(f"{count:>8}" for count in self.counts)]
        for start, scores in self.scores(labels).items():
            lines.append(f"{start:<16}" + "".join(f"{score:>8.3f}" for score in scores))
        return "\n".join(lines)

    def __str__(self) -> str:
        """Return the table over all classes."""
        return self.table()


def compare_starts(
    build: Callable[[], Any],
    source: Mapping[str, Array],
    train: Dataset,
    test: Dataset,
    recipe: Recipe,
    *,
    counts: Sequence[int] = (10, 50, 250),
    starts: Mapping[str, float | None] = STARTS,
    progress: bool = False,
) -> Comparison:
    """Train a detector in several ways, with the same budget each, and test them on the same images.

    Parameters
    ----------
    build : callable
        Returns a new detector, with the same random weights at each call.
    source : mapping of str to ndarray
        The pretrained model's `state_dict`.
    train, test : Dataset
        Images with targets. Of the first, a training gets the first few.
    recipe : Recipe
        The numbers, the same for all but for `backbone_rate`.
    counts : sequence of int
        Numbers of training images; a batch holds no more than there are.
    starts : mapping of str to (float or None)
        The ways, see `STARTS`.
    progress : bool
        Whether to show bars.

    Raises
    ------
    ValueError
        When there are fewer training images than a count, or nothing of the source fits.

    Examples
    --------
    >>> from scratchcv.data import SceneDataset
    >>> from scratchcv.models import classifier_tiny, ssd_tiny
    >>> names, scenes = SceneDataset.class_names, SceneDataset(2, size=64)
    >>> source, recipe = classifier_tiny(names).state_dict(), Recipe(size=64, steps=1, augmentation="none")
    >>> comparison = compare_starts(
    ...     lambda: ssd_tiny(names, size=64), source, scenes, scenes, recipe, counts=[2]
    ... )
    >>> list(comparison.results)
    ['from nothing', 'fine-tuned', 'frozen']
    """
    if max(counts) > len(train):
        raise ValueError(f"train must have {max(counts)} images, got {len(train)}")
    images = [train[index] for index in range(max(counts))]  # each is seen many times
    results: dict[str, list[MeanAveragePrecision]] = {start: [] for start in starts}
    for count in counts:
        for start, rate in starts.items():
            model = build()
            if rate is not None:
                copy_backbone(source, model)
            numbers = dataclasses.replace(recipe, backbone_rate=1.0 if rate is None else rate)
            train_detector(model, images[:count], numbers, progress=progress)
            results[start].append(mean_average_precision(*predict_dataset(model, test, progress=progress)))
    return Comparison(tuple(counts), results)


def _mean(result: MeanAveragePrecision, labels: Sequence[int] | None) -> float:
    wanted = result.per_class if labels is None else labels
    return float(np.mean([result.per_class[label] for label in wanted])) if wanted else float("nan")
