"""How good a detector is: precision and recall, average precision (VOC, COCO), COCO's twelve numbers."""

from scratchcv.metrics.average_precision import average_precision
from scratchcv.metrics.coco import coco_evaluate
from scratchcv.metrics.coco_result import CocoResult
from scratchcv.metrics.mean_average_precision import MeanAveragePrecision, mean_average_precision
from scratchcv.metrics.precision_recall import precision_envelope, precision_recall_curve

__all__ = [
    "CocoResult",
    "MeanAveragePrecision",
    "average_precision",
    "coco_evaluate",
    "mean_average_precision",
    "precision_envelope",
    "precision_recall_curve",
]
