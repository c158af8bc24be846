"""SSD: one pass over the image, and every default box of every feature map says what it sees and where."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.backbones import tiny_backbone
from scratchcv.boxes import (
    BACKGROUND,
    box_iou,
    clip_boxes_to_image,
    decode_deltas,
    encode_deltas,
    match_best_then_threshold,
    multiclass_nms,
    ssd_default_boxes,
)
from scratchcv.checks import Array
from scratchcv.data import check_images, check_targets, resize_image
from scratchcv.layers import Layer, softmax
from scratchcv.losses import multibox_loss
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Detector, Prediction, Target, check_class_names
from scratchcv.models.ssd_head import SSDHead

TINY_STRIDES = (8, 16, 32, 64)
"""Strides of `ssd_tiny`'s feature maps, in pixels."""

DELTA_WEIGHTS = (10.0, 10.0, 5.0, 5.0)
"""Scale of the encoded boxes: one over the variances .1, .1, .2, .2 of the authors' code."""


class SSD(Detector):
    """The single-shot multibox detector.

    Parameters
    ----------
    backbone : Layer
        From images (N, 3, size, size) to a list of feature maps.
    head : SSDHead
        From feature maps to logits and deltas.
    anchors : ndarray of shape (A, 4)
        Default boxes in pixels of the resized image, in the head's order.
    size : int
        Images are resized to size × size pixels.
    config : dict
        What `scratchcv.models.build_model` rebuilds this model from.
    score_threshold, nms_threshold : float
        Detections below the one are dropped; of two with a higher IoU than the other, the weaker.
    max_candidates, max_detections : int
        Best candidates a class before suppression, and detections an image after it.

    References
    ----------
    Liu et al., "SSD: Single Shot MultiBox Detector", 2016; lecture S1 lines 1338-1415, S4 lines 280-460.

    Examples
    --------
    >>> model = ssd_tiny(["background", "cat", "dog"], size=64)
    >>> losses, cache = model.forward([np.zeros((3, 50, 80), np.float32)], [
    ...     {"boxes": np.array([[10.0, 10.0, 50.0, 40.0]], np.float32), "labels": np.array([2])}
    ... ])
    >>> sorted(losses)
    ['box', 'classification']
    >>> model.backward(cache)  # every parameter's grad is filled
    """

    mean = np.array([0.485, 0.456, 0.406], np.float32)[:, None, None]
    std = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]

    def __init__(
        self,
        backbone: Layer,
        head: SSDHead,
        anchors: Array,
        *,
        size: int,
        config: dict[str, Any],
        score_threshold: float = 0.01,
        nms_threshold: float = 0.45,
        max_candidates: int = 400,
        max_detections: int = 200,
    ) -> None:
        self.backbone = backbone
        self.head = head
        self.anchors = anchors
        self.size = size
        self.config = config
        self.score_threshold = score_threshold
        self.nms_threshold = nms_threshold
        self.max_candidates = max_candidates
        self.max_detections = max_detections

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the named losses of a batch, and the cache for `backward`."""
        x = self.to_batch(images)
        check_targets(targets, images, num_classes=self.head.classification_head.columns)
        features, backbone_cache = self.backbone.forward(x)
        (logits, deltas), head_cache = self.head.forward(features)
        labels, target_deltas = self.encode(images, targets)
        losses, gradients = multibox_loss(logits, deltas, labels, target_deltas.astype(deltas.dtype))
        return losses, (backbone_cache, head_cache, gradients)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the losses' sum to every parameter's `grad`."""
        backbone_cache, head_cache, gradients = cache
        dfeatures = self.head.backward(gradients, head_cache)
        self.backbone.backward(dfeatures, backbone_cache)

    def to_batch(self, images: Sequence[Array]) -> Array:
        """Resize and normalise images (3, H, W) into one batch (N, 3, size, size)."""
        check_images(images)
        batch = np.zeros((len(images), 3, self.size, self.size), self.dtype)
        for n, image in enumerate(images):
            batch[n] = (resize_image(image, (self.size, self.size)) - self.mean) / self.std
        return batch

    def encode(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[Array, Array]:
        """Return every default box's label (N, A), 0 for background, and its target deltas (N, A, 4)."""
        labels = np.zeros((len(images), len(self.anchors)), np.int64)
        deltas = np.zeros((len(images), len(self.anchors), 4), self.anchors.dtype)
        for n, (image, target) in enumerate(zip(images, targets, strict=True)):
            gt_boxes = self._rescale(np.asarray(target["boxes"]), image, inverse=False)
            matches = match_best_then_threshold(box_iou(self.anchors, gt_boxes), 0.5)
            positive = matches != BACKGROUND
            labels[n, positive] = np.asarray(target["labels"])[matches[positive]]
            deltas[n, positive] = encode_deltas(
                gt_boxes[matches[positive]], self.anchors[positive], weights=DELTA_WEIGHTS
            )
        return labels, deltas

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of one batch: "features", "heads" and "post-processing" are measured."""
        x = self.to_batch(images)
        with watch("features"):
            features = self.backbone(x)
        with watch("heads"):
            logits, deltas = self.head(features)
        with watch("post-processing"):
            scores = softmax(logits, axis=-1)
            return [self._select(scores[n], deltas[n], image) for n, image in enumerate(images)]

    def _select(self, scores: Array, deltas: Array, image: Array) -> Prediction:
        """Decode the boxes of one image, and keep the best of each heap: scores (A, K), deltas (A, 4)."""
        boxes = decode_deltas(deltas, self.anchors, weights=DELTA_WEIGHTS)
        boxes = clip_boxes_to_image(boxes, (self.size, self.size))
        anchor, label = multiclass_nms(
            boxes,
            scores[:, 1:],
            score_thresh=self.score_threshold,
            nms_thresh=self.nms_threshold,
            max_candidates=self.max_candidates,
            max_detections=self.max_detections,
        )
        boxes = self._rescale(boxes[anchor], image, inverse=True)
        return {"boxes": boxes, "scores": scores[anchor, label], "labels": label}

    def _rescale(self, boxes: Array, image: Array, *, inverse: bool) -> Array:
        """Take boxes from an image's own pixels to the resized image's, or back."""
        height, width = image.shape[1:]
        scale: Array = np.array([self.size / width, self.size / height] * 2, self.anchors.dtype)
        rescaled: Array = boxes / scale if inverse else boxes * scale
        return rescaled


def ssd_tiny(
    class_names: Sequence[str],
    size: int = 128,
    seed: int = 0,
    scales: Sequence[float] = (0.15, 0.27, 0.43, 0.65, 0.9),
) -> SSD:
    """Return an SSD small enough to train on a laptop from random weights.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        Side of the resized images in pixels, a multiple of 64.
    seed : int
        Of the initial weights.
    scales : sequence of 5 float
        Sides of the default boxes of the four feature maps, relative to the image, and of the map that would
        follow; see `scratchcv.boxes.ssd_default_boxes`.

    Examples
    --------
    >>> model = ssd_tiny(["background", "cat", "dog"])
    >>> sum(parameter.value.size for parameter in model.parameters())
    854656
    """
    if size < 64 or size % 64:
        raise ValueError(f"size must be a multiple of 64, got {size}")
    class_names = check_class_names(class_names)
    rng = np.random.default_rng(seed)
    backbone = tiny_backbone(rng=rng)
    cells = [(size // stride, size // stride) for stride in TINY_STRIDES]
    ratios = [[2.0]] * len(cells)
    anchors = ssd_default_boxes(cells, (size, size), ratios, scales=scales, clip=False)
    head = SSDHead(backbone.out_channels, [4] * len(cells), len(class_names), rng=rng)
    config = {
        "model": "ssd_tiny",
        "class_names": class_names,
        "size": size,
        "seed": seed,
        "scales": [float(scale) for scale in scales],
    }
    return SSD(backbone, head, anchors, size=size, config=config)
