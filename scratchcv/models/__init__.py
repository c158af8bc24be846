"""Models: whole detectors, with one protocol for training and prediction."""

from scratchcv.models.build import build_model
from scratchcv.models.faster_rcnn import FasterRCNN
from scratchcv.models.faster_rcnn_single_stage import SingleStageRCNN
from scratchcv.models.faster_rcnn_tiny import faster_rcnn_tiny
from scratchcv.models.ssd import SSD, ssd_tiny
from scratchcv.models.ssd_head import SSDHead, SSDScoringHead

__all__ = [
    "SSD",
    "FasterRCNN",
    "SSDHead",
    "SSDScoringHead",
    "SingleStageRCNN",
    "build_model",
    "faster_rcnn_tiny",
    "ssd_tiny",
]
