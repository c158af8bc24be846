"""How good a model is: average precision (VOC, COCO), segmentation, panoptic quality, proposals; its size."""

from scratchcv.metrics.average_precision import average_precision
from scratchcv.metrics.boundary_f1 import boundary_f1, mean_boundary_f1
from scratchcv.metrics.coco import coco_evaluate
from scratchcv.metrics.coco_result import CocoResult
from scratchcv.metrics.confusion_matrix import confusion_matrix
from scratchcv.metrics.localization_accuracy import localization_accuracy
from scratchcv.metrics.mask_iou import mask_iou
from scratchcv.metrics.mean_average_precision import MeanAveragePrecision, mean_average_precision
from scratchcv.metrics.model_summary import LayerSummary, ModelSummary, summary
from scratchcv.metrics.object_keypoint_similarity import COCO_SIGMAS, object_keypoint_similarity
from scratchcv.metrics.panoptic_quality import PanopticResult, panoptic_quality
from scratchcv.metrics.pixel_error import PixelErrorSweep, pixel_error, pixel_error_sweep
from scratchcv.metrics.precision_recall import precision_envelope, precision_recall_curve
from scratchcv.metrics.prediction_flops import prediction_flops
from scratchcv.metrics.proposal_recall import ProposalRecall, proposal_recall
from scratchcv.metrics.segmentation import (
    class_accuracy,
    class_dice,
    class_iou,
    frequency_weighted_iou,
    mean_accuracy,
    mean_dice,
    mean_iou,
    pixel_accuracy,
)
from scratchcv.metrics.segmentation_evaluate import SegmentationResult, segmentation_evaluate
from scratchcv.metrics.stopwatch import Stopwatch
from scratchcv.metrics.top_k_accuracy import top_k_accuracy

__all__ = [
    "COCO_SIGMAS",
    "CocoResult",
    "LayerSummary",
    "MeanAveragePrecision",
    "ModelSummary",
    "PanopticResult",
    "PixelErrorSweep",
    "ProposalRecall",
    "SegmentationResult",
    "Stopwatch",
    "average_precision",
    "boundary_f1",
    "class_accuracy",
    "class_dice",
    "class_iou",
    "coco_evaluate",
    "confusion_matrix",
    "frequency_weighted_iou",
    "localization_accuracy",
    "mask_iou",
    "mean_accuracy",
    "mean_average_precision",
    "mean_boundary_f1",
    "mean_dice",
    "mean_iou",
    "object_keypoint_similarity",
    "panoptic_quality",
    "pixel_accuracy",
    "pixel_error",
    "pixel_error_sweep",
    "precision_envelope",
    "precision_recall_curve",
    "prediction_flops",
    "proposal_recall",
    "segmentation_evaluate",
    "summary",
    "top_k_accuracy",
]
