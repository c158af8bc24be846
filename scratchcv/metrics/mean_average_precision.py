"""Mean average precision at one IoU threshold, by the rules of Pascal VOC or of COCO."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from scratchcv.checks import Array
from scratchcv.metrics.annotations import Annotations
from scratchcv.metrics.average_precision import average_precision, check_method
from scratchcv.metrics.detection_matching import match_coco, match_voc
from scratchcv.metrics.detections import gather
from scratchcv.metrics.overlapping_pairs import overlapping_pairs
from scratchcv.metrics.overlaps import box_overlaps
from scratchcv.metrics.precision_recall import precision_recall_curve

MATCHINGS = ("voc", "coco")


@dataclass(frozen=True)
class MeanAveragePrecision:
    """The mean average precision of a detector, and what it was averaged from.

    Attributes
    ----------
    mean : float
        Mean of the AP over the classes that have something to find; NaN when none has.
    per_class : dict of int to float
        AP by label; NaN where the class has nothing to find.
    curves : dict of int to tuple of ndarray
        ``(recall, precision, scores)`` by label, from `precision_recall_curve`.
    number_of_truths : dict of int to int
        Objects to find, by label.
    iou_threshold, method, matching
        The convention, as it was asked for.
    class_names : tuple of str, optional
        Names by label, index 0 is the background.

    Examples
    --------
    >>> result = mean_average_precision([], [])
    >>> result.mean, result.per_class
    (nan, {})
    """

    mean: float
    per_class: dict[int, float]
    curves: dict[int, tuple[Array, Array, Array]] = field(repr=False)
    number_of_truths: dict[int, int]
    iou_threshold: float
    method: str
    matching: str
    class_names: tuple[str, ...] | None = None

    def table(self) -> str:
        """Return a line a class, and the mean: what `print` shows."""
        lines = [f"{'class':<20} {'truths':>7} {'detections':>10} {'AP':>6}"]
        for label, ap in self.per_class.items():
            name, truths = class_name(label, self.class_names), self.number_of_truths[label]
            shown = "-" if np.isnan(ap) else f"{ap:.4f}"
            lines.append(f"{name:<20} {truths:>7} {len(self.curves[label][0]):>10} {shown:>6}")
        lines.append(f"mAP@{self.iou_threshold:g} ({self.matching} matching, {self.method}): {self.mean:.4f}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.table()


def class_name(label: int, class_names: Sequence[str] | None) -> str:
    """Return the name of a label, or a stand-in where it has none.

    Examples
    --------
    >>> class_name(1, ("background", "dog")), class_name(2, None)
    ('dog', 'class 2')
    """
    return class_names[label] if class_names and 0 <= label < len(class_names) else f"class {label}"


def mean_average_precision(
    predictions: Annotations,
    targets: Annotations,
    *,
    iou_threshold: float = 0.5,
    method: str = "area",
    matching: str = "voc",
    strict: bool = False,
    plus_one: bool = False,
    class_names: Sequence[str] | None = None,
) -> MeanAveragePrecision:
    r"""Return the mean over the classes of the average precision of a detector.

    .. math:: \mathrm{mAP}@\theta = \frac{1}{|C|} \sum_{c \in C} AP_c(\theta)

    Parameters
    ----------
    predictions : sequence of dict
        For each image ``boxes`` (D, 4) in pixels, ``scores`` (D,) and ``labels`` (D,).
    targets : sequence of dict
        For each image ``boxes`` (R, 4) and ``labels`` (R,), optionally ``difficult`` or ``crowd`` (or
        ``iscrowd``), each (R,).
    iou_threshold : float
        The IoU θ from which on a detection has found an object.
    method : {"area", "11point", "101point"}
        The convention of `average_precision`.
    matching : {"voc", "coco"}
        Whether a detection whose favourite object is taken is wrong (VOC), or may claim another (COCO).
    strict : bool
        Whether the IoU must exceed the threshold rather than reach it.
    plus_one : bool
        VOC's pixel rule: sides are x2 - x1 + 1, for boxes given by their first and last pixel.
    class_names : sequence of str, optional
        Names by label, index 0 the background; its classes are reported even where no image has them.

    Returns
    -------
    MeanAveragePrecision
        ``result.mean``, ``result.per_class[label]``, ``result.curves[label]``; prints as a table.

    Raises
    ------
    ValueError
        When there is not one target a prediction, a key is missing, shapes disagree, a number is not finite
        or a box is inverted.
    TypeError
        When the predictions, the targets or one of them is of the wrong kind.

    Notes
    -----
    A class without objects has no AP (NaN) and stays out of the mean, whatever was detected as it. A class
    with objects and without detections has AP 0.

    Objects marked ``difficult`` (VOC) or ``crowd`` (COCO) need not be found, and detections matched to them
    count neither as hits nor as false positives, however many they are. Under COCO's matching the overlap
    with a crowd is the intersection over the detection's area.

    Detections of equal score are ordered by image, then by their place in the prediction. Between objects
    of equal IoU VOC takes the first, COCO the last, as their own codes do.

    The development kit of VOC and COCO count ``IoU >= θ``; lectures, and the Python translation of VOC's
    code by Girshick, ``IoU > θ``: ``strict=True``. The kit measures with ``plus_one=True``.

    With ``matching="coco", method="101point"`` the mean is COCO's AP50, as long as no image has more than
    100 detections of a class, for COCO cuts there.

    References
    ----------
    Everingham et al., "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 2010, section 4.2.

    Examples
    --------
    Two boxes on one of two objects: the better is a hit, the other a duplicate, one object is missed.

    >>> predictions = [{"boxes": [[0, 0, 9, 9], [0, 0, 8, 9]], "scores": [.9, .8], "labels": [1, 1]}]
    >>> targets = [{"boxes": [[0, 0, 9, 9], [20, 0, 29, 9]], "labels": [1, 1]}]
    >>> print(mean_average_precision(predictions, targets, class_names=("background", "dog")))
    class                 truths detections     AP
    dog                        2          2 0.5000
    mAP@0.5 (voc matching, area): 0.5000
    """
    check_method(method)
    if matching not in MATCHINGS:
        raise ValueError(f"matching must be one of {', '.join(MATCHINGS)}, got {matching!r}")
    if not 0 < iou_threshold <= 1:
        raise ValueError(f"iou_threshold must be in (0, 1], got {iou_threshold}")
    detections, truths = gather(predictions, targets)
    overlaps = partial(box_overlaps, crowd=matching == "coco", plus_one=plus_one)
    pairs = overlapping_pairs(detections, truths, iou_threshold, strict=strict, overlaps=overlaps)
    ignored = truths.difficult | truths.crowd
    if matching == "voc":
        match = match_voc(pairs, ignored)
    else:
        match = match_coco(pairs, ignored, ignored, np.array([iou_threshold]))[0]
    hit = match >= 0
    counted = np.ones(len(match), bool)
    counted[hit] = ~ignored[match[hit]]

    named = np.arange(1, len(class_names)) if class_names else np.zeros(0, np.int64)
    per_class, curves, number_of_truths = {}, {}, {}
    for label in np.unique(np.concatenate([truths.labels, detections.labels, named])).tolist():
        rows = (detections.labels == label) & counted
        wanted = int(np.sum((truths.labels == label) & ~ignored))
        curve = precision_recall_curve(detections.scores[rows], hit[rows], wanted)
        number_of_truths[label], curves[label] = wanted, curve
        per_class[label] = average_precision(*curve[:2], method=method) if wanted else float("nan")
    defined = [ap for ap in per_class.values() if not np.isnan(ap)]
    return MeanAveragePrecision(
        mean=float(np.mean(defined)) if defined else float("nan"),
        per_class=per_class,
        curves=curves,
        number_of_truths=number_of_truths,
        iou_threshold=iou_threshold,
        method=method,
        matching=matching,
        class_names=tuple(class_names) if class_names else None,
    )
