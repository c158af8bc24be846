"""Losses: functions that return the loss and its gradient."""

from scratchcv.losses.balanced_cross_entropy import (
    balance_weights,
    balanced_cross_entropy,
    inverse_frequency_weights,
)
from scratchcv.losses.binary_cross_entropy import binary_cross_entropy, binary_cross_entropy_with_logits
from scratchcv.losses.border_weights import border_weights
from scratchcv.losses.content import content_loss
from scratchcv.losses.cross_entropy import cross_entropy
from scratchcv.losses.dice import dice_loss
from scratchcv.losses.fast_rcnn import fast_rcnn_loss
from scratchcv.losses.focal import focus, sigmoid_focal_loss, softmax_focal_loss
from scratchcv.losses.giou import generalized_box_iou_loss
from scratchcv.losses.hierarchical_cross_entropy import hierarchical_cross_entropy
from scratchcv.losses.hinge import hinge_loss, linear_svm_loss, one_versus_rest
from scratchcv.losses.keypoint import keypointrcnn_loss, keypoints_to_heatmap
from scratchcv.losses.l1 import l1_loss
from scratchcv.losses.mask import maskrcnn_loss
from scratchcv.losses.mse import mse_loss
from scratchcv.losses.multi_task import multi_task_loss
from scratchcv.losses.multibox import multibox_loss
from scratchcv.losses.retinanet import retinanet_loss
from scratchcv.losses.rpn import rpn_loss
from scratchcv.losses.smooth_l1 import smooth_l1_loss
from scratchcv.losses.style import gram_matrix, gram_matrix_backward, style_loss
from scratchcv.losses.total_variation import total_variation_loss
from scratchcv.losses.yolo_v1 import split_yolo_v1, yolo_v1_loss
from scratchcv.losses.yolo_v2 import yolo_v2_loss
from scratchcv.losses.yolo_v3 import yolo_v3_loss

__all__ = [
    "balance_weights",
    "balanced_cross_entropy",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "border_weights",
    "content_loss",
    "cross_entropy",
    "dice_loss",
    "fast_rcnn_loss",
    "focus",
    "generalized_box_iou_loss",
    "gram_matrix",
    "gram_matrix_backward",
    "hierarchical_cross_entropy",
    "hinge_loss",
    "inverse_frequency_weights",
    "keypointrcnn_loss",
    "keypoints_to_heatmap",
    "l1_loss",
    "linear_svm_loss",
    "maskrcnn_loss",
    "mse_loss",
    "multi_task_loss",
    "multibox_loss",
    "one_versus_rest",
    "retinanet_loss",
    "rpn_loss",
    "sigmoid_focal_loss",
    "smooth_l1_loss",
    "softmax_focal_loss",
    "split_yolo_v1",
    "style_loss",
    "total_variation_loss",
    "yolo_v1_loss",
    "yolo_v2_loss",
    "yolo_v3_loss",
]
