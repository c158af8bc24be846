"""Models: whole detectors, with one protocol for training and prediction."""

from scratchcv.models.build import build_model, tiny_config
from scratchcv.models.ssd import SSD, ssd_tiny
from scratchcv.models.ssd_head import SSDHead, SSDScoringHead

__all__ = ["SSD", "SSDHead", "SSDScoringHead", "build_model", "ssd_tiny", "tiny_config"]
