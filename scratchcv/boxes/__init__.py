"""Geometry of boxes: formats, overlap, suppression, deltas, anchors, matching and sampling.

A box is `xyxy`, in absolute pixels, with continuous coordinates: (x2 − x1)(y2 − y1) is its area, without + 1.
"""

from scratchcv.boxes.anchors import grid_anchors, multibox_prior
from scratchcv.boxes.area import box_area, box_area_backward
from scratchcv.boxes.class_deltas import (
    decode_class_deltas,
    decode_class_deltas_backward,
    select_class_deltas,
    select_class_deltas_backward,
)
from scratchcv.boxes.clip import clip_boxes_to_image, clip_boxes_to_image_backward, remove_small_boxes
from scratchcv.boxes.convert import box_convert, box_convert_backward
from scratchcv.boxes.decode_deltas import decode_deltas, decode_deltas_backward
from scratchcv.boxes.default_box_scales import default_box_scales
from scratchcv.boxes.default_boxes import ssd300_default_boxes, ssd512_default_boxes, ssd_default_boxes
from scratchcv.boxes.distance_transform import distance_transform
from scratchcv.boxes.encode_deltas import encode_deltas, encode_deltas_backward
from scratchcv.boxes.gather import gather, gather_backward
from scratchcv.boxes.generalized_iou import (
    generalized_box_iou,
    generalized_box_iou_backward,
    paired_giou,
    paired_giou_backward,
)
from scratchcv.boxes.iou import box_iou, box_iou_backward, iou_quality
from scratchcv.boxes.kmeans_anchors import kmeans_anchors
from scratchcv.boxes.match_proposals import match_proposals
from scratchcv.boxes.matching import (
    BACKGROUND,
    IGNORE,
    match_best_then_threshold,
    match_bipartite,
    match_rpn,
)
from scratchcv.boxes.multibox_conventions import MULTIBOX_CONVENTIONS, MultiboxConvention
from scratchcv.boxes.multibox_detection import multibox_detection
from scratchcv.boxes.multibox_target import NOT_SAMPLED, multibox_target
from scratchcv.boxes.multiclass_nms import multiclass_nms
from scratchcv.boxes.nms import batched_nms, nms
from scratchcv.boxes.rois import boxes_to_rois, rois_to_boxes
from scratchcv.boxes.sampling import hard_negative_mask, sample_balanced
from scratchcv.boxes.select_detections import (
    best_class,
    best_class_backward,
    select_least_background,
    select_top_of_class,
    select_top_of_image,
    threshold_scores,
)
from scratchcv.boxes.shape_iou import iou_cxcywh, shape_iou
from scratchcv.boxes.sliding_windows import count_boxes, count_windows, sliding_windows
from scratchcv.boxes.soft_nms import soft_nms, soft_nms_backward
from scratchcv.boxes.top_k import top_k
from scratchcv.boxes.yolo_grid import (
    decode_yolo_grid,
    decode_yolo_grid_backward,
    encode_yolo_grid,
    yolo_label_vectors,
)
from scratchcv.boxes.yolo_v2 import decode_yolo_v2, decode_yolo_v2_backward

__all__ = [
    "BACKGROUND",
    "IGNORE",
    "MULTIBOX_CONVENTIONS",
    "NOT_SAMPLED",
    "MultiboxConvention",
    "batched_nms",
    "best_class",
    "best_class_backward",
    "box_area",
    "box_area_backward",
    "box_convert",
    "box_convert_backward",
    "box_iou",
    "box_iou_backward",
    "boxes_to_rois",
    "clip_boxes_to_image",
    "clip_boxes_to_image_backward",
    "count_boxes",
    "count_windows",
    "decode_class_deltas",
    "decode_class_deltas_backward",
    "decode_deltas",
    "decode_deltas_backward",
    "decode_yolo_grid",
    "decode_yolo_grid_backward",
    "decode_yolo_v2",
    "decode_yolo_v2_backward",
    "default_box_scales",
    "distance_transform",
    "encode_deltas",
    "encode_deltas_backward",
    "encode_yolo_grid",
    "gather",
    "gather_backward",
    "generalized_box_iou",
    "generalized_box_iou_backward",
    "grid_anchors",
    "hard_negative_mask",
    "iou_cxcywh",
    "iou_quality",
    "kmeans_anchors",
    "match_best_then_threshold",
    "match_bipartite",
    "match_proposals",
    "match_rpn",
    "multibox_detection",
    "multibox_prior",
    "multibox_target",
    "multiclass_nms",
    "nms",
    "paired_giou",
    "paired_giou_backward",
    "remove_small_boxes",
    "rois_to_boxes",
    "sample_balanced",
    "select_class_deltas",
    "select_class_deltas_backward",
    "select_least_background",
    "select_top_of_class",
    "select_top_of_image",
    "shape_iou",
    "sliding_windows",
    "soft_nms",
    "soft_nms_backward",
    "ssd300_default_boxes",
    "ssd512_default_boxes",
    "ssd_default_boxes",
    "threshold_scores",
    "top_k",
    "yolo_label_vectors",
]
