"""Backbones: from an image to feature maps at several strides."""

from scratchcv.backbones.alexnet import AlexNet, alexnet
from scratchcv.backbones.backbone_with_fpn import BackboneWithFPN, resnet_fpn_backbone
from scratchcv.backbones.blocks import conv_norm_relu
from scratchcv.backbones.darknet import (
    DARKNET19,
    DARKNET_REFERENCE,
    TINY_DARKNET,
    Darknet,
    DarknetBody,
    conv_norm_leaky,
    darknet19,
    darknet_reference,
    tiny_darknet,
)
from scratchcv.backbones.darknet_weights import DarknetHeader, load_darknet_weights, save_darknet_weights
from scratchcv.backbones.fpn import FeaturePyramidNetwork, LastLevelMaxPool
from scratchcv.backbones.initialise import initialise_xavier
from scratchcv.backbones.resnet import ResNet, resnet18, resnet50
from scratchcv.backbones.resnet_blocks import BasicBlock, Bottleneck
from scratchcv.backbones.resnet_body import ResNetBody
from scratchcv.backbones.split import OneMapBackbone, RegionHead, split_alexnet, split_resnet, split_vgg
from scratchcv.backbones.stages import StagedBackbone
from scratchcv.backbones.tiny import TINY_DEPTHS, TINY_WIDTHS, TinyBackbone, tiny_backbone
from scratchcv.backbones.vgg import VGG, vgg16, vgg_features
from scratchcv.backbones.weights import load_weights

__all__ = [
    "DARKNET19",
    "DARKNET_REFERENCE",
    "TINY_DARKNET",
    "TINY_DEPTHS",
    "TINY_WIDTHS",
    "VGG",
    "AlexNet",
    "BackboneWithFPN",
    "BasicBlock",
    "Bottleneck",
    "Darknet",
    "DarknetBody",
    "DarknetHeader",
    "FeaturePyramidNetwork",
    "LastLevelMaxPool",
    "OneMapBackbone",
    "RegionHead",
    "ResNet",
    "ResNetBody",
    "StagedBackbone",
    "TinyBackbone",
    "alexnet",
    "conv_norm_leaky",
    "conv_norm_relu",
    "darknet19",
    "darknet_reference",
    "initialise_xavier",
    "load_darknet_weights",
    "load_weights",
    "resnet18",
    "resnet50",
    "resnet_fpn_backbone",
    "save_darknet_weights",
    "split_alexnet",
    "split_resnet",
    "split_vgg",
    "tiny_backbone",
    "tiny_darknet",
    "vgg16",
    "vgg_features",
]
