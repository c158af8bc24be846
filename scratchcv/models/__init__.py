"""Models: whole detectors, with one protocol for training and prediction."""

from scratchcv.models.build import build_model
from scratchcv.models.localizer import Localizer, localizer_tiny
from scratchcv.models.sliding_window import SlidingWindow, sliding_window_tiny
from scratchcv.models.sliding_window_classifier import WindowClassifier
from scratchcv.models.sliding_window_pyramid import ImagePyramid
from scratchcv.models.ssd import SSD, ssd_tiny
from scratchcv.models.ssd_head import SSDHead, SSDScoringHead

__all__ = [
    "SSD",
    "ImagePyramid",
    "Localizer",
    "SSDHead",
    "SSDScoringHead",
    "SlidingWindow",
    "WindowClassifier",
    "build_model",
    "localizer_tiny",
    "sliding_window_tiny",
    "ssd_tiny",
]
