"""Fast R-CNN: the whole image goes through the network once, and each proposal reads its part of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.boxes import clip_boxes_to_image
from scratchcv.checks import Array, check_array
from scratchcv.data import GeneralizedRCNNTransform, check_images, check_targets, to_tensor
from scratchcv.layers import Layer
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Detector, Prediction, Target
from scratchcv.models.fast_rcnn_roi_heads import RoIHeads
from scratchcv.proposals import Propose, image_proposals

Size = tuple[int, int]


class FastRCNN(Detector):
    """A backbone that sees the image once, and a light network for each of its proposals.

    Parameters
    ----------
    backbone : Layer
        From a batch (N, 3, H, W) to a list of feature maps.
    roi_heads : RoIHeads
        From the feature maps and proposals to classes and boxes.
    transform : GeneralizedRCNNTransform
        From images of any sizes to a batch.
    propose : callable
        From an image (H, W, 3) uint8 to proposals (P, 4), best first. Not asked in training where a target
        has ``proposals`` already: see `scratchcv.proposals.ProposalDataset`.
    num_classes : int
        Background included.
    config : dict
        What `scratchcv.models.build_model` rebuilds this model from.
    max_proposals : int
        So many of the best proposals are looked at.
    seed : int
        Of `rng`.

    Attributes
    ----------
    rng : numpy.random.Generator
        Draws the regions that a training step's losses count.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015; lectures S0, lines 227-256, S1, lines 593-705, S2, lines 452-486, S3,
    lines 894-964.

    Examples
    --------
    >>> from scratchcv.models import fast_rcnn_tiny
    >>> model = fast_rcnn_tiny(["background", "cat", "dog"], size=64)
    >>> losses, cache = model.forward([np.zeros((3, 50, 80), np.float32)], [{
    ...     "boxes": np.array([[10, 10, 50, 40]], np.float32),
    ...     "labels": np.array([2]),
    ...     "proposals": np.array([[0, 0, 20, 20], [12, 9, 50, 42]], np.float32),
    ... }])
    >>> sorted(losses)
    ['box', 'classification']
    >>> model.backward(cache)  # every parameter's grad is filled
    """

    def __init__(
        self,
        backbone: Layer,
        roi_heads: RoIHeads,
        transform: GeneralizedRCNNTransform,
        propose: Propose,
        *,
        num_classes: int,
        config: dict[str, Any],
        max_proposals: int = 2000,
        seed: int = 0,
    ) -> None:
        self.transform, self.size = transform, transform.size
        # One by one where sizes differ: no image is padded to another one's size.
        self.images_at_a_time = 16 if transform.fixed_size else 1
        self.search = propose
        self.backbone = backbone
        self.roi_heads = roi_heads
        self.num_classes = num_classes
        self.config = config
        self.max_proposals = max_proposals
        self.rng = np.random.default_rng(seed)

    @property
    def boxes_an_image(self) -> int:
        """How many proposals are classified in an image, at most."""
        return self.max_proposals

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the two losses of a batch, and the cache for `backward`.

        A target may have ``proposals`` (P, 4), which are searched where there are none.
        """
        check_images(images)
        check_targets(targets, images, num_classes=self.num_classes)
        x, sizes = self.transform.to_batch(images, self.dtype)
        proposals = [
            self._to_batch(self.proposals_of(image, target), image, size)
            for image, target, size in zip(images, targets, sizes, strict=True)
        ]
        targets = self.transform.to_batch_targets(targets, images, sizes, self.dtype)
        features, backbone_cache = self.backbone.forward(x)
        losses, heads_cache = self.roi_heads.forward(features, proposals, sizes, targets, self.rng)
        return losses, (backbone_cache, heads_cache)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the losses' sum to every parameter's `grad`."""
        backbone_cache, heads_cache = cache
        dfeatures = self.roi_heads.backward(heads_cache)
        self.backbone.backward(dfeatures, backbone_cache)

    def propose(self, image: Array) -> Array:
        """Search an image (H, W, 3) uint8 for proposals (P, 4) in its own pixels, best first."""
        return self.proposals_of(to_tensor(image))

    def proposals_of(self, image: Array, target: Target | None = None) -> Array:
        """Return an image's proposals (P, 4) in its pixels: its target's, or else what is found in it.

        They are searched in the size that the network sees, never in its feature maps.
        """
        height, width = image.shape[1:]
        if target is not None and "proposals" in target:
            boxes = check_array("proposals", target["proposals"], ("P", 4))
            return clip_boxes_to_image(boxes[: self.max_proposals], (height, width))
        size = self.transform.resized_size((height, width))
        return image_proposals(image, self.search, size=size, limit=self.max_proposals)

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of one batch, each image's in its own pixels."""
        with watch("proposals"):
            found = [self.proposals_of(image) for image in images]
        with watch("features"):
            x, sizes = self.transform.to_batch(images, self.dtype)
            features = self.backbone(x)
        with watch("heads"):
            proposals = [self._to_batch(*each) for each in zip(found, images, sizes, strict=True)]
            logits, deltas = self.roi_heads.predict_regions(features, proposals, sizes)
        with watch("post-processing"):
            predictions = self.roi_heads.postprocess_detections(logits, deltas, proposals, sizes)
            return self.transform.postprocess(predictions, images, sizes)

    def _to_batch(self, boxes: Array, image: Array, size: Size) -> Array:
        """Take proposals from an image's pixels to those of its place in the batch."""
        return self.transform.to_batch_boxes(boxes.astype(self.dtype, copy=False), image.shape[1:], size)
