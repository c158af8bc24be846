"""Models: whole detectors, with one protocol for training and prediction."""

from scratchcv.models.build import build_model
from scratchcv.models.classifier import Classifier, classifier_tiny
from scratchcv.models.ssd import SSD, ssd_tiny
from scratchcv.models.ssd_head import SSDHead, SSDScoringHead

__all__ = [
    "SSD",
    "Classifier",
    "SSDHead",
    "SSDScoringHead",
    "build_model",
    "classifier_tiny",
    "ssd_tiny",
]
