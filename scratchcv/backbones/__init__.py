"""Backbones: from an image to feature maps at several strides."""

from scratchcv.backbones.blocks import conv_norm_relu
from scratchcv.backbones.tiny import TinyBackbone

__all__ = ["TinyBackbone", "conv_norm_relu"]
