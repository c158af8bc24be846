"""Backbones: from an image to feature maps at several strides."""

from scratchcv.backbones.blocks import conv_norm_relu
from scratchcv.backbones.tiny import TINY_DEPTHS, TINY_WIDTHS, TinyBackbone, tiny_backbone

__all__ = ["TINY_DEPTHS", "TINY_WIDTHS", "TinyBackbone", "conv_norm_relu", "tiny_backbone"]
