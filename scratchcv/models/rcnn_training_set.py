"""What R-CNN's SVMs and box regression learn from: the features of all proposals, extracted once."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from scratchcv.boxes import box_iou, encode_deltas
from scratchcv.checks import Array
from scratchcv.data import to_tensor
from scratchcv.data.source import DetectionDataset

NEGATIVE_IOU = 0.3
"""Below it a proposal is a negative of the SVM of a class; the paper found it by trying 0, .1, …, .5."""

NEAR_IOU = 0.6
"""Above it a proposal is near enough an object for a linear map to find the way there."""

HIT_IOU = 0.5
"""From it on a proposal counts as a detection of the object."""

IMAGES_A_PORTION = 50
"""After so many images the SVMs are trained again with the hard negatives that these had."""


class Extractor(Protocol):
    """What is asked of a model: proposals and features of an image."""

    num_classes: int

    def proposals_of(self, image: Array, target: Any) -> Array:
        """Return proposals (P, 4)."""

    def extract(self, image: Array, boxes: Array) -> tuple[Array, Array]:
        """Return pooled features (P, C) and features (P, D)."""


def svm_targets(boxes: Array, gt_boxes: Array, gt_labels: Array, num_classes: int) -> Array:
    """Return for each box and class whether it is a negative, -1, or does not count, 0.

    A box is a negative of a class when it overlaps none of the class's objects by an IoU of .3 or more;
    other classes' objects do not matter. Between .3 and the object itself nothing counts.

    Parameters
    ----------
    boxes, gt_boxes : ndarray of shape (P, 4), (R, 4)
        Proposals and objects, xyxy.
    gt_labels : ndarray of int, shape (R,)
        The objects' classes, 1 … K.
    num_classes : int
        K + 1, background included.

    Returns
    -------
    ndarray of int64, shape (P, K)

    References
    ----------
    R. Girshick et al., "Rich feature hierarchies", 2014, section 2.3 and appendix B.

    Examples
    --------
    A box on half of a cat is no good example of a cat, and none of what is no cat, but it is no dog:

    >>> cat, half = [0, 0, 10, 10], [0, 0, 10, 5]
    >>> svm_targets(np.array([half]), np.array([cat]), np.array([1]), 3).tolist()
    [[0, -1]]
    """
    return np.where(_overlaps(boxes, gt_boxes, gt_labels, num_classes) < NEGATIVE_IOU, -1, 0)


def _overlaps(boxes: Array, gt_boxes: Array, gt_labels: Array, num_classes: int) -> Array:
    """Return the highest IoU of each box with an object of each class, (P, K)."""
    iou = box_iou(boxes, gt_boxes)
    of_class = [iou[:, gt_labels == label].max(axis=1, initial=0) for label in range(1, num_classes)]
    return np.stack(of_class, axis=1)


@dataclass
class TrainingSet:
    """Features, and what each should become.

    Attributes
    ----------
    features, targets : ndarray of shape (N, D), (N, K)
        Of all objects and proposals, image by image: +1 for an object in its class, -1 for a negative, 0 for
        what does not count.
    hits : ndarray of bool, shape (N, K)
        Whether each lies on an object of the class, with an IoU of .5 or more.
    portions : list of slice
        The rows of each 50 images.
    near_features, near_labels, near_deltas : ndarray of shape (M, C), (M,), (M, 4)
        Of the proposals near an object: pooled features, the object's class, and where it lies from there.

    Examples
    --------
    >>> nothing = np.zeros((0, 4))
    >>> TrainingSet(nothing, nothing, nothing, [], nothing, np.zeros(0, np.int64), nothing).features.shape
    (0, 4)
    """

    features: Array
    targets: Array
    hits: Array
    portions: list[slice]
    near_features: Array
    near_labels: Array
    near_deltas: Array

    @classmethod
    def collect(cls, model: Extractor, dataset: DetectionDataset, *, progress: bool = False) -> "TrainingSet":
        """Extract the features of every object and proposal of a data set."""
        if not len(dataset):
            raise ValueError("dataset must have at least one image")
        parts = list(
            zip(*(_of_image(model, *dataset[n]) for n in _count(len(dataset), progress)), strict=True)
        )
        starts = np.cumsum([0, *(len(features) for features in parts[0])])
        ends = [*starts[:-1:IMAGES_A_PORTION].tolist(), int(starts[-1])]
        portions = [slice(*pair) for pair in pairwise(ends)]
        features, targets, hits, *near = (np.concatenate(part) for part in parts)
        return cls(features, targets, hits, portions, *near)


def _of_image(model: Extractor, image: Array, target: Any) -> tuple[Array, ...]:
    """Return one image's rows: features, targets, hits; of near proposals pooled features, labels, deltas."""
    tensor = to_tensor(image)
    gt_boxes, gt_labels = np.asarray(target["boxes"]), np.asarray(target["labels"])
    proposals, objects = model.proposals_of(tensor, target), len(gt_boxes)
    boxes = np.concatenate([gt_boxes, proposals])
    pooled, features = model.extract(tensor, boxes)
    targets = svm_targets(boxes, gt_boxes, gt_labels, model.num_classes)
    targets[np.arange(objects), gt_labels - 1] = 1
    hits = _overlaps(boxes, gt_boxes, gt_labels, model.num_classes) >= HIT_IOU
    iou = box_iou(proposals, gt_boxes)
    near = np.flatnonzero(iou.max(axis=1, initial=0) > NEAR_IOU)
    nearest = iou[near].argmax(axis=1) if len(near) else np.zeros(0, np.int64)
    deltas = encode_deltas(gt_boxes[nearest], proposals[near])
    return features, targets, hits, pooled[objects:][near], gt_labels[nearest], deltas


def _count(number: int, progress: bool) -> Iterator[int]:
    from tqdm import tqdm

    yield from tqdm(range(number), desc="features", unit="image", disable=not progress)
