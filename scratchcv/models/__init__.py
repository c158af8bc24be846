"""Models: whole detectors, with one protocol for training and prediction."""

from scratchcv.models.build import build_model, tiny_config
from scratchcv.models.classifier import Classifier, classifier_tiny
from scratchcv.models.detector import Detector, check_class_names
from scratchcv.models.fast_rcnn import FastRCNN
from scratchcv.models.fast_rcnn_builders import fast_rcnn_alexnet, fast_rcnn_resnet50, fast_rcnn_vgg16
from scratchcv.models.fast_rcnn_heads import FastRCNNConvFCHead, FastRCNNPredictor, TwoMLPHead
from scratchcv.models.fast_rcnn_roi_heads import RoIHeads
from scratchcv.models.fast_rcnn_roi_pool import FastRCNNRoIPool
from scratchcv.models.fast_rcnn_tiny import fast_rcnn_tiny
from scratchcv.models.faster_rcnn import FasterRCNN
from scratchcv.models.faster_rcnn_alexnet import faster_rcnn_alexnet
from scratchcv.models.faster_rcnn_resnet import (
    faster_rcnn_fpn,
    fasterrcnn_resnet50_fpn,
    fasterrcnn_resnet50_fpn_v2,
)
from scratchcv.models.faster_rcnn_single_stage import SingleStageRCNN
from scratchcv.models.faster_rcnn_tiny import faster_rcnn_tiny
from scratchcv.models.localizer import Localizer, localizer_tiny
from scratchcv.models.rcnn import RCNN
from scratchcv.models.rcnn_alexnet import rcnn_alexnet
from scratchcv.models.rcnn_box_regression import BoxRegression, ridge_regression
from scratchcv.models.rcnn_linear_svm import LinearSVMs, mine_hard_negatives
from scratchcv.models.rcnn_linear_svm_platt import platt_scaling
from scratchcv.models.rcnn_linear_svm_solver import fit_linear_svm
from scratchcv.models.rcnn_selection import select_candidates
from scratchcv.models.rcnn_tiny import rcnn_tiny
from scratchcv.models.rcnn_training_set import svm_targets
from scratchcv.models.retinanet import RetinaNet
from scratchcv.models.retinanet_head import RetinaNetHead
from scratchcv.models.retinanet_resnet import retinanet_fpn, retinanet_resnet50_fpn, retinanet_resnet50_fpn_v2
from scratchcv.models.retinanet_tiny import retinanet_tiny
from scratchcv.models.sliding_window import SlidingWindow, sliding_window_tiny
from scratchcv.models.sliding_window_classifier import WindowClassifier
from scratchcv.models.sliding_window_pyramid import ImagePyramid
from scratchcv.models.ssd import SSD
from scratchcv.models.ssd_head import SSDHead, SSDScoringHead
from scratchcv.models.ssd_tiny import ssd_tiny
from scratchcv.models.ssd_vgg import ssd300_vgg16, ssd512_vgg16
from scratchcv.models.ssd_vgg_backbone import SSDFeatureExtractorVGG
from scratchcv.models.tiny_ssd import TinySSD, tiny_ssd_d2l
from scratchcv.models.tiny_ssd_backbone import TinySSDBackbone
from scratchcv.models.yolo_v1 import YOLOv1
from scratchcv.models.yolo_v1_paper import YOLOv1Network, yolo_v1_448
from scratchcv.models.yolo_v1_tiny import yolo_v1_tiny
from scratchcv.models.yolo_v2 import YOLOv2
from scratchcv.models.yolo_v2_darknet import PassthroughDarknet, yolo_v2_darknet19
from scratchcv.models.yolo_v2_head import YOLOHead
from scratchcv.models.yolo_v2_tiny import yolo_v2_tiny, yolo_v3_tiny

__all__ = [
    "RCNN",
    "SSD",
    "BoxRegression",
    "Classifier",
    "Detector",
    "FastRCNN",
    "FastRCNNConvFCHead",
    "FastRCNNPredictor",
    "FastRCNNRoIPool",
    "FasterRCNN",
    "ImagePyramid",
    "LinearSVMs",
    "Localizer",
    "PassthroughDarknet",
    "RetinaNet",
    "RetinaNetHead",
    "RoIHeads",
    "SSDFeatureExtractorVGG",
    "SSDHead",
    "SSDScoringHead",
    "SingleStageRCNN",
    "SlidingWindow",
    "TinySSD",
    "TinySSDBackbone",
    "TwoMLPHead",
    "WindowClassifier",
    "YOLOHead",
    "YOLOv1",
    "YOLOv1Network",
    "YOLOv2",
    "build_model",
    "check_class_names",
    "classifier_tiny",
    "fast_rcnn_alexnet",
    "fast_rcnn_resnet50",
    "fast_rcnn_tiny",
    "fast_rcnn_vgg16",
    "faster_rcnn_alexnet",
    "faster_rcnn_fpn",
    "faster_rcnn_tiny",
    "fasterrcnn_resnet50_fpn",
    "fasterrcnn_resnet50_fpn_v2",
    "fit_linear_svm",
    "localizer_tiny",
    "mine_hard_negatives",
    "platt_scaling",
    "rcnn_alexnet",
    "rcnn_tiny",
    "retinanet_fpn",
    "retinanet_resnet50_fpn",
    "retinanet_resnet50_fpn_v2",
    "retinanet_tiny",
    "ridge_regression",
    "select_candidates",
    "sliding_window_tiny",
    "ssd300_vgg16",
    "ssd512_vgg16",
    "ssd_tiny",
    "svm_targets",
    "tiny_config",
    "tiny_ssd_d2l",
    "yolo_v1_448",
    "yolo_v1_tiny",
    "yolo_v2_darknet19",
    "yolo_v2_tiny",
    "yolo_v3_tiny",
]
