"""Models: whole detectors, with one protocol for training and prediction."""

from scratchcv.models.build import build_model, tiny_config
from scratchcv.models.fast_rcnn_heads import FastRCNNConvFCHead, FastRCNNPredictor, TwoMLPHead
from scratchcv.models.fast_rcnn_roi_heads import RoIHeads
from scratchcv.models.faster_rcnn import FasterRCNN
from scratchcv.models.faster_rcnn_resnet import (
    faster_rcnn_fpn,
    fasterrcnn_resnet50_fpn,
    fasterrcnn_resnet50_fpn_v2,
)
from scratchcv.models.faster_rcnn_single_stage import SingleStageRCNN
from scratchcv.models.faster_rcnn_tiny import faster_rcnn_tiny
from scratchcv.models.localizer import Localizer, localizer_tiny
from scratchcv.models.rcnn import RCNN
from scratchcv.models.rcnn_box_regression import BoxRegression, ridge_regression
from scratchcv.models.rcnn_builders import rcnn_tiny
from scratchcv.models.rcnn_linear_svm import LinearSVMs, fit_linear_svm, mine_hard_negatives
from scratchcv.models.rcnn_selection import select_candidates
from scratchcv.models.rcnn_training_set import svm_targets
from scratchcv.models.sliding_window import SlidingWindow, sliding_window_tiny
from scratchcv.models.sliding_window_classifier import WindowClassifier
from scratchcv.models.sliding_window_pyramid import ImagePyramid
from scratchcv.models.ssd import SSD, ssd_tiny
from scratchcv.models.ssd_head import SSDHead, SSDScoringHead

__all__ = [
    "RCNN",
    "SSD",
    "BoxRegression",
    "FastRCNNConvFCHead",
    "FastRCNNPredictor",
    "FasterRCNN",
    "ImagePyramid",
    "LinearSVMs",
    "Localizer",
    "RoIHeads",
    "SSDHead",
    "SSDScoringHead",
    "SingleStageRCNN",
    "SlidingWindow",
    "TwoMLPHead",
    "WindowClassifier",
    "build_model",
    "faster_rcnn_fpn",
    "faster_rcnn_tiny",
    "fasterrcnn_resnet50_fpn",
    "fasterrcnn_resnet50_fpn_v2",
    "fit_linear_svm",
    "localizer_tiny",
    "mine_hard_negatives",
    "rcnn_tiny",
    "ridge_regression",
    "select_candidates",
    "sliding_window_tiny",
    "ssd_tiny",
    "svm_targets",
    "tiny_config",
]
