"""Panoptic quality: things and stuff, found and outlined, in one number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from scratchcv.checks import Array, check_array
from scratchcv.metrics.annotations import Annotation, Annotations, as_integers, check_paired, entry, mark_of
from scratchcv.metrics.mean_average_precision import class_name

Counts = dict[str, float]
"""Of one class: matched pairs "TP", false positives "FP", missed "FN", and the pairs' IoU summed, "IoU"."""


@dataclass(frozen=True)
class PanopticResult:
    """The panoptic quality of a data set.

    Attributes
    ----------
    counts : dict of int to dict
        By label ``TP``, ``FP``, ``FN`` and ``IoU``, the sum over the matched pairs.
    things : frozenset of int
        The labels of things; all others are stuff.
    class_names : tuple of str, optional
        Names by label.

    Examples
    --------
    >>> counts = {1: {"TP": 1, "FP": 1, "FN": 1, "IoU": .8}, 2: {"TP": 1, "FP": 0, "FN": 0, "IoU": .6}}
    >>> result = PanopticResult(counts, frozenset([1]))
    >>> {name: round(value, 4) for name, value in result.stats.items() if name[:2] == "PQ"}
    {'PQ': 0.5, 'PQ_things': 0.4, 'PQ_stuff': 0.6}
    """

    counts: dict[int, Counts] = field(repr=False)
    things: frozenset[int]
    class_names: tuple[str, ...] | None = None

    @cached_property
    def per_class(self) -> dict[int, dict[str, float]]:
        """PQ, SQ and RQ of each label that occurs in truth or prediction."""
        qualities = {}
        for label, n in self.counts.items():
            half = n["TP"] + n["FP"] / 2 + n["FN"] / 2
            if half:
                sq = n["IoU"] / n["TP"] if n["TP"] else 0.0
                qualities[label] = {"PQ": n["IoU"] / half, "SQ": sq, "RQ": n["TP"] / half}
        return qualities

    @cached_property
    def stats(self) -> dict[str, float]:
        """PQ, SQ, RQ, and the same of things and stuff alone: means over the classes, NaN without any."""
        groups: dict[str, list[dict[str, float]]] = {"": [], "_things": [], "_stuff": []}
        for label, quality in self.per_class.items():
            for group in ("", "_things" if label in self.things else "_stuff"):
                groups[group].append(quality)
        return {
            key + group: float(np.mean([each[key] for each in found])) if found else float("nan")
            for group, found in groups.items()
            for key in ("PQ", "SQ", "RQ")
        }

    def table(self) -> str:
        """Return a line a class, and the means: what `print` shows."""
        lines = [f"{'class':<20} {'PQ':>6} {'SQ':>6} {'RQ':>6} {'TP':>5} {'FP':>5} {'FN':>5}"]
        for label, quality in self.per_class.items():
            numbers = " ".join(f"{value:6.4f}" for value in quality.values())
            counts = " ".join(f"{self.counts[label][key]:5.0f}" for key in ("TP", "FP", "FN"))
            lines.append(f"{class_name(label, self.class_names):<20} {numbers} {counts}")
        for group, name in (("", "all"), ("_things", "things"), ("_stuff", "stuff")):
            values = (self.stats[key + group] for key in ("PQ", "SQ", "RQ"))
            lines.append(
                f"{name:<20} " + " ".join(f"{'-':>6}" if np.isnan(v) else f"{v:6.4f}" for v in values)
            )
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.table()


def panoptic_quality(
    predictions: Annotations,
    targets: Annotations,
    *,
    things: Collection[int] = (),
    class_names: Sequence[str] | None = None,
) -> PanopticResult:
    r"""Return the panoptic quality of a data set, for each class and over things, stuff and all.

    .. math::

        PQ = \underbrace{\frac{\sum_{(p, g) \in TP} \mathrm{IoU}(p, g)}{|TP|}}_{SQ} \cdot
             \underbrace{\frac{|TP|}{|TP| + \frac12 |FP| + \frac12 |FN|}}_{RQ}

    Parameters
    ----------
    predictions, targets : sequence of dict
        For each image ``panoptic`` (H, W) of int: 0 where nothing is said (void), k where the k-th segment
        is, counted from 1; and ``segment_labels`` (S,), the class of each segment. Targets optionally have
        ``segment_crowd`` (S,): segments that stand for many things and need not be found.
    things : collection of int
        The labels of things; all others are stuff.
    class_names : sequence of str, optional
        Names by label.

    Returns
    -------
    PanopticResult
        ``result.stats["PQ"]``, ``result.per_class[label]``; prints as a table.

    Raises
    ------
    ValueError
        When there is not one target a prediction, a key is missing, sizes differ, or map and list disagree
        about the segments.

    Notes
    -----
    A predicted segment matches a true one of its class if their IoU exceeds .5; no two can match the same one
    then. Void pixels of the target are taken from the union. A predicted segment that matches none is no
    false positive if more than half of it lies on void and on crowds of its class.

    Classes with neither truths nor false positives stay out of the means. ``panopticapi`` knows one crowd a
    class and image; here all count.

    References
    ----------
    Kirillov, He, Girshick, Rother, Dollár, "Panoptic Segmentation", CVPR 2019, equation 1 and section 4;
    ``panopticapi/evaluation.py``.

    Examples
    --------
    One of two dogs (class 1) is found, on 3 of its 4 pixels; the grass (class 2) takes its fourth.

    >>> truth = {"panoptic": [[1, 1, 1, 1, 3, 3, 3, 2]], "segment_labels": [1, 1, 2]}
    >>> found = {"panoptic": [[1, 1, 1, 2, 2, 2, 2, 2]], "segment_labels": [1, 2]}
    >>> print(panoptic_quality([found], [truth], things=[1], class_names=("", "dog", "grass")))
    class                    PQ     SQ     RQ    TP    FP    FN
    dog                  0.5000 0.7500 0.6667     1     0     1
    grass                0.6000 0.6000 1.0000     1     0     0
    all                  0.5500 0.6750 0.8333
    things               0.5000 0.7500 0.6667
    stuff                0.6000 0.6000 1.0000
    """
    check_paired(predictions, targets)
    counts: dict[int, Counts] = {}
    for index, (prediction, target) in enumerate(zip(predictions, targets, strict=True)):
        for label, found in _counts_of_image(index, prediction, target).items():
            total = counts.setdefault(label, {"TP": 0, "FP": 0, "FN": 0, "IoU": 0.0})
            for key, value in found.items():
                total[key] += value
    names = tuple(class_names) if class_names else None
    return PanopticResult(dict(sorted(counts.items())), frozenset(int(label) for label in things), names)


def _counts_of_image(index: int, prediction: Annotation, target: Annotation) -> dict[int, Counts]:
    where = f"targets[{index}]"
    found, labels = _segments(f"predictions[{index}]", prediction)
    truth, true_labels = _segments(where, target)
    check_array(f"predictions[{index}]['panoptic']", found, truth.shape)
    crowd = mark_of(where, target, "segment_crowd", len(true_labels))

    # Pixels by predicted segment (row) and true one (column), void first in both.
    pairs = found * (len(true_labels) + 1) + truth
    size = (len(labels) + 1, len(true_labels) + 1)
    pixels = np.bincount(pairs.ravel(), minlength=size[0] * size[1]).reshape(size)
    area, on_void, shared = pixels[1:].sum(axis=1), pixels[1:, 0], pixels[1:, 1:]
    union = area[:, None] + pixels[:, 1:].sum(axis=0) - shared - on_void[:, None]
    same = labels[:, None] == true_labels
    match = same & ~crowd & (2 * shared > union)
    on_crowd = (shared * (same & crowd)).sum(axis=1)
    false_positive = ~match.any(axis=1) & (2 * (on_void + on_crowd) <= area)
    missed = ~match.any(axis=0) & ~crowd
    iou = np.where(match, shared / np.maximum(union, 1), 0.0)
    return {
        label: {
            "TP": int(match[labels == label].sum()),
            "FP": int(false_positive[labels == label].sum()),
            "FN": int(missed[true_labels == label].sum()),
            "IoU": float(iou[labels == label].sum()),
        }
        for label in np.union1d(labels, true_labels).tolist()
    }


def _segments(where: str, annotation: Annotation) -> tuple[Array, Array]:
    """Return the map of segments, checked against the list of their labels, and the list."""
    panoptic = check_array(f"{where}['panoptic']", entry(where, annotation, "panoptic"), ("H", "W"))
    labels = check_array(f"{where}['segment_labels']", entry(where, annotation, "segment_labels"), ("S",))
    panoptic = as_integers(f"{where}['panoptic']", panoptic)
    strange = (panoptic < 0) | (panoptic > len(labels))
    if strange.any():
        first = panoptic[strange][0]
        raise ValueError(f"{where}['panoptic'] has segment {first}, but {len(labels)} are labelled")
    absent = np.bincount(panoptic.ravel(), minlength=len(labels) + 1)[1:] == 0
    if absent.any():
        row = int(absent.argmax()) + 1
        raise ValueError(f"{where}['segment_labels'] lists segment {row}, but no pixel has it")
    return panoptic, as_integers(f"{where}['segment_labels']", labels)
