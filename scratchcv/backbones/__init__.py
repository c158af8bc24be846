"""Backbones: from an image to feature maps at several strides."""

from scratchcv.backbones.backbone_with_fpn import BackboneWithFPN
from scratchcv.backbones.blocks import conv_norm_relu
from scratchcv.backbones.fpn import FeaturePyramidNetwork, LastLevelMaxPool
from scratchcv.backbones.tiny import TinyBackbone

__all__ = [
    "BackboneWithFPN",
    "FeaturePyramidNetwork",
    "LastLevelMaxPool",
    "TinyBackbone",
    "conv_norm_relu",
]
