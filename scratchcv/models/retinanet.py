"""RetinaNet: all anchors of a feature pyramid answer at once, and the loss looks away from the easy ones."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backbones import OLD_FPN_NAMES, rename_parameters
from scratchcv.boxes import (
    BACKGROUND,
    IGNORE,
    batched_nms,
    box_iou,
    clip_boxes_to_image,
    decode_deltas,
    encode_deltas,
    grid_anchors,
    match_rpn,
    threshold_scores,
    top_k,
)
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform, check_images, check_targets
from scratchcv.layers import Layer, sigmoid
from scratchcv.losses import DENSE_LOSSES, retinanet_loss
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Detector, Prediction, Target
from scratchcv.models.retinanet_head import RetinaNetHead

Size = tuple[int, int]
"""Height and width."""

OLD_NAMES = [
    *OLD_FPN_NAMES,
    *(
        (re.compile(rf"^(head\.\w+\.conv)\.{2 * number}\.(weight|bias)$"), rf"\1.{number}.0.\2")
        for number in range(4)
    ),
]
"""What parameters were called in torchvision's older weights, ``COCO_V1`` among them, and are called now."""

BOX_LOSSES = ("l1", "giou")
"""How far a box is from its truth: the distance of their deltas, or how little they overlap."""


class RetinaNet(Detector):
    """A backbone with a feature pyramid, and on each of its levels the same two sub-networks.

    Parameters
    ----------
    backbone : Layer
        From a batch (N, 3, H, W) to a list of feature maps, fine to coarse.
    head : RetinaNetHead
        From these maps to logits and deltas of all anchors.
    transform : GeneralizedRCNNTransform
        From images of any sizes to a batch.
    strides : sequence of int
        Of each level, in pixels of the batch.
    sizes : sequence of sequence of float
        For each level the sizes of its anchors in pixels.
    aspect_ratios : sequence of float
        Height / width of anchors, on all levels.
    num_classes : int
        Background included.
    config : dict
        What `scratchcv.models.build_model` rebuilds this model from.
    loss : {"focal", "balanced", "cross_entropy", "mining"}
        How the many easy negatives are dealt with; see `scratchcv.losses.DENSE_LOSSES`.
    box_loss : {"l1", "giou"}
        Whether the deltas learn, or the boxes that they make.
    fg_iou_thresh, bg_iou_thresh : float
        An anchor with at least the one IoU learns an object, with less than the other the background; so does
        the best anchor of each object, however low its IoU is.
    score_thresh, nms_thresh : float
        Detections up to the one are dropped; of two of a class with a higher IoU than the other, the weaker.
    max_candidates, max_detections : int
        Best pairs of an anchor and a class on each level before suppression, detections of an image after it.

    Raises
    ------
    ValueError
        When levels, anchors or logits do not fit each other, and for a loss of another name.

    Notes
    -----
    Steps, numbers and parameter names are torchvision's. A head has one logit less than `num_classes`, or as
    many, as there: then column 0 belongs to the background, and learns to say no to everything. Should it say
    yes all the same, that is a detection with label 0, here as there.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017; lecture S4, lines 542-640.

    Examples
    --------
    >>> from scratchcv.models import retinanet_tiny
    >>> model = retinanet_tiny(["background", "cat", "dog"], size=64)
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
        head: RetinaNetHead,
        transform: GeneralizedRCNNTransform,
        *,
        strides: Sequence[int],
        sizes: Sequence[Sequence[float]],
        aspect_ratios: Sequence[float] = (0.5, 1.0, 2.0),
        num_classes: int,
        config: dict[str, Any],
        loss: str = "focal",
        box_loss: str = "l1",
        fg_iou_thresh: float = 0.5,
        bg_iou_thresh: float = 0.4,
        score_thresh: float = 0.05,
        nms_thresh: float = 0.5,
        max_candidates: int = 1000,
        max_detections: int = 300,
    ) -> None:
        per_cell = {len(level) * len(aspect_ratios) for level in sizes}
        if len(sizes) != len(strides) or per_cell != {head.num_anchors}:
            raise ValueError(
                f"sizes must give {len(strides)} levels {head.num_anchors} anchors a cell, got {sizes}"
            )
        if head.columns not in (num_classes - 1, num_classes):
            raise ValueError(
                f"the head must have {num_classes - 1} logits an anchor, or {num_classes} with a column for "
                f"the background, got {head.columns}"
            )
        if loss not in DENSE_LOSSES:
            raise ValueError(f"loss must be one of {', '.join(DENSE_LOSSES)}, got {loss!r}")
        if box_loss not in BOX_LOSSES:
            raise ValueError(f"box_loss must be one of {', '.join(BOX_LOSSES)}, got {box_loss!r}")
        self.transform, self.size = transform, transform.size
        # One by one where sizes differ: no image is padded to another one's size.
        self.images_at_a_time = 16 if transform.fixed_size else 1
        self.backbone = backbone
        self.head = head
        self.strides = tuple(strides)
        self.sizes = sizes
        self.aspect_ratios = tuple(aspect_ratios)
        self.num_classes = num_classes
        self.config = config
        self.loss, self.box_loss = loss, box_loss
        self.fg_iou_thresh, self.bg_iou_thresh = fg_iou_thresh, bg_iou_thresh
        self.score_thresh, self.nms_thresh = score_thresh, nms_thresh
        self.max_candidates, self.max_detections = max_candidates, max_detections

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the two losses of a batch, and the cache for `backward`."""
        check_images(images)
        check_targets(targets, images, num_classes=self.num_classes)
        x, sizes = self.transform.to_batch(images, self.dtype)
        targets = self.transform.to_batch_targets(targets, images, sizes, self.dtype)
        features, backbone_cache = self.backbone.forward(x)
        (logits, deltas), head_cache = self.head.forward(features)
        anchors, _ = self.anchors(features, x.shape[-2:])
        labels, target_deltas = self.encode(anchors, targets)
        losses, gradients = retinanet_loss(
            logits, deltas, labels, target_deltas,
            anchors=anchors if self.box_loss == "giou" else None,
            background_column=self.background_column, **DENSE_LOSSES[self.loss],
        )  # fmt: skip
        return losses, (backbone_cache, head_cache, gradients)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the losses' sum to every parameter's `grad`."""
        backbone_cache, head_cache, gradients = cache
        dfeatures = self.head.backward(gradients, head_cache)
        self.backbone.backward(dfeatures, backbone_cache)

    def anchors(self, features: list[Array], batch_shape: Size) -> tuple[Array, list[int]]:
        """Return the anchors (A, 4) of all levels in pixels of the batch, and how many each level has."""
        cells = [feature.shape[-2:] for feature in features]
        ratios = [self.aspect_ratios] * len(cells)
        anchors = grid_anchors(cells, batch_shape, self.sizes, ratios, dtype=features[0].dtype)
        return anchors, [rows * columns * self.head.num_anchors for rows, columns in cells]

    def encode(self, anchors: Array, targets: Sequence[Mapping[str, Array]]) -> tuple[Array, Array]:
        """Return what each anchor learns in each image: a label (N, A), 0 or IGNORE, and deltas (N, A, 4)."""
        labels = np.zeros((len(targets), len(anchors)), np.int64)
        deltas = np.zeros((*labels.shape, 4), anchors.dtype)
        for n, target in enumerate(targets):
            matches = match_rpn(box_iou(anchors, target["boxes"]), self.fg_iou_thresh, self.bg_iou_thresh)
            positive = matches > BACKGROUND
            truths = matches[positive]
            labels[n, positive] = target["labels"][truths]
            labels[n, matches == IGNORE] = IGNORE
            deltas[n, positive] = encode_deltas(target["boxes"][truths], anchors[positive])
        return labels, deltas

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of one batch: "features", "heads" and "post-processing" are measured."""
        x, sizes = self.transform.to_batch(images, self.dtype)
        with watch("features"):
            features = self.backbone(x)
        with watch("heads"):
            logits, deltas = self.head(features)
        with watch("post-processing"):
            anchors, counts = self.anchors(features, x.shape[-2:])
            found = [
                self._select(logits[n], deltas[n], anchors, counts, size) for n, size in enumerate(sizes)
            ]
            return self.transform.postprocess(found, images, sizes)

    def _select(
        self, logits: Array, deltas: Array, anchors: Array, counts: list[int], size: Size
    ) -> Prediction:
        """Return one image's detections: each level's best pairs of anchor and class, freed of doubles."""
        columns, scores = logits.shape[1], sigmoid(logits).reshape(-1)
        stops = np.cumsum(counts) * columns
        best = [np.zeros(0, np.int64)]
        for start, stop in zip([0, *stops[:-1]], stops, strict=True):
            enough = start + threshold_scores(scores[start:stop], self.score_thresh)
            best.append(enough[top_k(scores[enough], self.max_candidates)[1]])
        pairs = np.concatenate(best)
        chosen, labels = pairs // columns, pairs % columns + (not self.background_column)
        boxes = clip_boxes_to_image(decode_deltas(deltas[chosen], anchors[chosen]), size)
        kept = batched_nms(boxes, scores[pairs], labels, self.nms_thresh)[: self.max_detections]
        return {"boxes": boxes[kept], "scores": scores[pairs[kept]], "labels": labels[kept]}

    def load_state_dict(self, state: Mapping[str, ArrayLike], strict: bool = True) -> None:
        """Take up values by name, see `Layer.load_state_dict`; torchvision's older names are understood."""
        super().load_state_dict(rename_parameters(state, OLD_NAMES), strict)

    @property
    def background_column(self) -> bool:
        """Whether the first logit of an anchor belongs to the background."""
        return self.head.columns == self.num_classes

    @property
    def boxes_an_image(self) -> int:
        """How many anchors judge a square image of its size."""
        cells = [-(-self.size // stride) for stride in self.strides]
        return sum(side * side for side in cells) * self.head.num_anchors
