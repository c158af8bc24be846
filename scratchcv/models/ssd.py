"""SSD: one pass over the image, and every default box of every feature map says what it sees and where."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.boxes import (
    BACKGROUND,
    box_iou,
    clip_boxes_to_image,
    decode_deltas,
    encode_deltas,
    match_best_then_threshold,
    multiclass_nms,
)
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform, check_images, check_targets
from scratchcv.layers import Layer, softmax
from scratchcv.losses import multibox_loss
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Detector, Prediction, Target
from scratchcv.models.ssd_head import SSDHead

DELTA_WEIGHTS = (10.0, 10.0, 5.0, 5.0)
"""Scale of the encoded boxes: one over the variances .1, .1, .2, .2 of the authors' code."""

Gradients = tuple[Array, Array]
"""Of the logits (N, A, K) and the deltas (N, A, 4)."""


class SSD(Detector):
    """The single-shot multibox detector.

    Parameters
    ----------
    backbone : Layer
        From images (N, 3, height, width) to a list of feature maps.
    head : SSDHead
        From feature maps to logits and deltas.
    anchors : ndarray of shape (A, 4)
        Default boxes in pixels of the resized image, in the head's order.
    transform : GeneralizedRCNNTransform
        It brings all images to the `fixed_size` that the anchors are meant for.
    config : dict
        What `scratchcv.models.build_model` rebuilds this model from.
    strict : bool
        Whether an IoU of exactly .5 is too little to match (the lecture, the paper) or enough (torchvision).
    score_thresh, nms_thresh : float
        Detections up to the one are dropped; of two with a higher IoU than the other, the weaker.
    max_candidates, max_detections : int
        Best candidates a class before suppression, and detections an image after it.

    Raises
    ------
    ValueError
        When the transform has no fixed size, or pads it.

    References
    ----------
    Liu et al., "SSD: Single Shot MultiBox Detector", 2016; lecture S1 lines 1338-1415, S4 lines 280-460.

    Examples
    --------
    >>> from scratchcv.models import ssd_tiny
    >>> model = ssd_tiny(["background", "cat", "dog"], size=64)
    >>> losses, cache = model.forward([np.zeros((3, 50, 80), np.float32)], [
    ...     {"boxes": np.array([[10.0, 10.0, 50.0, 40.0]], np.float32), "labels": np.array([2])}
    ... ])
    >>> sorted(losses)
    ['box', 'classification']
    >>> model.backward(cache)  # every parameter's grad is filled
    """

    def __init__(
        self,
        backbone: Layer,
        head: SSDHead,
        anchors: Array,
        transform: GeneralizedRCNNTransform,
        *,
        config: dict[str, Any],
        strict: bool = True,
        score_thresh: float = 0.01,
        nms_thresh: float = 0.45,
        max_candidates: int = 400,
        max_detections: int = 200,
    ) -> None:
        fixed_size = transform.fixed_size
        if fixed_size is None or any(side % transform.size_divisible for side in fixed_size):
            raise ValueError(
                "transform must have a fixed_size, multiples of its size_divisible "
                f"{transform.size_divisible}, so that boxes fit the maps, got {fixed_size}"
            )
        self.backbone = backbone
        self.head = head
        self.anchors = anchors
        self.transform, self.size = transform, transform.size
        self.image_size = fixed_size
        self.config = config
        self.strict = strict
        self.score_thresh = score_thresh
        self.nms_thresh = nms_thresh
        self.max_candidates = max_candidates
        self.max_detections = max_detections

    @property
    def boxes_an_image(self) -> int:
        """How many default boxes are judged in an image."""
        return len(self.anchors)

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the named losses of a batch, and the cache for `backward`."""
        check_images(images)
        check_targets(targets, images, num_classes=self.head.classification_head.columns)
        x, sizes = self.transform.to_batch(images, self.dtype)
        features, backbone_cache = self.backbone.forward(x)
        (logits, deltas), head_cache = self.head.forward(features)
        targets = self.transform.to_batch_targets(targets, images, sizes, self.anchors.dtype)
        labels, target_deltas = self.encode(targets)
        losses, gradients = self._losses(logits, deltas, labels, target_deltas.astype(deltas.dtype))
        return losses, (backbone_cache, head_cache, gradients)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the losses' sum to every parameter's `grad`."""
        backbone_cache, head_cache, gradients = cache
        dfeatures = self.head.backward(gradients, head_cache)
        self.backbone.backward(dfeatures, backbone_cache)

    def encode(self, targets: Sequence[Target]) -> tuple[Array, Array]:
        """Return every default box's label (N, A), 0 for background, and its target deltas (N, A, 4).

        The targets' boxes are in pixels of the resized images.
        """
        labels = np.zeros((len(targets), len(self.anchors)), np.int64)
        deltas = np.zeros((len(targets), len(self.anchors), 4), self.anchors.dtype)
        for n, target in enumerate(targets):
            gt_boxes = target["boxes"]
            matches = match_best_then_threshold(box_iou(self.anchors, gt_boxes), 0.5, strict=self.strict)
            positive = matches != BACKGROUND
            labels[n, positive] = target["labels"][matches[positive]]
            deltas[n, positive] = encode_deltas(
                gt_boxes[matches[positive]], self.anchors[positive], weights=DELTA_WEIGHTS
            )
        return labels, deltas

    def _losses(
        self, logits: Array, deltas: Array, labels: Array, target_deltas: Array
    ) -> tuple[dict[str, float], Gradients]:
        """Return the two losses of what the head says, and their gradients."""
        return multibox_loss(logits, deltas, labels, target_deltas)

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of one batch: "features", "heads" and "post-processing" are measured."""
        x, sizes = self.transform.to_batch(images, self.dtype)
        with watch("features"):
            features = self.backbone(x)
        with watch("heads"):
            logits, deltas = self.head(features)
        with watch("post-processing"):
            scores = softmax(logits, axis=-1)
            found = [self._select(scores[n], deltas[n]) for n in range(len(images))]
            return self.transform.postprocess(found, images, sizes)

    def _select(self, scores: Array, deltas: Array) -> Prediction:
        """Decode the boxes of one image, and keep the best of each heap: scores (A, K), deltas (A, 4)."""
        boxes = decode_deltas(deltas, self.anchors, weights=DELTA_WEIGHTS)
        boxes = clip_boxes_to_image(boxes, self.image_size)
        anchor, label = multiclass_nms(
            boxes,
            scores[:, 1:],
            score_thresh=self.score_thresh,
            nms_thresh=self.nms_thresh,
            max_candidates=self.max_candidates,
            max_detections=self.max_detections,
        )
        return {"boxes": boxes[anchor], "scores": scores[anchor, label], "labels": label}
