"""The localizer: what is in the image, and where, for one object: classification with four numbers more."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scratchcv.backbones import tiny_backbone
from scratchcv.boxes import best_class, box_area, box_convert, clip_boxes_to_image
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform, check_images, check_targets
from scratchcv.layers import Flatten, Layer, Linear, ReLU, Sequential, softmax
from scratchcv.losses import cross_entropy, mse_loss, multi_task_loss, smooth_l1_loss
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Detector, Prediction, Target, check_class_names

BOX_LOSSES = {"mse": mse_loss, "smooth_l1": smooth_l1_loss}
"""Losses of the four numbers by name: the lectures' L2, and Fast R-CNN's."""

MIDDLE = (0.5, 0.5, 0.4, 0.4)
"""The box (x, y, w, h), relative to the image, that an untrained localizer points at."""


class Localizer(Detector):
    """Classification and localization of one object: localization treated as a regression problem.

    Parameters
    ----------
    backbone : Layer
        From images (N, 3, size, size) to a list of feature maps, of which the last is read.
    vector : Layer
        From that map to one vector (N, D) an image, which both tasks share.
    cls_score : Linear
        From the vector to K logits, the background's among them: "what".
    bbox_pred : Linear
        From the vector to x, y, w, h of the box, relative to the image: "where".
    size : int
        Images are resized to size × size pixels.
    config : dict
        What `scratchcv.models.build_model` rebuilds this model from.
    box_loss : {"mse", "smooth_l1"}
        The loss of the four numbers.
    loss_weights : mapping of str to float, optional
        Weights of the losses "classification" and "box" in their sum, 1 where none is given.

    Notes
    -----
    Of several objects an image teaches the largest, by the area of its box inside the image, the first of
    equals; that is what a model with a single answer can be held to. An image without objects teaches the
    class background, and no box.

    References
    ----------
    Lectures S0, lines 852-915, S1, lines 164-212, and S2, lines 67-133, where the vector has 4096 numbers
    and the two layers put out 1000 and 4. Sermanet et al., "OverFeat", 2014, section 4.

    Examples
    --------
    >>> model = localizer_tiny(["background", "cat", "dog"], size=64)
    >>> image = np.zeros((3, 50, 80), np.float32)
    >>> losses, cache = model.forward([image], [
    ...     {"boxes": np.array([[10.0, 10.0, 50.0, 40.0]], np.float32), "labels": np.array([2])}
    ... ])
    >>> sorted(losses)
    ['box', 'classification']
    >>> model.backward(cache)  # every parameter's grad is filled
    >>> model.predict([image])[0]["boxes"].shape
    (1, 4)
    """

    def __init__(
        self,
        backbone: Layer,
        vector: Layer,
        cls_score: Linear,
        bbox_pred: Linear,
        *,
        size: int,
        config: dict[str, Any],
        box_loss: str = "mse",
        loss_weights: Mapping[str, float] | None = None,
    ) -> None:
        if box_loss not in BOX_LOSSES:
            raise ValueError(f"box_loss must be one of {', '.join(BOX_LOSSES)}, got {box_loss!r}")
        self.backbone = backbone
        self.vector = vector
        self.cls_score = cls_score
        self.bbox_pred = bbox_pred
        self.size = size
        # Divisible by the size: then a batch of no images has that size, too.
        self.transform = GeneralizedRCNNTransform(
            fixed_size=(size, size), size_divisible=size, antialias=True
        )
        self.config = config
        self.box_loss = box_loss
        self.loss_weights = dict(loss_weights or {})

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the named losses of a batch, weighted, and the cache for `backward`.

        Of several objects one is taken, see the class.
        """
        check_images(images)
        check_targets(targets, images, num_classes=len(self.cls_score.weight.value))
        features, backbone_cache = self.backbone.forward(self._to_batch(images))
        vector, vector_cache = self.vector.forward(features[-1])
        logits, what_cache = self.cls_score.forward(vector)
        numbers, where_cache = self.bbox_pred.forward(vector)
        labels, truths = self.encode(images, targets)
        has_box = np.repeat(labels[:, None] > 0, 4, axis=1)
        box_loss = BOX_LOSSES[self.box_loss]
        losses, gradients = multi_task_loss(
            {
                "classification": cross_entropy(logits, labels),
                "box": box_loss(numbers, truths.astype(numbers.dtype), weight=has_box.astype(numbers.dtype)),
            },
            self.loss_weights,
        )
        return losses, (backbone_cache, vector_cache, what_cache, where_cache, gradients)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the losses' sum to every parameter's `grad`."""
        backbone_cache, vector_cache, what_cache, where_cache, (dlogits, dnumbers) = cache
        # Both tasks read the vector, so their gradients add.
        dvector = self.bbox_pred.backward(dnumbers, where_cache) + self.cls_score.backward(
            dlogits, what_cache
        )
        dfeature = self.vector.backward(dvector, vector_cache)
        self.backbone.backward([dfeature], backbone_cache)

    def encode(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[Array, Array]:
        """Return each image's label (N,), 0 without objects, and its box's x, y, w, h from 0 to 1 (N, 4)."""
        labels, numbers = np.zeros(len(images), np.int64), np.zeros((len(images), 4))
        for n, (image, target) in enumerate(zip(images, targets, strict=True)):
            height, width = image.shape[1:]
            boxes = clip_boxes_to_image(np.asarray(target["boxes"], np.float64), (height, width))
            if len(boxes) == 0:
                continue
            largest = int(np.argmax(box_area(boxes)))
            labels[n] = np.asarray(target["labels"])[largest]
            relative = boxes[[largest]] / [width, height, width, height]
            numbers[n] = box_convert(relative, "xyxy", "cxcywh")[0]
        return labels, numbers

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return the one detection of each image: its likeliest class but background, and the box.

        The score is that class's probability: low, where nothing is to be seen.
        """
        x = self._to_batch(images)
        with watch("features"):
            vector = self.vector(self.backbone(x)[-1])
        with watch("heads"):
            logits, numbers = self.cls_score(vector), self.bbox_pred(vector)
        with watch("post-processing"):
            scores, labels = best_class(softmax(logits, axis=1))
            return [
                {
                    "boxes": self.decode(numbers[n : n + 1], image),
                    "scores": scores[n : n + 1],
                    "labels": labels[n : n + 1],
                }
                for n, image in enumerate(images)
            ]

    def _to_batch(self, images: Sequence[Array]) -> Array:
        return self.transform.to_batch(images, self.dtype)[0]

    def decode(self, numbers: Array, image: Array) -> Array:
        """Return the boxes (N, 4), in pixels of an image, that x, y, w, h from 0 to 1 (N, 4) stand for."""
        height, width = image.shape[1:]
        sides = np.maximum(numbers[:, 2:], 0)  # nothing keeps a regression from a negative width
        relative = box_convert(np.concatenate([numbers[:, :2], sides], axis=1), "cxcywh", "xyxy")
        pixels = relative * np.array([width, height] * 2, numbers.dtype)
        return clip_boxes_to_image(pixels, (height, width))


def localizer_tiny(
    class_names: Sequence[str],
    size: int = 128,
    seed: int = 0,
    box_loss: str = "mse",
    box_weight: float = 10.0,
) -> Localizer:
    """Return a localizer small enough to train on a laptop from random weights.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        Side of the resized images in pixels, a multiple of 64.
    seed : int
        Of the initial weights.
    box_loss : {"mse", "smooth_l1"}
        The loss of the box's four numbers.
    box_weight : float
        Weight of that loss beside the classification's. The numbers lie in [0, 1] and their squared errors
        are tiny, so it is large.

    Examples
    --------
    >>> model = localizer_tiny(["background", "cat", "dog"])
    >>> sum(parameter.value.size for parameter in model.parameters())
    1104151
    """
    if size < 64 or size % 64:
        raise ValueError(f"size must be a multiple of 64, got {size}")
    class_names = check_class_names(class_names)
    if not 0 <= box_weight < np.inf:
        raise ValueError(f"box_weight must be a finite number and not negative, got {box_weight}")
    rng = np.random.default_rng(seed)
    backbone = tiny_backbone(6, 5, rng=rng)
    cells = (size // 32) ** 2
    vector = Sequential(Flatten(), Linear(backbone.out_channels[-1] * cells, 256, rng=rng), ReLU())
    cls_score, bbox_pred = Linear(256, len(class_names), rng=rng), Linear(256, 4, rng=rng)
    for head in (cls_score, bbox_pred):
        head.weight.value *= 0.1  # an untrained model should be unsure, not loudly wrong
    assert bbox_pred.bias is not None
    bbox_pred.bias.value[:] = MIDDLE
    config = {
        "model": "localizer_tiny",
        "class_names": class_names,
        "size": size,
        "seed": seed,
        "box_loss": box_loss,
        "box_weight": float(box_weight),
    }
    return Localizer(
        backbone,
        vector,
        cls_score,
        bbox_pred,
        size=size,
        config=config,
        box_loss=box_loss,
        loss_weights={"box": box_weight},
    )
