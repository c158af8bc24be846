"""Backbones: from an image to feature maps at several strides."""

from scratchcv.backbones.alexnet import AlexNet, alexnet
from scratchcv.backbones.backbone_with_fpn import BackboneWithFPN, resnet_fpn_backbone
from scratchcv.backbones.blocks import conv_norm_relu
from scratchcv.backbones.fpn import FeaturePyramidNetwork, LastLevelMaxPool
from scratchcv.backbones.resnet import BasicBlock, Bottleneck, ResNet, resnet18, resnet50
from scratchcv.backbones.resnet_body import ResNetBody
from scratchcv.backbones.tiny import TinyBackbone
from scratchcv.backbones.vgg import VGG, vgg16

__all__ = [
    "VGG",
    "AlexNet",
    "BackboneWithFPN",
    "BasicBlock",
    "Bottleneck",
    "FeaturePyramidNetwork",
    "LastLevelMaxPool",
    "ResNet",
    "ResNetBody",
    "TinyBackbone",
    "alexnet",
    "conv_norm_relu",
    "resnet18",
    "resnet50",
    "resnet_fpn_backbone",
    "vgg16",
]
