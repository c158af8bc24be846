"""Models: whole detectors, with one protocol for training and prediction."""

from scratchcv.models.build import build_model
from scratchcv.models.ssd import SSD, SSDHead, ssd_tiny

__all__ = ["SSD", "SSDHead", "build_model", "ssd_tiny"]
