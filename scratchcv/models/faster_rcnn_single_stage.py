"""Do we really need the second stage? A region proposal network that names the class at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.boxes import (
    BACKGROUND,
    batched_nms,
    clip_boxes_to_image,
    decode_deltas,
    encode_deltas,
    remove_small_boxes,
    select_top_of_image,
)
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform, check_images, check_targets
from scratchcv.layers import Layer, softmax
from scratchcv.losses import fast_rcnn_loss
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Prediction, Target
from scratchcv.models.faster_rcnn import FasterRCNN, Size
from scratchcv.proposals import RegionProposalNetwork


class SingleStageRCNN(FasterRCNN):
    """Faster R-CNN with its second stage taken away: each anchor is an object of a class, or background.

    The head's (C + 1)·K maps classify the K anchors of a cell, 4K more move them; what was a proposal is a
    detection, and suppressed class by class.

    Parameters
    ----------
    backbone, transform, num_classes, config, seed
        As of `FasterRCNN`.
    rpn : RegionProposalNetwork
        Its head has `num_classes` logits an anchor; anchors, their targets and the drawing of them are its.
    max_candidates : int
        Best pairs of an anchor and a class that come to the suppression.
    score_thresh, nms_thresh, detections_per_img
        As of the second stage that is missing.

    Raises
    ------
    ValueError
        When the head has another number of logits.

    Notes
    -----
    All but the classes is as in the RPN: 256 anchors drawn from an image, at most half of them positive. What
    SSD and RetinaNet do better is what they do about the many easy negatives.

    References
    ----------
    Lectures S1, line 1166 ("Do we really need the second stage?"), and S2, lines 665-694.

    Examples
    --------
    >>> from scratchcv.models import faster_rcnn_tiny
    >>> model = faster_rcnn_tiny(["background", "cat", "dog"], size=64, second_stage=False)
    >>> images, targets = [np.zeros((3, 64, 64), np.float32)], [{"boxes": [[8, 8, 40, 40]], "labels": [1]}]
    >>> sorted(model.forward(images, targets)[0])
    ['box', 'classification']
    """

    def __init__(
        self,
        backbone: Layer,
        rpn: RegionProposalNetwork,
        transform: GeneralizedRCNNTransform,
        *,
        num_classes: int,
        config: dict[str, Any],
        seed: int = 0,
        max_candidates: int = 1000,
        score_thresh: float = 0.05,
        nms_thresh: float = 0.5,
        detections_per_img: int = 100,
    ) -> None:
        if rpn.head.num_logits != num_classes:
            raise ValueError(
                f"the head must have {num_classes} logits an anchor, one a class, got {rpn.head.num_logits}"
            )
        self.transform, self.size = transform, transform.size
        self.images_at_a_time = 16 if transform.fixed_size else 1
        self.backbone = backbone
        self.rpn = rpn
        self.num_classes = num_classes
        self.config = config
        self.rng = np.random.default_rng(seed)
        self.max_candidates = max_candidates
        self.score_thresh = score_thresh
        self.nms_thresh = nms_thresh
        self.detections_per_img = detections_per_img

    @property
    def boxes_an_image(self) -> int:
        """How many anchors are classified in an image of the model's size."""
        with self.evaluating():
            features = self.backbone(np.zeros((1, 3, self.size, self.size), self.dtype))
        return len(self.rpn.anchors(features, (self.size, self.size))[0])

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the two losses of a batch, and the cache for `backward`; see `FasterRCNN.forward`."""
        check_images(images)
        check_targets(targets, images, num_classes=self.num_classes)
        x, sizes = self.transform.to_batch(images, self.dtype)
        targets = self.transform.to_batch_targets(targets, images, sizes, self.dtype)
        features, backbone_cache = self.backbone.forward(x)
        (logits, deltas), head_cache = self.rpn.head.forward(features)
        anchors, _ = self.rpn.anchors(features, x.shape[-2:])
        sampled, labels, target_deltas = self._targets(anchors, targets)
        losses, gradients = fast_rcnn_loss(
            logits[sampled], deltas[sampled], labels, target_deltas, beta=1 / 9
        )
        dlogits, ddeltas = np.zeros_like(logits), np.zeros_like(deltas)
        dlogits[sampled], ddeltas[sampled] = gradients
        return losses, (backbone_cache, head_cache, dlogits, ddeltas)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the losses' sum to every parameter's `grad`."""
        backbone_cache, head_cache, dlogits, ddeltas = cache
        dfeatures = self.rpn.head.backward((dlogits, ddeltas), head_cache)
        self.backbone.backward(dfeatures, backbone_cache)

    def _targets(self, anchors: Array, targets: Sequence[Target]) -> tuple[tuple[Array, ...], Array, Array]:
        """Return which anchors of which images are drawn (S,), (S,), their labels (S,) and deltas (S, 4)."""
        matches = np.full((len(targets), len(anchors)), BACKGROUND, np.int64)
        labels, deltas = np.zeros_like(matches), np.zeros((*matches.shape, 4), anchors.dtype)
        for n, target in enumerate(targets):
            matches[n] = self.rpn.sample_matches(anchors, target["boxes"], self.rng)
            positive = matches[n] >= 0
            truths = matches[n, positive]
            labels[n, positive] = target["labels"][truths]
            deltas[n, positive] = encode_deltas(target["boxes"][truths], anchors[positive])
        sampled = np.nonzero(matches >= BACKGROUND)
        return sampled, labels[sampled], deltas[sampled]

    def _detect(self, x: Array, sizes: list[Size], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of a batch in its own pixels."""
        with watch("features"):
            features = self.backbone(x)
        with watch("heads"):
            logits, deltas = self.rpn.head(features)
        with watch("post-processing"):
            anchors, _ = self.rpn.anchors(features, x.shape[-2:])
            scores = softmax(logits, axis=-1)
            return [self._select(scores[n], deltas[n], anchors, size) for n, size in enumerate(sizes)]

    def _select(self, scores: Array, deltas: Array, anchors: Array, size: Size) -> Prediction:
        """Return one image's detections: scores (A, C + 1) and deltas (A, 4)."""
        chosen, labels = select_top_of_image(scores, self.max_candidates)
        boxes = clip_boxes_to_image(decode_deltas(deltas[chosen], anchors[chosen]), size)
        scores = scores[chosen, labels]
        kept = remove_small_boxes(boxes, self.rpn.min_size)
        kept = kept[scores[kept] > self.score_thresh]
        boxes, scores, labels = boxes[kept], scores[kept], labels[kept]
        kept = batched_nms(boxes, scores, labels, self.nms_thresh)[: self.detections_per_img]
        return {"boxes": boxes[kept], "scores": scores[kept], "labels": labels[kept]}
