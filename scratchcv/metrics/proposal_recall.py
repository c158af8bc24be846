"""Proposal recall: how many objects some of the first k proposals cover, as k grows."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.iou import box_iou
from scratchcv.checks import Array
from scratchcv.metrics.annotations import Annotations, as_finite_boxes, boxes_of, mark_of


@dataclass(frozen=True)
class ProposalRecall:
    """What a way of proposing boxes finds, by the number of proposals an image.

    Attributes
    ----------
    counts : ndarray of int64, shape (C,)
        The numbers of proposals k.
    best_iou : ndarray of float64, shape (C, G)
        For each object the highest IoU with any of the first k proposals of its image.

    Examples
    --------
    >>> found = ProposalRecall(np.array([1, 10]), np.array([[.25, .6], [.75, .6]]))
    >>> found.recall(.5).tolist(), found.average_recall.round(4).tolist()
    ([0.5, 1.0], [0.1, 0.35])
    """

    counts: Array
    best_iou: Array = field(repr=False)

    def recall(self, iou_threshold: ArrayLike = 0.5) -> Array:
        r"""Return the share of the objects that are covered: the curve of recall against count.

        .. math:: R_k(\theta) = \frac{1}{n} \sum_i [\mathrm{IoU}_k(i) \ge \theta]

        Parameters
        ----------
        iou_threshold : float, or array_like of shape (T,)
            The IoU θ from which on an object is covered.

        Returns
        -------
        ndarray of shape (C,) or (C, T)
            NaN where there are no objects.
        """
        covered = self.best_iou[(..., *[None] * np.ndim(iou_threshold))] >= np.asarray(iou_threshold)
        with np.errstate(invalid="ignore"):
            return np.asarray(covered.sum(axis=1) / np.float64(self.best_iou.shape[1]))

    @property
    def average_recall(self) -> Array:
        r"""The average recall AR@k: recall averaged over the thresholds from .5 to 1, exactly.

        .. math:: AR = 2 \int_{.5}^1 R(\theta)\,d\theta = \frac{2}{n} \sum_i \max(\mathrm{IoU}(i) - .5,\, 0)

        Shape (C,); NaN where there are no objects.
        """
        with np.errstate(invalid="ignore"):
            gain = np.maximum(self.best_iou - 0.5, 0).sum(axis=1)
            return np.asarray(2 * gain / np.float64(self.best_iou.shape[1]))


def proposal_recall(
    proposals: Sequence[ArrayLike], targets: Annotations, *, counts: Sequence[int] = (1, 10, 100, 1000)
) -> ProposalRecall:
    r"""Return how well the first k proposals of each image cover the objects of a data set, of any class.

    .. math:: \mathrm{IoU}_k(i) = \max_{j \le k} \mathrm{IoU}(i, j)

    Parameters
    ----------
    proposals : sequence of array_like (N, 4)
        For each image its proposed boxes in pixels, the best first.
    targets : sequence of dict
        For each image ``boxes`` (R, 4); optionally ``difficult`` or ``crowd`` (or ``iscrowd``), each (R,):
        objects that need not be found.
    counts : sequence of int
        The numbers of proposals k, rising; an image with fewer gives what it has.

    Returns
    -------
    ProposalRecall
        ``result.recall(.5)`` is the curve to draw against ``result.counts``.

    Raises
    ------
    ValueError
        When there is not one target for each image, a box is inverted or not finite, or the counts do not
        rise.

    Notes
    -----
    A proposal may cover several objects. COCO's AR matches each with one object, and averages ten thresholds
    instead of integrating: see `coco_evaluate`, with one label for all.

    References
    ----------
    Hosang, Benenson, Dollár, Schiele, "What Makes for Effective Detection Proposals?", PAMI 2016 (average
    recall); Uijlings et al., "Selective Search for Object Recognition", IJCV 2013; lecture S0, lines 181-184.

    Examples
    --------
    >>> proposals = [[[0, 0, 10, 5], [0, 0, 10, 10], [50, 50, 60, 60]]]
    >>> found = proposal_recall(proposals, [{"boxes": [[0, 0, 10, 10], [50, 50, 60, 68]]}], counts=(1, 2, 3))
    >>> found.recall(.5).tolist(), found.average_recall.round(4).tolist()
    ([0.5, 0.5, 1.0], [0.0, 0.5, 0.5556])
    """
    if len(proposals) != len(targets):
        raise ValueError(
            f"there must be one target for each image, got {len(proposals)} lists of proposals"
            f" and {len(targets)} targets"
        )
    numbers = np.array([operator.index(count) for count in counts], np.int64)
    if len(numbers) == 0 or numbers[0] < 1 or np.any(np.diff(numbers) <= 0):
        raise ValueError(f"counts must rise from at least 1, got {tuple(counts)}")
    best = [np.zeros((len(numbers), 0))]
    for index, (boxes, target) in enumerate(zip(proposals, targets, strict=True)):
        where = f"targets[{index}]"
        truths = boxes_of(where, target)
        marks = [mark_of(where, target, key, len(truths)) for key in ("difficult", "crowd", "iscrowd")]
        truths = truths[~np.any(marks, axis=0)]
        rows = as_finite_boxes(f"proposals[{index}]", boxes)
        covered = np.maximum.accumulate(box_iou(rows[: numbers[-1]], truths), axis=0)
        covered = np.concatenate([np.zeros((1, len(truths))), covered])  # none yet: 0
        best.append(covered[np.minimum(numbers, len(covered) - 1)])
    return ProposalRecall(numbers, np.concatenate(best, axis=1))
