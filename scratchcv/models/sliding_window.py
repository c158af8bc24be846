"""The sliding window: a classifier looks at every window of an image pyramid, object or background."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.boxes import batched_nms, best_class, box_iou, match_proposals, sample_balanced, top_k
from scratchcv.checks import Array
from scratchcv.data import check_images, check_targets
from scratchcv.layers import softmax
from scratchcv.losses import cross_entropy
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Detector, Prediction, Target, check_class_names
from scratchcv.models.sliding_window_classifier import WINDOW_STRIDE, WindowClassifier
from scratchcv.models.sliding_window_pyramid import ImagePyramid

MODES = ("convolution", "windows")
"""How a trained classifier sees all windows: in one pass over each level, or cut out one by one."""

WINDOWS_AT_ONCE = 256
"""Windows in a batch of the mode "windows"; more would need more memory, and be no faster."""


class SlidingWindow(Detector):
    """Detection as classification of windows, each of which shows an object of some class or background.

    Windows have one size, objects many: the image is seen in several sizes, a pyramid.

    Parameters
    ----------
    classifier : WindowClassifier
        Object classes and background.
    pyramid : ImagePyramid
        Of the classifier's window and stride.
    size : int
        Side of the images that the windows suit, pixels; it takes images of any size.
    config : dict
        What `scratchcv.models.build_model` rebuilds this model from.
    rng : numpy.random.Generator
        Draws the windows that a training step looks at; its state is the trainer's to save.
    fg_iou_thresh, bg_iou_thresh : float
        A window whose best IoU with an object is at least the one learns its class; one below the other
        learns the background; those between learn nothing.
    windows_per_image, positive_fraction : int, float
        Windows of an image that a training step looks at, and the largest share of objects among them.
    score_threshold, nms_threshold : float
        Detections below the one are dropped; of two with a higher IoU than the other, the weaker.
    max_candidates, max_detections : int
        Best windows of an image before suppression, and detections after it.
    mode : {"convolution", "windows"}
        How windows are classified: in one pass over each level, or one by one. The detections are the same,
        the time is not.

    Notes
    -----
    A box can only be a window: of the image's own aspect, at one of few scales, on a grid. Boxes fit no
    better than that, however good the classifier is; what is long and thin, or larger or smaller than the
    scales, is never found, nor learnt.

    References
    ----------
    Lectures S0, lines 146-162, and S2, lines 163-226; Sermanet et al., "OverFeat", 2014.

    Examples
    --------
    >>> model = sliding_window_tiny(["background", "cat", "dog"], size=64)
    >>> image = np.zeros((3, 50, 80), np.float32)
    >>> losses, cache = model.forward([image], [
    ...     {"boxes": np.array([[10.0, 10.0, 50.0, 40.0]], np.float32), "labels": np.array([2])}
    ... ])
    >>> sorted(losses)
    ['classification']
    >>> model.backward(cache)  # every parameter's grad is filled
    """

    def __init__(
        self,
        classifier: WindowClassifier,
        pyramid: ImagePyramid,
        *,
        size: int,
        config: dict[str, Any],
        rng: np.random.Generator,
        fg_iou_thresh: float = 0.5,
        bg_iou_thresh: float = 0.35,
        windows_per_image: int = 32,
        positive_fraction: float = 0.5,
        score_threshold: float = 0.05,
        nms_threshold: float = 0.3,
        max_candidates: int = 400,
        max_detections: int = 100,
        mode: str = "convolution",
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
        self.classifier = classifier
        self.pyramid = pyramid
        self.size = size
        self.config = config
        self.rng = rng
        self.fg_iou_thresh = fg_iou_thresh
        self.bg_iou_thresh = bg_iou_thresh
        self.windows_per_image = windows_per_image
        self.positive_fraction = positive_fraction
        self.score_threshold = score_threshold
        self.nms_threshold = nms_threshold
        self.max_candidates = max_candidates
        self.max_detections = max_detections
        self.mode = mode

    @property
    def boxes_an_image(self) -> int:
        """How many windows are classified in an image."""
        return len(self.pyramid.windows)

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the loss of a sample of windows, and the cache for `backward`."""
        check_images(images)
        check_targets(targets, images, num_classes=self.classifier.num_classes)
        levels = self.pyramid.levels(images, self.dtype)
        window = self.pyramid.window
        crops, labels = [np.zeros((0, 3, window, window), self.dtype)], [np.zeros(0, np.int64)]
        for n, (image, target) in enumerate(zip(images, targets, strict=True)):
            windows, window_labels = self.sample(image, target)
            crops.append(self.pyramid.cut([level[n] for level in levels], windows))
            labels.append(window_labels)
        logits, cache = self.classifier.forward(np.concatenate(crops))
        loss, dlogits = cross_entropy(logits, np.concatenate(labels))
        return {"classification": loss}, (cache, dlogits)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the loss to every parameter's `grad`."""
        classifier_cache, dlogits = cache
        self.classifier.backward(dlogits, classifier_cache)

    def sample(self, image: Array, target: Target) -> tuple[Array, Array]:
        """Draw windows (M,) of an image, around its objects and elsewhere, and return their labels (M,)."""
        matches = self.match(image, target)
        count, share = self.windows_per_image, self.positive_fraction
        positive, negative = sample_balanced(matches, self.rng, batch_size=count, positive_fraction=share)
        truth = np.asarray(target["labels"], np.int64)[matches[positive]]
        return np.concatenate([positive, negative]), np.concatenate([truth, np.zeros_like(negative)])

    def match(self, image: Array, target: Target) -> Array:
        """Return for every window (P,) the index of its object, BACKGROUND, or IGNORE."""
        boxes = np.asarray(target["boxes"], np.float64) / _extent(image)
        iou = box_iou(self.pyramid.windows, boxes)  # of boxes relative to the image: stretching keeps an IoU
        return match_proposals(iou, self.fg_iou_thresh, self.bg_iou_thresh)

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of one batch; as "proposals" count resizing and cutting out windows."""
        levels = self.score_maps(images, watch)
        with watch("post-processing"):
            rows = [maps.reshape(*maps.shape[:2], -1) for maps in levels]
            scores = np.concatenate(rows, axis=2).transpose(0, 2, 1)  # (N, P, K), as `pyramid.windows`
            return [self._select(scores[n], image) for n, image in enumerate(images)]

    def score_maps(self, images: Sequence[Array], stopwatch: Stopwatch | None = None) -> list[Array]:
        """Return the probabilities (N, K, rows, columns) of the classes in every window of each level."""
        check_images(images)
        watch = stopwatch or Stopwatch()
        with watch("proposals"):
            levels = self.pyramid.levels(images, self.dtype)
        score = self._score_in_one_pass if self.mode == "convolution" else self._score_one_by_one
        with self.classifier.evaluating():
            return score(levels, watch)

    def _score_in_one_pass(self, levels: list[Array], watch: Stopwatch) -> list[Array]:
        with watch("features"):
            features = [self.classifier.features(level) for level in levels]
        with watch("heads"):
            head = self.classifier.classifier_convolutions()
            return [softmax(head(feature), axis=1) for feature in features]

    def _score_one_by_one(self, levels: list[Array], watch: Stopwatch) -> list[Array]:
        maps = []
        for level, count in zip(levels, self.pyramid.counts, strict=True):
            scores = np.zeros((len(level), count, self.classifier.num_classes), level.dtype)
            side = math.isqrt(count)
            for n, first in itertools.product(range(len(level)), range(0, count, WINDOWS_AT_ONCE)):
                index = np.arange(first, min(first + WINDOWS_AT_ONCE, count))
                with watch("proposals"):
                    crops = self.pyramid.views(level[n])[np.divmod(index, side)]
                with watch("features"):
                    features = self.classifier.features(crops)
                with watch("heads"):
                    scores[n, index] = softmax(self.classifier.classifier(features), axis=1)
            maps.append(scores.transpose(0, 2, 1).reshape(len(level), scores.shape[2], side, side))
        return maps

    def _select(self, scores: Array, image: Array) -> Prediction:
        """Keep the best of each heap among the windows (P,) of one image: scores (P, K)."""
        scores, labels = best_class(scores)
        scores, best = top_k(scores, self.max_candidates)
        best, scores = best[scores > self.score_threshold], scores[scores > self.score_threshold]
        boxes = self.pyramid.windows[best].astype(scores.dtype) * _extent(image).astype(scores.dtype)
        kept = batched_nms(boxes, scores, labels[best], self.nms_threshold)[: self.max_detections]
        return {"boxes": boxes[kept], "scores": scores[kept], "labels": labels[best][kept]}


def _extent(image: Array) -> Array:
    """Return (W, H, W, H): what boxes relative to an image are multiplied by."""
    height, width = image.shape[1:]
    return np.array([width, height, width, height], np.float64)


def sliding_window_tiny(
    class_names: Sequence[str],
    size: int = 128,
    seed: int = 0,
    scales: Sequence[float] = (0.23, 0.3, 0.39, 0.51, 0.66),
    mode: str = "convolution",
) -> SlidingWindow:
    """Return a sliding window small enough to train on a laptop from random weights.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        A multiple of 64. A window has size / 4 pixels, so in an image of `size` it covers a quarter.
    seed : int
        Of the initial weights and of the windows that training draws.
    scales : sequence of float
        Sides of objects relative to the image, a level of the pyramid for each; above 1 counts as 1.
    mode : {"convolution", "windows"}
        How windows are classified, see `SlidingWindow`.

    Examples
    --------
    >>> model = sliding_window_tiny(["background", "cat", "dog"])
    >>> len(model.pyramid.windows), sum(parameter.value.size for parameter in model.parameters())
    (1486, 119667)
    """
    if size < 64 or size % 64:
        raise ValueError(f"size must be a multiple of 64, got {size}")
    class_names = check_class_names(class_names)
    rng = np.random.default_rng(seed)
    config = {
        "model": "sliding_window_tiny",
        "class_names": class_names,
        "size": size,
        "seed": seed,
        "scales": [float(scale) for scale in scales],
        "mode": mode,
    }
    classifier = WindowClassifier(len(class_names), size // 4, rng=rng)
    pyramid = ImagePyramid(classifier.window, [min(scale, 1) for scale in scales], WINDOW_STRIDE)
    return SlidingWindow(classifier, pyramid, size=size, config=config, rng=rng, mode=mode)
