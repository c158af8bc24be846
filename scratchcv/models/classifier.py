"""A classifier: a backbone, the mean over all positions, and one score for each class."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.backbones import tiny_backbone
from scratchcv.checks import Array, check_integers
from scratchcv.data import GeneralizedRCNNTransform, check_images
from scratchcv.layers import AdaptiveAvgPool2d, Layer, Linear, softmax
from scratchcv.losses import cross_entropy
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Detector, Prediction, Target, check_class_names


class Classifier(Detector):
    r"""Say what an image shows: a backbone, global average pooling, then a linear layer.

    .. math:: f_c = \frac{1}{HW} \sum_{h,w} \mathrm{backbone}(x)_{c,h,w}, \qquad
              p = \mathrm{softmax}(W f + b)

    It is the source model of fine-tuning: all but its output layer `fc` is a detector's backbone.

    Parameters
    ----------
    backbone : Layer
        From images (N, 3, size, size) to a list of feature maps, fine to coarse, with `out_channels`.
    num_classes : int
        How many classes there are to choose from.
    size : int
        Images are resized to size × size pixels.
    config : dict
        What `scratchcv.models.build_model` rebuilds this model from.
    rng : numpy.random.Generator, optional
        Draws the initial weights of the output layer.

    References
    ----------
    Lin, Chen, Yan, "Network in network", 2014, section 3.2 (global average pooling); lecture S3, lines
    193-220; torchvision's ResNet has the same end and the same name for it.

    Examples
    --------
    >>> model = classifier_tiny(["background", "cat", "dog"], size=64)
    >>> losses, cache = model.forward([np.zeros((3, 50, 80), np.float32)], [{"labels": np.array([2])}])
    >>> sorted(losses)
    ['classification']
    >>> model.backward(cache)  # every parameter's grad is filled
    """

    def __init__(
        self,
        backbone: Layer,
        num_classes: int,
        *,
        size: int,
        config: dict[str, Any],
        rng: np.random.Generator | None = None,
    ) -> None:
        self.backbone = backbone
        self.avgpool = AdaptiveAvgPool2d(1)
        self.fc = Linear(backbone.out_channels[-1], num_classes, rng=rng)  # type: ignore[attr-defined]
        self.num_classes = num_classes
        self.size = size
        # A multiple of `size` is what a batch without images has, too.
        self.transform = GeneralizedRCNNTransform(
            fixed_size=(size, size), size_divisible=size, antialias=True
        )
        self.config = config

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the loss of a batch, and the cache for `backward`.

        A target has ``labels`` (1,), the image's class from 0.
        """
        labels = self._labels(images, targets)
        x = self.to_batch(images)
        features, backbone_cache = self.backbone.forward(x)
        pooled, pool_cache = self.avgpool.forward(features[-1])
        logits, fc_cache = self.fc.forward(pooled[:, :, 0, 0])
        loss, dlogits = cross_entropy(logits, labels)
        shapes = [feature.shape for feature in features]
        return {"classification": loss}, (backbone_cache, pool_cache, fc_cache, shapes, dlogits)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the loss to every parameter's `grad`."""
        backbone_cache, pool_cache, fc_cache, shapes, dlogits = cache
        dpooled = self.fc.backward(dlogits, fc_cache)[:, :, None, None]
        dcoarsest = self.avgpool.backward(dpooled, pool_cache)
        unread = [np.zeros(shape, dcoarsest.dtype) for shape in shapes[:-1]]
        self.backbone.backward([*unread, dcoarsest], backbone_cache)

    def to_batch(self, images: Sequence[Array]) -> Array:
        """Resize and normalise images (3, H, W) into one batch (N, 3, size, size)."""
        check_images(images)
        return self.transform.to_batch(images, self.dtype)[0]

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return ``labels`` (K,) of each image, all classes from the likeliest on, and ``scores`` (K,)."""
        x = self.to_batch(images)
        with watch("features"):
            features = self.backbone(x)
        with watch("heads"):
            logits = self.fc(self.avgpool(features[-1])[:, :, 0, 0])
        predictions = []
        for scores in softmax(logits, axis=1):
            labels = np.argsort(-scores, kind="stable")
            predictions.append({"labels": labels, "scores": scores[labels]})
        return predictions

    def _labels(self, images: Sequence[Array], targets: Sequence[Target]) -> Array:
        """Return the classes (N,) of the targets."""
        if len(targets) != len(images):
            raise ValueError(
                f"every image needs a target, got {len(images)} images and {len(targets)} targets"
            )
        labels = np.zeros(len(targets), np.int64)
        for n, target in enumerate(targets):
            if "labels" not in target:
                raise ValueError(f"targets[{n}] must have 'labels', got {sorted(target)}")
            labels[n] = check_integers(f"targets[{n}]['labels']", target["labels"], (1,), self.num_classes)[0]
        return labels


def classifier_tiny(class_names: Sequence[str], size: int = 64, seed: int = 0, stages: int = 7) -> Classifier:
    """Return a classifier on the backbone of the tiny detectors, whose weights fit into theirs.

    Parameters
    ----------
    class_names : sequence of str
        Background first, as in the data sets for detection; an image may show nothing but background.
    size : int
        Side of the resized images in pixels, a multiple of 2^(stages - 1).
    seed : int
        Of the initial weights.
    stages : int
        How many of the backbone's stages to have, see `scratchcv.backbones.tiny_backbone`.

    Examples
    --------
    >>> from scratchcv.models import ssd_tiny
    >>> names = ["background", "cat", "dog"]
    >>> here, there = classifier_tiny(names).state_dict(), ssd_tiny(names).state_dict()
    >>> sorted(name for name in here if name not in there)
    ['fc.bias', 'fc.weight']
    """
    class_names = check_class_names(class_names)
    rng = np.random.default_rng(seed)
    backbone = tiny_backbone(stages, stages - 1, rng=rng)
    smallest = 2 ** (stages - 1)
    if size < smallest or size % smallest:
        raise ValueError(f"size must be a multiple of {smallest}, got {size}")
    config = {
        "model": "classifier_tiny",
        "class_names": class_names,
        "size": size,
        "seed": seed,
        "stages": stages,
    }
    return Classifier(backbone, len(class_names), size=size, config=config, rng=rng)
