"""Models: whole detectors, with one protocol for training and prediction."""

from scratchcv.models.build import build_model
from scratchcv.models.fast_rcnn_heads import FastRCNNConvFCHead, FastRCNNPredictor, TwoMLPHead
from scratchcv.models.fast_rcnn_roi_heads import RoIHeads
from scratchcv.models.ssd import SSD, ssd_tiny
from scratchcv.models.ssd_head import SSDHead, SSDScoringHead

__all__ = [
    "SSD",
    "FastRCNNConvFCHead",
    "FastRCNNPredictor",
    "RoIHeads",
    "SSDHead",
    "SSDScoringHead",
    "TwoMLPHead",
    "build_model",
    "ssd_tiny",
]
