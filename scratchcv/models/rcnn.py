"""R-CNN: regions with CNN features. Every proposal is cut out, warped, and goes through the network alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.boxes import (
    batched_nms,
    box_iou,
    clip_boxes_to_image,
    decode_deltas,
    match_proposals,
    sample_balanced,
)
from scratchcv.checks import Array, check_array
from scratchcv.data import IMAGENET_MEAN, IMAGENET_STD, check_images, check_targets, to_tensor, warp_regions
from scratchcv.data.source import DetectionDataset
from scratchcv.layers import Layer, Linear, flatten, softmax
from scratchcv.losses import cross_entropy
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Detector, Prediction, Target
from scratchcv.models.rcnn_box_regression import BoxRegression
from scratchcv.models.rcnn_linear_svm import LinearSVMs
from scratchcv.models.rcnn_selection import select_candidates
from scratchcv.models.rcnn_training_set import TrainingSet
from scratchcv.proposals import Propose, image_proposals

HEADS = ("svm", "softmax")

PHOTOGRAPH = 500
"""Side of images, pixels, that suit a model which searches them as they are: about that of VOC's."""


class RCNN(Detector):
    """R-CNN: proposals, a network that sees one at a time, linear SVMs, and box regression.

    It learns in two steps. Gradients train the network to tell what warped proposals show (`forward`,
    `backward`: softmax and cross-entropy). Then `fit` takes its features of all proposals as they are, and
    trains a linear SVM and a ridge regression a class, which are buffers of the model. Until then, or with
    ``head="softmax"``, the network's own softmax gives the scores, and without `fit` boxes stay as proposed.

    Parameters
    ----------
    backbone : Layer
        From crops (R, 3, S, S) to a list with one feature map (R, C, h, w), "pool5".
    box_head : Layer
        From the feature map to features (R, D), "fc7".
    pooled_features, num_features, num_classes : int
        C·h·w; D; K + 1, background included.
    propose : callable
        From an image (H, W, 3) uint8 to proposals (P, 4), best first.
    config : dict
        What `scratchcv.models.build_model` rebuilds this model from.
    head : {"svm", "softmax"}
        What scores proposals: S0 and S3 say an SVM, S1 and S2 the CNN itself.
    crop_size, context : int
        S and the pixels around the proposal: see `scratchcv.data.warp_regions`.
    size : int, optional
        Proposals are searched in the image resized to size × size pixels; by default in the image itself.
    max_proposals : int
        Of an image; the best of them, "~2k" on the slides.
    regions_per_image, positive_fraction : int, float
        How many proposals of an image a training step sees, and how many of them at most are positive.
    fg_iou_thresh, bg_iou_thresh : float
        A proposal is positive from the one IoU with an object on, negative below the other, neutral between.
    svm_c, ridge_alpha : float
        What a violated margin costs, and λ of the regression: see `fit_linear_svm` and `ridge_regression`.
    selection : {"class", "image", "background"}
        Which proposals come out: see `select_candidates`.
    max_candidates : int
        How many of them: a class, or all together.
    score_thresh, nms_thresh, detections_per_img : float, float, int
        The least score; the IoU from which on the weaker of two is dropped; how many are put out at most.
    seed : int
        Of the proposals that training draws.

    References
    ----------
    R. Girshick, J. Donahue, T. Darrell, J. Malik, "Rich feature hierarchies for accurate object detection and
    semantic segmentation", 2014; lectures S0 lines 188-225, S1 lines 236-309, S2 lines 240-306, S3 lines
    848-891.

    Examples
    --------
    >>> from scratchcv.models import rcnn_tiny
    >>> model = rcnn_tiny(["background", "cat", "dog"])
    >>> target = {"boxes": np.array([[10.0, 10.0, 50.0, 40.0]], np.float32), "labels": np.array([2]),
    ...     "proposals": np.array([[0, 0, 20, 20], [12, 9, 50, 42]], np.float32)}
    >>> losses, cache = model.forward([np.zeros((3, 50, 80), np.float32)], [target])
    >>> sorted(losses)
    ['classification']
    >>> model.backward(cache)  # every parameter's grad is filled
    """

    buffers = ("fitted",)
    mean = np.array(IMAGENET_MEAN, np.float32)[:, None, None]
    std = np.array(IMAGENET_STD, np.float32)[:, None, None]

    def __init__(
        self,
        backbone: Layer,
        box_head: Layer,
        *,
        pooled_features: int,
        num_features: int,
        num_classes: int,
        propose: Propose,
        config: dict[str, Any],
        head: str = "svm",
        crop_size: int = 224,
        context: int = 16,
        size: int | None = None,
        max_proposals: int = 2000,
        regions_per_image: int = 64,
        positive_fraction: float = 0.25,
        fg_iou_thresh: float = 0.5,
        bg_iou_thresh: float = 0.5,
        svm_c: float = 1e-3,
        ridge_alpha: float = 1000.0,
        selection: str = "class",
        max_candidates: int = 100,
        score_thresh: float = 0.01,
        nms_thresh: float = 0.3,
        detections_per_img: int = 100,
        seed: int = 0,
    ) -> None:
        if head not in HEADS:
            raise ValueError(f"head must be one of {', '.join(HEADS)}, got {head!r}")
        rng = np.random.default_rng(seed)
        self.backbone = backbone
        self.box_head = box_head
        self.classifier = Linear(num_features, num_classes, rng=rng)
        self.svms = LinearSVMs(num_features, num_classes - 1)
        self.box_regression = BoxRegression(pooled_features, num_classes - 1)
        self.fitted: Array = np.zeros(1, np.int64)
        self.search, self.config, self.head = propose, config, head
        self.rng, self.num_classes = rng, num_classes
        self.crop_size, self.context, self.max_proposals = crop_size, context, max_proposals
        self.search_size, self.size = size, size or PHOTOGRAPH
        self.regions_per_image, self.positive_fraction = regions_per_image, positive_fraction
        self.fg_iou_thresh, self.bg_iou_thresh = fg_iou_thresh, bg_iou_thresh
        self.svm_c, self.ridge_alpha = svm_c, ridge_alpha
        self.selection, self.max_candidates = selection, max_candidates
        self.score_thresh, self.nms_thresh = score_thresh, nms_thresh
        self.detections_per_img = detections_per_img

    @property
    def boxes_an_image(self) -> int:
        """How many proposals are classified in an image, at most."""
        return self.max_proposals

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the classification loss of proposals drawn from a batch of images, and the cache.

        A target may have ``proposals`` (P, 4), which are searched where there are none.
        """
        check_images(images)
        check_targets(targets, images, num_classes=self.num_classes)
        crops, labels = self.sample(images, targets)
        (pooled,), backbone_cache = self.backbone.forward(crops)
        features, box_head_cache = self.box_head.forward(pooled)
        logits, classifier_cache = self.classifier.forward(features)
        loss, dlogits = cross_entropy(logits, labels)
        return {"classification": loss}, (backbone_cache, box_head_cache, classifier_cache, dlogits)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the loss to every parameter's `grad`; crops have none that anybody needs."""
        backbone_cache, box_head_cache, classifier_cache, dlogits = cache
        dfeatures = self.classifier.backward(dlogits, classifier_cache)
        dpooled = self.box_head.backward(dfeatures, box_head_cache)
        self.backbone.backward([dpooled], backbone_cache)

    def sample(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[Array, Array]:
        """Return warped proposals (R, 3, S, S), positive and negative ones of all images, and labels."""
        dtype = self.dtype
        crops = [np.zeros((0, 3, self.crop_size, self.crop_size), dtype)]
        labels = [np.zeros(0, np.int64)]
        for image, target in zip(images, targets, strict=True):
            gt_boxes, gt_labels = np.asarray(target["boxes"]), np.asarray(target["labels"])
            boxes = np.concatenate([gt_boxes, self.proposals_of(image, target)])  # each object, as a proposal
            matches = match_proposals(box_iou(boxes, gt_boxes), self.fg_iou_thresh, self.bg_iou_thresh)
            positive, negative = sample_balanced(
                matches, self.rng,
                batch_size=self.regions_per_image, positive_fraction=self.positive_fraction,
            )  # fmt: skip
            crops.append(self.warp(image, boxes[np.concatenate([positive, negative])]))
            labels += [gt_labels[matches[positive]].astype(np.int64), np.zeros(len(negative), np.int64)]
        return np.concatenate(crops), np.concatenate(labels)

    def proposals_of(self, image: Array, target: Target | None = None) -> Array:
        """Return an image's proposals (P, 4): those of its target, or else found in it."""
        if target is not None and "proposals" in target:
            boxes = check_array("proposals", target["proposals"], ("P", 4))
            return clip_boxes_to_image(boxes[: self.max_proposals], image.shape[1:])
        size = None if self.search_size is None else (self.search_size, self.search_size)
        return image_proposals(image, self.search, size=size, limit=self.max_proposals)

    def propose(self, image: Array) -> Array:
        """Search an image (H, W, 3) uint8 for proposals (P, 4) in its own pixels, best first."""
        return self.proposals_of(to_tensor(image))

    def warp(self, image: Array, boxes: Array) -> Array:
        """Normalise an image and warp its boxes (P, 4) to crops (P, 3, S, S), as the network takes them."""
        normal = ((image - self.mean) / self.std).astype(self.dtype)
        return warp_regions(normal, boxes, self.crop_size, self.context)

    def extract(self, image: Array, boxes: Array, batch_size: int = 256) -> tuple[Array, Array]:
        """Return pooled features (P, C·h·w) and features (P, D) of an image's boxes, each by its own pass."""
        pooled, features = [], []
        for start in range(0, max(len(boxes), 1), batch_size):
            (maps,) = self.backbone(self.warp(image, boxes[start : start + batch_size]))
            pooled.append(flatten(maps, start_dim=1))
            features.append(self.box_head(maps))
        return np.concatenate(pooled), np.concatenate(features)

    def fit(self, dataset: DetectionDataset, *, progress: bool = False) -> None:
        """Train the SVMs and the box regression on the features of all proposals of a data set.

        Parameters
        ----------
        dataset : DetectionDataset
            Images (H, W, 3) uint8 with targets, with ``proposals`` or without.
        progress : bool
            Whether to show a progress bar.
        """
        with self.evaluating():
            found = TrainingSet.collect(self, dataset, progress=progress)
        self.svms.fit(found.features, found.targets, found.portions, c=self.svm_c)
        self.svms.calibrate(found.features, found.hits)
        self.box_regression.fit(
            found.near_features, found.near_labels, found.near_deltas, alpha=self.ridge_alpha
        )
        self.fitted[:] = 1

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of each image, one after another: a pass for each proposal is enough.

        Their scores are probabilities, an SVM's too: see `platt_scaling`.
        """
        predictions = []
        for image in images:
            with watch("proposals"):
                boxes = self.proposals_of(image)
            with watch("features"):
                pooled, features = self.extract(image, boxes)
            with watch("heads"):
                scores, deltas = self.score(features), self.box_regression(pooled)
            with watch("post-processing"):
                predictions.append(self._select(boxes, scores, deltas, image))
        return predictions

    def score(self, features: Array) -> Array:
        """Return scores (P, K + 1) of features (P, D), those of the background first."""
        if self.head == "softmax" or not self.fitted[0]:
            scores: Array = softmax(self.classifier(features), axis=1)
            return scores
        of_classes = self.svms.probabilities(features)
        return np.concatenate([1 - of_classes.max(axis=1, keepdims=True), of_classes], axis=1)

    def _select(self, boxes: Array, scores: Array, deltas: Array, image: Array) -> Prediction:
        """Choose proposals (P, 4) by their scores, move them, and keep the best of each heap."""
        rows, labels = select_candidates(scores, self.selection, self.max_candidates, self.score_thresh)
        scores = scores[rows, labels]
        boxes = decode_deltas(deltas[rows, labels - 1], boxes[rows].astype(deltas.dtype))
        boxes = clip_boxes_to_image(boxes, image.shape[1:])
        kept = batched_nms(boxes, scores, labels, self.nms_thresh)[: self.detections_per_img]
        return {"boxes": boxes[kept], "scores": scores[kept], "labels": labels[kept]}
