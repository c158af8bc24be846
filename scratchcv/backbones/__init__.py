"""Backbones: from an image to feature maps at several strides."""

from scratchcv.backbones.alexnet import AlexNet, alexnet
from scratchcv.backbones.backbone_with_fpn import BackboneWithFPN, resnet_fpn_backbone, tiny_fpn_backbone
from scratchcv.backbones.blocks import conv_norm_relu
from scratchcv.backbones.fpn import OLD_FPN_NAMES, FeaturePyramidNetwork, LastLevelMaxPool
from scratchcv.backbones.last_level_p6p7 import LastLevelP6P7
from scratchcv.backbones.resnet import ResNet, resnet18, resnet50
from scratchcv.backbones.resnet_blocks import BasicBlock, Bottleneck
from scratchcv.backbones.resnet_body import ResNetBody
from scratchcv.backbones.split import OneMapBackbone, RegionHead, split_alexnet, split_resnet, split_vgg
from scratchcv.backbones.tiny import TINY_DEPTHS, TINY_WIDTHS, TinyBackbone, tiny_backbone
from scratchcv.backbones.vgg import VGG, vgg16
from scratchcv.backbones.weights import load_weights, rename_parameters

__all__ = [
    "OLD_FPN_NAMES",
    "TINY_DEPTHS",
    "TINY_WIDTHS",
    "VGG",
    "AlexNet",
    "BackboneWithFPN",
    "BasicBlock",
    "Bottleneck",
    "FeaturePyramidNetwork",
    "LastLevelMaxPool",
    "LastLevelP6P7",
    "OneMapBackbone",
    "RegionHead",
    "ResNet",
    "ResNetBody",
    "TinyBackbone",
    "alexnet",
    "conv_norm_relu",
    "load_weights",
    "rename_parameters",
    "resnet18",
    "resnet50",
    "resnet_fpn_backbone",
    "split_alexnet",
    "split_resnet",
    "split_vgg",
    "tiny_backbone",
    "tiny_fpn_backbone",
    "vgg16",
]
