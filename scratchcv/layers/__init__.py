"""Layers with hand-written forward and backward passes, and the pure functions below them."""

from scratchcv.layers.batch_norm2d import BatchNorm2d, batch_norm2d, batch_norm2d_backward, normalise
from scratchcv.layers.conv2d import Conv2d, conv2d, conv2d_backward
from scratchcv.layers.initialise import kaiming_normal
from scratchcv.layers.l2_norm import L2Norm, l2_norm, l2_norm_backward
from scratchcv.layers.layer import Layer, Parameter, Sequential
from scratchcv.layers.max_pool2d import MaxPool2d, max_pool2d, max_pool2d_backward
from scratchcv.layers.relu import ReLU, relu, relu_backward
from scratchcv.layers.shapes import window_output_size
from scratchcv.layers.softmax import log_softmax, log_softmax_backward, softmax, softmax_backward

__all__ = [
    "BatchNorm2d",
    "Conv2d",
    "L2Norm",
    "Layer",
    "MaxPool2d",
    "Parameter",
    "ReLU",
    "Sequential",
    "batch_norm2d",
    "batch_norm2d_backward",
    "conv2d",
    "conv2d_backward",
    "kaiming_normal",
    "l2_norm",
    "l2_norm_backward",
    "log_softmax",
    "log_softmax_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "normalise",
    "relu",
    "relu_backward",
    "softmax",
    "softmax_backward",
    "window_output_size",
]
