"""Models: whole detectors, with one protocol for training and prediction."""

from scratchcv.models.build import build_model, tiny_config
from scratchcv.models.localizer import Localizer, localizer_tiny
from scratchcv.models.ssd import SSD, ssd_tiny
from scratchcv.models.ssd_head import SSDHead, SSDScoringHead

__all__ = [
    "SSD",
    "Localizer",
    "SSDHead",
    "SSDScoringHead",
    "build_model",
    "localizer_tiny",
    "ssd_tiny",
    "tiny_config",
]
