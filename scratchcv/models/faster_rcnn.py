"""Faster R-CNN: proposals from the detector's own features, then a closer look at each of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform, check_images, check_targets
from scratchcv.layers import Layer
from scratchcv.metrics import Stopwatch
from scratchcv.models.fast_rcnn_roi_heads import RoIHeads
from scratchcv.proposals import RegionProposalNetwork

Target = Mapping[str, Array]
Prediction = dict[str, Array]
Size = tuple[int, int]

OLD_NAMES = [
    (re.compile(r"^rpn\.head\.conv\.(weight|bias)$"), r"rpn.head.conv.0.0.\1"),
    (re.compile(r"^(backbone\.fpn\.(?:inner|layer)_blocks\.\d+)\.(weight|bias)$"), r"\1.0.\2"),
]
"""What parameters were called in torchvision's older weights, ``COCO_V1`` among them, and are called now."""


class FasterRCNN(Layer):
    """A backbone whose features are read twice: once for proposals, and again for what is in each of them.

    Parameters
    ----------
    backbone : Layer
        From a batch (N, 3, H, W) to a list of feature maps.
    rpn : RegionProposalNetwork
        The first stage, once an image.
    roi_heads : RoIHeads
        The second stage, once a region.
    transform : GeneralizedRCNNTransform
        From images of any sizes to a batch.
    num_classes : int
        Background included.
    config : dict
        What `scratchcv.models.build_model` rebuilds this model from.
    roi_levels : int, optional
        The second stage reads so many of the finest feature maps; all by default. A pyramid's topmost map,
        there for large anchors alone, is left out.
    seed : int
        Of `rng`.

    Attributes
    ----------
    rng : numpy.random.Generator
        Draws the anchors and the regions that a training step's losses count.

    Notes
    -----
    Four losses are learned at once: "objectness" and "rpn_box" take an anchor to a proposal,
    "classification" and "box" a proposal to an object. Proposals are constants to the second stage, as in
    the paper's "approximate joint training" and in torchvision, whose names all parameters have.

    References
    ----------
    S. Ren et al., "Faster R-CNN: towards real-time object detection with region proposal networks", 2015;
    lectures S0, lines 287-317, S1, lines 735-907, S2, lines 487-655.

    Examples
    --------
    >>> from scratchcv.models import faster_rcnn_tiny
    >>> model = faster_rcnn_tiny(["background", "cat", "dog"], size=64)
    >>> losses, cache = model.forward([np.zeros((3, 50, 80), np.float32)], [
    ...     {"boxes": np.array([[10.0, 10.0, 50.0, 40.0]], np.float32), "labels": np.array([2])}
    ... ])
    >>> sorted(losses)
    ['box', 'classification', 'objectness', 'rpn_box']
    >>> model.backward(cache)  # every parameter's grad is filled
    """

    def __init__(
        self,
        backbone: Layer,
        rpn: RegionProposalNetwork,
        roi_heads: RoIHeads,
        transform: GeneralizedRCNNTransform,
        *,
        num_classes: int,
        config: dict[str, Any],
        roi_levels: int | None = None,
        seed: int = 0,
    ) -> None:
        self.transform = transform
        self.backbone = backbone
        self.rpn = rpn
        self.roi_heads = roi_heads
        self.num_classes = num_classes
        self.config = config
        self.roi_levels = roi_levels
        self.rng = np.random.default_rng(seed)

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the four losses of a batch, and the cache for `backward`.

        Parameters
        ----------
        images : sequence of ndarray (3, H, W)
            Values in [0, 1], any sizes.
        targets : sequence of dict
            For each image ``boxes`` (R, 4) in its pixels and ``labels`` (R,).

        Raises
        ------
        ValueError, TypeError
            Naming the first bad image or object.
        """
        x, sizes = self.to_batch(images)
        targets = self.to_batch_targets(targets, images, sizes, x.dtype)
        features, backbone_cache = self.backbone.forward(x)
        (proposals, rpn_losses), rpn_cache = self.rpn.forward(
            features, x.shape[-2:], sizes, targets, self.rng
        )
        read_twice = features[: self.roi_levels]
        roi_losses, roi_cache = self.roi_heads.forward(read_twice, proposals, sizes, targets, self.rng)
        return {**rpn_losses, **roi_losses}, (backbone_cache, rpn_cache, roi_cache)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the losses' sum to every parameter's `grad`."""
        backbone_cache, rpn_cache, roi_cache = cache
        from_roi_heads = self.roi_heads.backward(roi_cache)
        dfeatures = self.rpn.backward(rpn_cache)
        for level, dfeature in enumerate(from_roi_heads):  # both stages read it
            dfeatures[level] = dfeatures[level] + dfeature
        self.backbone.backward(dfeatures, backbone_cache)

    def to_batch(self, images: Sequence[Array]) -> tuple[Array, list[Size]]:
        """Check, normalise and resize images; return the batch, and each one's size in it."""
        check_images(images)
        return self.transform.to_batch(images, self.parameters()[0].value.dtype)

    def to_batch_targets(
        self, targets: Sequence[Target], images: Sequence[Array], sizes: Sequence[Size], dtype: np.dtype
    ) -> list[dict[str, Array]]:
        """Check targets, and take their boxes to the batch's pixels."""
        check_targets(targets, images, num_classes=self.num_classes)
        return [
            {
                "boxes": self.transform.to_batch_boxes(
                    np.asarray(target["boxes"], dtype), image.shape[1:], size
                ),
                "labels": np.asarray(target["labels"], np.int64),
            }
            for target, image, size in zip(targets, images, sizes, strict=True)
        ]

    def predict(
        self, images: Sequence[Array], batch_size: int | None = None, stopwatch: Stopwatch | None = None
    ) -> list[Prediction]:
        """Return the detections of each image, best first.

        Parameters
        ----------
        images : sequence of ndarray (3, H, W)
            Values in [0, 1], any sizes.
        batch_size : int, optional
            Images at a time. By default 16 where all are stretched to one size, else one, so that no image is
            padded to another one's size.
        stopwatch : Stopwatch, optional
            Takes the seconds of "features", "proposals", "heads" and "post-processing".

        Returns
        -------
        list of dict
            For each image ``boxes`` (D, 4) in its own pixels, ``scores`` (D,) and ``labels`` (D,).
        """
        if batch_size is None:
            batch_size = 16 if self.transform.fixed_size else 1
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        stopwatch = Stopwatch() if stopwatch is None else stopwatch
        predictions: list[Prediction] = []
        with self.evaluating():
            for start in range(0, len(images), batch_size):
                batch = images[start : start + batch_size]
                x, sizes = self.to_batch(batch)
                for image, size, found in zip(batch, sizes, self._detect(x, sizes, stopwatch), strict=True):
                    boxes = self.transform.to_image_boxes(found["boxes"], image.shape[1:], size)
                    predictions.append({**found, "boxes": boxes})
        return predictions

    def load_state_dict(self, state: Mapping[str, ArrayLike], strict: bool = True) -> None:
        """Take up values by name, see `Layer.load_state_dict`; torchvision's older names are understood."""
        renamed = {}
        for name, value in state.items():
            for old, new in OLD_NAMES:
                name = old.sub(new, name)
            renamed[name] = value
        super().load_state_dict(renamed, strict)

    def __call__(self, images: Sequence[Array], /) -> list[Prediction]:
        """Return `predict`'s detections."""
        return self.predict(images)

    def _detect(self, x: Array, sizes: list[Size], stopwatch: Stopwatch) -> list[Prediction]:
        """Return the detections of a batch in its own pixels."""
        with stopwatch("features"):
            features = self.backbone(x)
        with stopwatch("proposals"):
            proposals = self.rpn.propose(features, x.shape[-2:], sizes)
        with stopwatch("heads"):
            logits, deltas = self.roi_heads.predict_regions(features[: self.roi_levels], proposals, sizes)
        with stopwatch("post-processing"):
            return self.roi_heads.postprocess_detections(logits, deltas, proposals, sizes)
