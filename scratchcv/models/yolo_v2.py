"""YOLO v2 and v3: every anchor of every cell says whether it holds an object, which, and where exactly."""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes import (
    box_convert,
    clip_boxes_to_image,
    decode_yolo_v2,
    encode_yolo_grid,
    multiclass_nms,
    shape_iou,
)
from scratchcv.boxes.shape_iou import check_anchors, corners_of
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform, check_images, check_targets
from scratchcv.layers import Layer, WordTree, decide, sigmoid, softmax
from scratchcv.losses import yolo_v2_loss, yolo_v3_loss
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Detector, Prediction, Target
from scratchcv.models.yolo_v2_head import YOLOHead

LOSSES = ("yolo_v2", "yolo_v3")

Size = tuple[int, int]
"""Height and width, pixels."""


class YOLOv2(Detector):
    r"""The detector of YOLO's second version, and by its switches of YOLO9000 and the third.

    Each anchor of each cell predicts :math:`(t_x, t_y, t_w, t_h, t_o)` and a score a class; a detection's
    score is its confidence :math:`\sigma(t_o)` times the probability of its class.

    Parameters
    ----------
    backbone : Layer
        From images to a list of feature maps.
    head : YOLOHead
        Of these maps.
    transform : GeneralizedRCNNTransform
        With a `fixed_size`.
    anchors : sequence of array_like (A, 2)
        For each map the widths and heights of its anchors, in pixels of the network's input.
    num_classes : int
        C + 1, background included.
    config : dict
        What `scratchcv.models.build_model` rebuilds this model from.
    loss : {"yolo_v2", "yolo_v3"}
        Which version's loss: squared errors and a softmax over the classes, or a logistic regression for the
        objectness and for each class, which then need not exclude each other.
    tree : WordTree, optional
        YOLO9000's hierarchy of the C classes, for the loss of version 2: a softmax over each set of siblings.
        An anchor then says the lowest class that it is sure of.
    train_sizes : sequence of int
        In training each batch is resized to one of these sides, drawn at random; by default to the one size.
    confidence_target : {"iou", "one"}
        Of version 2, see `yolo_v2_loss`.
    tree_thresh : float
        How sure is sure enough, on the way down the tree.
    score_thresh, nms_thresh : float
        Detections below the one are dropped; of two with a higher IoU than the other, the weaker.
    max_candidates, max_detections : int
        Best candidates a class before suppression, and detections an image after it.
    seed : int
        Draws the training sizes.

    Raises
    ------
    ValueError
        For an unknown loss, a tree of another number of classes or with version 3's loss, and anchors whose
        number is not the head's.

    Notes
    -----
    An object belongs to the cell of its midpoint and there to the anchor that resembles it most, on whichever
    map that is. With several maps this is YOLO v3; the paper hands them through a pyramid whose maps are
    concatenated, here they are a feature pyramid network's.

    Darknet resizes every tenth batch, because a new size costs it time; here every batch may differ.

    References
    ----------
    J. Redmon, A. Farhadi, "YOLO9000: Better, Faster, Stronger", 2017; "YOLOv3: An Incremental Improvement",
    2018; lectures S0, lines 411-465, and S4, lines 203-240 and 685.

    Examples
    --------
    >>> from scratchcv.models import yolo_v2_tiny
    >>> model = yolo_v2_tiny(["background", "cat", "dog"], size=64)
    >>> losses, cache = model.forward([np.zeros((3, 50, 80), np.float32)], [
    ...     {"boxes": np.array([[10.0, 10.0, 50.0, 40.0]], np.float32), "labels": np.array([2])}
    ... ])
    >>> list(losses)
    ['center', 'size', 'object', 'no_object', 'classification']
    >>> model.backward(cache)  # every parameter's grad is filled
    """

    def __init__(
        self,
        backbone: Layer,
        head: YOLOHead,
        transform: GeneralizedRCNNTransform,
        *,
        anchors: Sequence[ArrayLike],
        num_classes: int,
        config: dict[str, Any],
        loss: str = "yolo_v2",
        tree: WordTree | None = None,
        train_sizes: Sequence[int] = (),
        confidence_target: str = "iou",
        tree_thresh: float = 0.5,
        score_thresh: float = 0.01,
        nms_thresh: float = 0.45,
        max_candidates: int = 400,
        max_detections: int = 100,
        seed: int = 0,
    ) -> None:
        if loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {loss!r}")
        if tree is not None and (loss != "yolo_v2" or len(tree) != num_classes - 1):
            wanted = f"{num_classes - 1} classes and the loss yolo_v2"
            raise ValueError(f"the tree must have {wanted}, got {len(tree)} and {loss}")
        self.backbone = backbone
        self.head = head
        self.transform, self.size = transform, transform.size
        self.anchors = [check_anchors(level) for level in anchors]
        for conv, level in zip(head.convs, self.anchors, strict=True):
            if conv.weight.value.shape[0] != len(level) * head.columns:
                raise ValueError(f"the head has other anchors a cell than these {len(level)}: {level}")
        self.num_classes = num_classes
        self.config = config
        self.loss = loss
        self.tree = tree
        self.train_sizes = tuple(train_sizes)
        self.confidence_target = confidence_target
        self.tree_thresh = tree_thresh
        self.score_thresh = score_thresh
        self.nms_thresh = nms_thresh
        self.max_candidates = max_candidates
        self.max_detections = max_detections
        self.rng = np.random.default_rng(seed)

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the five losses of a batch, each summed over the maps, and the cache for `backward`."""
        check_images(images)
        check_targets(targets, images, num_classes=self.num_classes)
        transform = self._training_transform()
        x, sizes = transform.to_batch(images, self.dtype)
        targets = transform.to_batch_targets(targets, images, sizes, self.dtype)
        features, backbone_cache = self.backbone.forward(x)
        predictions, head_cache = self.head.forward(features)
        losses: dict[str, float] = {}
        dpredictions = []
        for level, prediction in enumerate(predictions):
            terms, dprediction = self._loss(level, prediction, targets, (x.shape[2], x.shape[3]))
            losses = {name: losses.get(name, 0.0) + term for name, term in terms.items()}
            dpredictions.append(dprediction)
        return losses, (backbone_cache, head_cache, dpredictions)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the losses' sum to every parameter's `grad`."""
        backbone_cache, head_cache, dpredictions = cache
        dfeatures = self.head.backward(dpredictions, head_cache)
        self.backbone.backward(dfeatures, backbone_cache)

    def _training_transform(self) -> GeneralizedRCNNTransform:
        """Return the transform, in training that to one of the training sizes."""
        if not (self.training and self.train_sizes):
            return self.transform
        side = int(self.rng.choice(self.train_sizes))
        transform = copy.copy(self.transform)
        transform.fixed_size = (side, side)
        return transform

    def _loss(
        self, level: int, prediction: Array, targets: Sequence[Target], input_size: Size
    ) -> tuple[dict[str, float], Array]:
        """Return the five losses of one map's prediction (N, S, S, A, 5 + C), and its gradient."""
        rows, columns = prediction.shape[1:3]
        cell = np.array([input_size[1] / columns, input_size[0] / rows], prediction.dtype)  # pixels
        anchors = self.anchors[level].astype(prediction.dtype) / cell
        grid_boxes = np.zeros((*prediction.shape[:4], 4), prediction.dtype)
        grid_labels = np.zeros(prediction.shape[:4], np.int64)
        objects = []
        for n, target in enumerate(targets):
            boxes = clip_boxes_to_image(target["boxes"], input_size)
            own = self._level_of(boxes) == level
            grid_boxes[n], grid_labels[n] = encode_yolo_grid(
                boxes[own], target["labels"][own], input_size, (rows, columns), sizes="cell", anchors=anchors
            )
            objects.append(box_convert(boxes, "xyxy", "cxcywh") / np.tile(cell, 2))
        if self.loss == "yolo_v3":
            return yolo_v3_loss(prediction, grid_boxes, grid_labels, anchors=anchors, objects=objects)
        return yolo_v2_loss(
            prediction,
            grid_boxes,
            grid_labels,
            anchors=anchors,
            confidence_target=self.confidence_target,
            tree=self.tree,
        )

    def _level_of(self, boxes: Array) -> Array:
        """Return for each box (R,) the map that has the anchor most like it."""
        levels = np.repeat(np.arange(len(self.anchors)), [len(level) for level in self.anchors])
        best: Array = shape_iou(boxes[:, 2:] - boxes[:, :2], np.concatenate(self.anchors)).argmax(axis=1)
        return levels[best]

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of one batch: "features", "heads" and "post-processing" are measured."""
        x, sizes = self.transform.to_batch(images, self.dtype)
        with watch("features"):
            features = self.backbone(x)
        with watch("heads"):
            predictions = self.head(features)
        with watch("post-processing"):
            boxes, scores = self._decode(predictions, (x.shape[2], x.shape[3]))
            found = [self._select(boxes[n], scores[n], sizes[n]) for n in range(len(images))]
            return self.transform.postprocess(found, images, sizes)

    def _decode(self, predictions: list[Array], input_size: Size) -> tuple[Array, Array]:
        """Return all maps' boxes (N, P, 4) in pixels of the network's input, and their scores (N, P, C)."""
        boxes, scores = [], []
        for prediction, anchors in zip(predictions, self.anchors, strict=True):
            N, rows, columns = prediction.shape[:3]
            cell = np.array([input_size[1] / columns, input_size[0] / rows], prediction.dtype)
            boxes_cxcywh, confidence = decode_yolo_v2(prediction[..., :5], anchors / cell)
            boxes.append(corners_of(boxes_cxcywh * np.tile(cell, 2)).reshape(N, -1, 4))
            of_class = confidence[..., None] * self._class_probabilities(prediction[..., 5:])
            scores.append(of_class.reshape(N, -1, of_class.shape[-1]))
        return np.concatenate(boxes, axis=1), np.concatenate(scores, axis=1)

    def _class_probabilities(self, logits: Array) -> Array:
        """Return what is to be multiplied with the confidence: (…, C)."""
        if self.loss == "yolo_v3":
            return sigmoid(logits)
        if self.tree is None:
            return softmax(logits, axis=-1)
        rows = logits.reshape(-1, len(self.tree))
        nodes, _ = decide(self.tree, rows, self.tree_thresh)
        probabilities = np.zeros_like(rows)
        chosen = np.flatnonzero(nodes >= 0), nodes[nodes >= 0]
        probabilities[chosen] = self.tree.probabilities(rows)[chosen]
        return probabilities.reshape(logits.shape)

    def _select(self, boxes: Array, scores: Array, size: Size) -> Prediction:
        """Return one image's detections: boxes (P, 4), scores (P, C)."""
        boxes = clip_boxes_to_image(boxes, size)
        chosen, labels = multiclass_nms(
            boxes,
            scores,
            score_thresh=self.score_thresh,
            nms_thresh=self.nms_thresh,
            max_candidates=self.max_candidates,
            max_detections=self.max_detections,
        )
        return {"boxes": boxes[chosen], "scores": scores[chosen, labels - 1], "labels": labels}

    @property
    def boxes_an_image(self) -> int:
        """How many boxes are judged in an image of the model's size."""
        x = np.zeros((1, 3, self.size, self.size), self.dtype)
        with self.evaluating():
            return sum(prediction[..., 0].size for prediction in self.head(self.backbone(x)))
