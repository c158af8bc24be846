"""The region proposal network: proposals from the features that the detector has anyway."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

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
    remove_small_boxes,
    sample_balanced,
    threshold_scores,
    top_k,
)
from scratchcv.checks import Array
from scratchcv.layers import Layer, sigmoid
from scratchcv.losses import rpn_loss
from scratchcv.proposals.rpn_head import RPNHead

Size = tuple[int, int]
"""Height and width."""

Counts = Mapping[str, int]
"""A number for ``"training"`` and one for ``"testing"``."""


class RegionProposalNetwork(Layer):
    """Ask of every anchor whether an object is there and where exactly, and propose the best answers.

    Parameters
    ----------
    head : RPNHead
        Gives each anchor its objectness and its deltas.
    sizes : sequence of sequence of float
        For each feature map the sizes of its anchors in pixels.
    aspect_ratios : sequence of sequence of float
        For each feature map the ratios height / width.
    fg_iou_thresh, bg_iou_thresh : float
        An anchor with at least the one IoU learns an object, with less than the other the background.
    batch_size_per_image, positive_fraction : int, float
        So many anchors of an image are drawn for the loss, at most this share of them positive.
    pre_nms_top_n, post_nms_top_n : mapping
        The best so many of each level come to the suppression, the best of an image out of it; for
        ``"training"`` and for ``"testing"``.
    nms_thresh, score_thresh, min_size : float
        Of two proposals of a level with a higher IoU than the first the weaker is dropped; proposals with a
        smaller probability than the second, and with a smaller side than the third in pixels, are dropped.

    Raises
    ------
    ValueError
        When a level has another number of anchors than the head.

    Notes
    -----
    Arguments, their values and the order of all steps are torchvision's. Proposals are constants to the
    second stage: no gradient flows through them, nor through the choice of them.

    References
    ----------
    S. Ren et al., "Faster R-CNN", 2015, section 3.1; lectures S1, lines 735-897, and S2, lines 525-609.

    Examples
    --------
    >>> rpn = RegionProposalNetwork(RPNHead(16, num_anchors=3), sizes=[(32,)], aspect_ratios=[(0.5, 1, 2)])
    >>> features = [np.zeros((1, 16, 4, 4), np.float32)]
    >>> [proposals.shape for proposals in rpn.propose(features, (64, 64), [(64, 64)])]  # of 48 anchors
    [(48, 4)]
    """

    def __init__(
        self,
        head: RPNHead,
        sizes: Sequence[Sequence[float]],
        aspect_ratios: Sequence[Sequence[float]],
        *,
        fg_iou_thresh: float = 0.7,
        bg_iou_thresh: float = 0.3,
        batch_size_per_image: int = 256,
        positive_fraction: float = 0.5,
        pre_nms_top_n: Counts | None = None,
        post_nms_top_n: Counts | None = None,
        nms_thresh: float = 0.7,
        score_thresh: float = 0.0,
        min_size: float = 1e-3,
    ) -> None:
        per_cell = [len(s) * len(r) for s, r in zip(sizes, aspect_ratios, strict=True)]
        if set(per_cell) != {head.num_anchors}:
            raise ValueError(
                f"each level must have the head's {head.num_anchors} anchors a cell, got {per_cell}"
            )
        self.head = head
        self.sizes = sizes
        self.aspect_ratios = aspect_ratios
        self.fg_iou_thresh = fg_iou_thresh
        self.bg_iou_thresh = bg_iou_thresh
        self.batch_size_per_image = batch_size_per_image
        self.positive_fraction = positive_fraction
        self.pre_nms_top_n = {"training": 2000, "testing": 1000} | dict(pre_nms_top_n or {})
        self.post_nms_top_n = {"training": 2000, "testing": 1000} | dict(post_nms_top_n or {})
        self.nms_thresh = nms_thresh
        self.score_thresh = score_thresh
        self.min_size = min_size

    def forward(
        self,
        features: list[Array],
        batch_shape: Size,
        image_sizes: Sequence[Size],
        targets: Sequence[Mapping[str, Array]],
        rng: np.random.Generator,
    ) -> tuple[tuple[list[Array], dict[str, float]], Any]:
        """Return proposals with the two losses, and the cache for `backward`.

        Parameters
        ----------
        features : list of ndarray (N, C, H, W)
            One feature map a level.
        batch_shape : (height, width)
            The network's input in pixels, padding included.
        image_sizes : sequence of (height, width)
            Of each image without padding: proposals end there.
        targets : sequence of dict
            For each image ``boxes`` (R, 4) in these pixels.
        rng : numpy.random.Generator
            Draws the anchors that the loss counts.

        Returns
        -------
        proposals : list of ndarray (P, 4)
            For each image, best first.
        losses : dict
            ``"objectness"`` and ``"rpn_box"``.
        cache : tuple
        """
        (logits, deltas), head_cache = self.head.forward(features)
        anchors, counts = self.anchors(features, batch_shape)
        objectness = logits[..., 0]
        labels, target_deltas = self._targets(anchors, targets, rng)
        losses, gradients = rpn_loss(
            objectness, deltas, labels, target_deltas, n_cls=None, n_reg=None, balance=1, beta=1 / 9
        )
        proposals = [
            self._select(objectness[n], deltas[n], anchors, counts, size, "training")
            for n, size in enumerate(image_sizes)
        ]
        named = {"objectness": losses["objectness"], "rpn_box": losses["box"]}
        return (proposals, named), (head_cache, gradients)

    def backward(self, cache: Any) -> list[Array]:
        """Return the gradient of each feature map; the losses' own were computed with them."""
        head_cache, (dobjectness, ddeltas) = cache
        return self.head.backward((dobjectness[..., None], ddeltas), head_cache)

    def propose(self, features: list[Array], batch_shape: Size, image_sizes: Sequence[Size]) -> list[Array]:
        """Return for each image its proposals (P, 4), best first; arguments as of `forward`."""
        logits, deltas = self.head(features)
        anchors, counts = self.anchors(features, batch_shape)
        return [
            self._select(logits[n, :, 0], deltas[n], anchors, counts, size, "testing")
            for n, size in enumerate(image_sizes)
        ]

    def anchors(self, features: list[Array], batch_shape: Size) -> tuple[Array, list[int]]:
        """Return the anchors (A, 4) of all levels in pixels of the batch, and how many each level has."""
        cells = [feature.shape[-2:] for feature in features]
        dtype = features[0].dtype
        anchors = grid_anchors(cells, batch_shape, self.sizes, self.aspect_ratios, dtype=dtype)
        return anchors, [rows * columns * self.head.num_anchors for rows, columns in cells]

    def sample_matches(self, anchors: Array, gt_boxes: Array, rng: np.random.Generator) -> Array:
        """Return for each anchor (A,) the index of its truth, BACKGROUND, or IGNORE where not drawn."""
        iou = box_iou(anchors, gt_boxes)
        matches = match_rpn(iou, self.fg_iou_thresh, self.bg_iou_thresh)
        drawn = sample_balanced(
            matches, rng, batch_size=self.batch_size_per_image, positive_fraction=self.positive_fraction
        )
        sampled = np.full_like(matches, IGNORE)
        for chosen in drawn:
            sampled[chosen] = matches[chosen]
        return sampled

    def _targets(
        self, anchors: Array, targets: Sequence[Mapping[str, Array]], rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Return for each image and anchor its label, 1, 0 or IGNORE, and its target deltas."""
        labels = np.full((len(targets), len(anchors)), IGNORE, np.int64)
        deltas = np.zeros((*labels.shape, 4), anchors.dtype)
        for n, target in enumerate(targets):
            gt_boxes = np.asarray(target["boxes"], anchors.dtype)
            matches = self.sample_matches(anchors, gt_boxes, rng)
            positive = matches >= 0
            labels[n, positive] = 1
            labels[n, matches == BACKGROUND] = 0
            deltas[n, positive] = encode_deltas(gt_boxes[matches[positive]], anchors[positive])
        return labels, deltas

    def _select(
        self, objectness: Array, deltas: Array, anchors: Array, counts: list[int], size: Size, mode: str
    ) -> Array:
        """Return one image's proposals: the best anchors of each level, moved, cut off, without doubles."""
        starts = np.cumsum([0, *counts[:-1]])
        best = [
            start + top_k(objectness[start : start + count], self.pre_nms_top_n[mode])[1]
            for start, count in zip(starts, counts, strict=True)
        ]
        levels = np.repeat(np.arange(len(best)), [len(level) for level in best])
        chosen = np.concatenate(best)
        boxes = clip_boxes_to_image(decode_deltas(deltas[chosen], anchors[chosen]), size)
        scores = sigmoid(objectness[chosen])
        kept = remove_small_boxes(boxes, self.min_size)
        kept = kept[threshold_scores(scores[kept], self.score_thresh, strict=False)]
        boxes, scores, levels = boxes[kept], scores[kept], levels[kept]
        kept = batched_nms(boxes, scores, levels, self.nms_thresh)
        proposals: Array = boxes[kept[: self.post_nms_top_n[mode]]]
        return proposals
