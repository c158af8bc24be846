"""Faster R-CNN: proposals from the detector's own features, then a closer look at each of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backbones import OLD_FPN_NAMES, rename_parameters
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform, check_images, check_targets
from scratchcv.layers import Layer
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Detector, Prediction, Target
from scratchcv.models.fast_rcnn_roi_heads import RoIHeads
from scratchcv.proposals import RegionProposalNetwork

Size = tuple[int, int]

OLD_NAMES = [
    (re.compile(r"^rpn\.head\.conv\.(weight|bias)$"), r"rpn.head.conv.0.0.\1"),
    *OLD_FPN_NAMES,
]
"""What parameters were called in torchvision's older weights, ``COCO_V1`` among them, and are called now."""


class FasterRCNN(Detector):
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
        self.transform, self.size = transform, transform.size
        # One by one where sizes differ: no image is padded to another one's size.
        self.images_at_a_time = 16 if transform.fixed_size else 1
        self.backbone = backbone
        self.rpn = rpn
        self.roi_heads = roi_heads
        self.num_classes = num_classes
        self.config = config
        self.roi_levels = roi_levels
        self.rng = np.random.default_rng(seed)

    @property
    def boxes_an_image(self) -> int:
        """How many proposals the second stage classifies in an image, at most."""
        return self.rpn.post_nms_top_n["testing"]

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the four losses of a batch, and the cache for `backward`."""
        check_images(images)
        check_targets(targets, images, num_classes=self.num_classes)
        x, sizes = self.transform.to_batch(images, self.dtype)
        targets = self.transform.to_batch_targets(targets, images, sizes, self.dtype)
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

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of one batch, each image's in its own pixels."""
        x, sizes = self.transform.to_batch(images, self.dtype)
        return self.transform.postprocess(self._detect(x, sizes, watch), images, sizes)

    def load_state_dict(self, state: Mapping[str, ArrayLike], strict: bool = True) -> None:
        """Take up values by name, see `Layer.load_state_dict`; torchvision's older names are understood."""
        super().load_state_dict(rename_parameters(state, OLD_NAMES), strict)

    def _detect(self, x: Array, sizes: list[Size], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of a batch in its own pixels."""
        with watch("features"):
            features = self.backbone(x)
        with watch("proposals"):
            proposals = self.rpn.propose(features, x.shape[-2:], sizes)
        with watch("heads"):
            logits, deltas = self.roi_heads.predict_regions(features[: self.roi_levels], proposals, sizes)
        with watch("post-processing"):
            return self.roi_heads.postprocess_detections(logits, deltas, proposals, sizes)
