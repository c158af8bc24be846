"""Fast R-CNN's second half: from the whole image's features and proposals to losses, or to detections."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.boxes import (
    batched_nms,
    box_iou,
    boxes_to_rois,
    clip_boxes_to_image,
    decode_class_deltas,
    encode_deltas,
    match_proposals,
    remove_small_boxes,
    sample_balanced,
)
from scratchcv.checks import Array
from scratchcv.layers import Layer, softmax
from scratchcv.losses import fast_rcnn_loss
from scratchcv.models.detector import Prediction, Target

Sizes = Sequence[tuple[int, int]]

SMALLEST_SIDE = 1e-2
"""Detections thinner than this, in pixels, are dropped."""

BETA = 1 / 9
"""Where the box loss turns into a line, as in torchvision."""


class RoIHeads(Layer):
    """Read each region's features, say what it shows, and correct its box.

    Parameters
    ----------
    box_roi_pool : Layer
        From feature maps, rois (K, 5) and image sizes to region features, such as `MultiScaleRoIAlign`.
    box_head : Layer
        From region features to one vector a region.
    box_predictor : Layer
        From vectors to logits (K, q) and class-specific deltas (K, 4q).
    fg_iou_thresh, bg_iou_thresh : float
        A proposal shows an object from the one IoU on, and background below the other.
    batch_size_per_image, positive_fraction : int, float
        Regions of an image that a training step looks at, and how many of them may show objects.
    bbox_reg_weights : sequence of 4 float
        Scale of the deltas.
    score_thresh, nms_thresh, detections_per_img : float, float, int
        Detections score more than the first; of two of a class that overlap more than the second, the weaker
        goes; the best so many are kept.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015, section 2; torchvision.models.detection.roi_heads.RoIHeads.

    Examples
    --------
    >>> from scratchcv.layers import MultiScaleRoIAlign
    >>> from scratchcv.models.fast_rcnn_heads import FastRCNNPredictor, TwoMLPHead
    >>> heads = RoIHeads(MultiScaleRoIAlign(7, 2), TwoMLPHead(8 * 49, 32), FastRCNNPredictor(32, 3))
    >>> features, proposals = [np.zeros((1, 8, 16, 16), np.float32)], [np.array([[0, 0, 50, 60]], np.float32)]
    >>> [prediction["boxes"].shape for prediction in heads.predict(features, proposals, [(128, 128)])]
    [(2, 4)]
    """

    def __init__(
        self,
        box_roi_pool: Layer,
        box_head: Layer,
        box_predictor: Layer,
        *,
        fg_iou_thresh: float = 0.5,
        bg_iou_thresh: float = 0.5,
        batch_size_per_image: int = 512,
        positive_fraction: float = 0.25,
        bbox_reg_weights: Sequence[float] = (10.0, 10.0, 5.0, 5.0),
        score_thresh: float = 0.05,
        nms_thresh: float = 0.5,
        detections_per_img: int = 100,
    ) -> None:
        self.box_roi_pool = box_roi_pool
        self.box_head = box_head
        self.box_predictor = box_predictor
        self.fg_iou_thresh = fg_iou_thresh
        self.bg_iou_thresh = bg_iou_thresh
        self.batch_size_per_image = batch_size_per_image
        self.positive_fraction = positive_fraction
        self.bbox_reg_weights = tuple(bbox_reg_weights)
        self.score_thresh = score_thresh
        self.nms_thresh = nms_thresh
        self.detections_per_img = detections_per_img

    def forward(
        self,
        features: Sequence[Array],
        proposals: Sequence[Array],
        image_sizes: Sizes,
        targets: Sequence[Target],
        rng: np.random.Generator,
    ) -> tuple[dict[str, float], Any]:
        """Return the losses of a sample of the proposals, and the cache for `backward`.

        Parameters
        ----------
        features : sequence of ndarray (N, C, H, W)
            The batch's feature maps.
        proposals : sequence of ndarray (P, 4)
            Each image's boxes, in pixels of the resized image.
        image_sizes : sequence of (int, int)
            Height and width of each resized image.
        targets : sequence of dict
            Each image's ``boxes`` (R, 4) in the same pixels, and ``labels`` (R,).
        rng : numpy.random.Generator
            Draws the sample; not asked where it takes everything.

        Returns
        -------
        losses : dict
            ``"classification"`` and ``"box"``, each divided by the number of sampled regions.
        cache
        """
        regions, labels, target_deltas = self.select_training_samples(proposals, targets, rng)
        (logits, deltas), caches = self._forward_regions(features, regions, image_sizes)
        target_deltas = target_deltas.astype(deltas.dtype, copy=False)
        losses, gradients = fast_rcnn_loss(logits, deltas, labels, target_deltas, beta=BETA)
        return losses, (caches, gradients)

    def backward(self, cache: Any) -> list[Array]:
        """Return the gradient of each feature map; regions that overlap add up in it."""
        (pool_cache, head_cache, predictor_cache), gradients = cache
        dvectors = self.box_predictor.backward(gradients, predictor_cache)
        dregions = self.box_head.backward(dvectors, head_cache)
        dfeatures: list[Array] = self.box_roi_pool.backward(dregions, pool_cache)
        return dfeatures

    def select_training_samples(
        self, proposals: Sequence[Array], targets: Sequence[Target], rng: np.random.Generator
    ) -> tuple[list[Array], Array, Array]:
        """Return each image's sampled regions, and of all of them the labels (K,) and target deltas (K, 4).

        The true boxes join the proposals, so that an object that no proposal found is learned as well.
        """
        regions, labels, deltas = [], [np.zeros(0, np.int64)], [np.zeros((0, 4), np.float32)]
        for boxes, target in zip(proposals, targets, strict=True):
            gt_boxes = np.asarray(target["boxes"], boxes.dtype)
            boxes = np.concatenate([boxes, gt_boxes])
            matches = match_proposals(box_iou(boxes, gt_boxes), self.fg_iou_thresh, self.bg_iou_thresh)
            positive, negative = sample_balanced(
                matches, rng, batch_size=self.batch_size_per_image, positive_fraction=self.positive_fraction
            )
            sampled = np.sort(np.concatenate([positive, negative]))
            boxes, matches = boxes[sampled], matches[sampled]
            shows = matches >= 0
            label, delta = np.zeros(len(boxes), np.int64), np.zeros_like(boxes)
            label[shows] = np.asarray(target["labels"])[matches[shows]]
            delta[shows] = encode_deltas(
                gt_boxes[matches[shows]], boxes[shows], weights=self.bbox_reg_weights
            )
            regions.append(boxes)
            labels.append(label)
            deltas.append(delta)
        return regions, np.concatenate(labels), np.concatenate(deltas)

    def predict(
        self, features: Sequence[Array], proposals: Sequence[Array], image_sizes: Sizes
    ) -> list[Prediction]:
        """Return each image's detections, best first, in pixels of the resized image.

        Parameters
        ----------
        features, proposals, image_sizes
            As for `forward`.

        Returns
        -------
        list of dict
            ``boxes`` (D, 4), ``scores`` (D,) and ``labels`` (D,).
        """
        logits, deltas = self.predict_regions(features, proposals, image_sizes)
        return self.postprocess_detections(logits, deltas, proposals, image_sizes)

    def predict_regions(
        self, features: Sequence[Array], proposals: Sequence[Array], image_sizes: Sizes
    ) -> tuple[Array, Array]:
        """Return logits (K, q) and deltas (K, 4q) of all images' K proposals, keeping no cache."""
        regions = self.box_roi_pool(features, boxes_to_rois(proposals), image_sizes)
        logits, deltas = self.box_predictor(self.box_head(regions))
        return logits, deltas

    def postprocess_detections(
        self, logits: Array, deltas: Array, proposals: Sequence[Array], image_sizes: Sizes
    ) -> list[Prediction]:
        """Return each image's detections: decode, clip, drop what is unsure or thin, suppress by class.

        A proposal may come out for several classes, each with a box of its own.
        """
        scores, starts = softmax(logits, axis=-1), np.cumsum([0, *map(len, proposals)])
        predictions = []
        for boxes, size, start, stop in zip(proposals, image_sizes, starts[:-1], starts[1:], strict=True):
            of_classes = decode_class_deltas(deltas[start:stop], boxes, weights=self.bbox_reg_weights)
            predictions.append(self._select(of_classes[:, 1:], scores[start:stop, 1:], size))
        return predictions

    def _select(self, boxes: Array, scores: Array, size: tuple[int, int]) -> Prediction:
        """Select among one image's boxes (P, K, 4) with their scores (P, K), background left out."""
        labels = np.broadcast_to(np.arange(1, scores.shape[1] + 1), scores.shape).reshape(-1)
        boxes, scores = clip_boxes_to_image(boxes.reshape(-1, 4), size), scores.reshape(-1)
        kept = np.flatnonzero(scores > self.score_thresh)
        kept = kept[remove_small_boxes(boxes[kept], SMALLEST_SIDE)]
        kept = kept[batched_nms(boxes[kept], scores[kept], labels[kept], self.nms_thresh)]
        kept = kept[: self.detections_per_img]
        return {"boxes": boxes[kept], "scores": scores[kept], "labels": labels[kept]}

    def _forward_regions(
        self, features: Sequence[Array], boxes: Sequence[Array], image_sizes: Sizes
    ) -> tuple[tuple[Array, Array], tuple[Any, Any, Any]]:
        """Return logits and deltas of all regions, and the three caches."""
        regions, pool_cache = self.box_roi_pool.forward(features, boxes_to_rois(boxes), image_sizes)
        vectors, head_cache = self.box_head.forward(regions)
        outputs, predictor_cache = self.box_predictor.forward(vectors)
        return outputs, (pool_cache, head_cache, predictor_cache)
