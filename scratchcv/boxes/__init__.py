"""Geometry of boxes: formats, overlap, suppression, deltas, anchors, matching and sampling.

A box is `xyxy`, in absolute pixels, with continuous coordinates: (x2 − x1)(y2 − y1) is its area, without + 1.
"""

from scratchcv.boxes.anchors import grid_anchors, multibox_prior
from scratchcv.boxes.area import box_area
from scratchcv.boxes.clip import clip_boxes_to_image, remove_small_boxes
from scratchcv.boxes.convert import box_convert
from scratchcv.boxes.default_box_scales import default_box_scales
from scratchcv.boxes.default_boxes import ssd300_default_boxes, ssd512_default_boxes, ssd_default_boxes
from scratchcv.boxes.deltas import decode_deltas, encode_deltas
from scratchcv.boxes.generalized_iou import generalized_box_iou
from scratchcv.boxes.iou import box_iou, iou_quality
from scratchcv.boxes.matching import (
    BACKGROUND,
    IGNORE,
    match_best_then_threshold,
    match_bipartite,
    match_rpn,
)
from scratchcv.boxes.nms import batched_nms, nms
from scratchcv.boxes.sampling import hard_negative_mask, sample_balanced
from scratchcv.boxes.soft_nms import soft_nms

__all__ = [
    "BACKGROUND",
    "IGNORE",
    "batched_nms",
    "box_area",
    "box_convert",
    "box_iou",
    "clip_boxes_to_image",
    "decode_deltas",
    "default_box_scales",
    "encode_deltas",
    "generalized_box_iou",
    "grid_anchors",
    "hard_negative_mask",
    "iou_quality",
    "match_best_then_threshold",
    "match_bipartite",
    "match_rpn",
    "multibox_prior",
    "nms",
    "remove_small_boxes",
    "sample_balanced",
    "soft_nms",
    "ssd300_default_boxes",
    "ssd512_default_boxes",
    "ssd_default_boxes",
]
