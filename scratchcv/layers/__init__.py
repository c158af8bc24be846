"""Layers with hand-written forward and backward passes, and the pure functions below them."""

from scratchcv.layers.adaptive_avg_pool2d import (
    AdaptiveAvgPool2d,
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
)
from scratchcv.layers.add import Add, add, add_backward
from scratchcv.layers.anchor_rows import maps_to_rows, rows_to_maps
from scratchcv.layers.avg_pool2d import AvgPool2d, avg_pool2d, avg_pool2d_backward
from scratchcv.layers.batch_norm2d import (
    BatchNorm2d,
    batch_norm2d,
    batch_norm2d_backward,
    normalise,
    normalise_backward,
)
from scratchcv.layers.bed_of_nails import BedOfNails, bed_of_nails, bed_of_nails_backward
from scratchcv.layers.concat import Concat, concat, concat_backward
from scratchcv.layers.conv2d import Conv2d, conv2d, conv2d_backward
from scratchcv.layers.conv2d_gradients import conv2d_input_gradient, conv2d_weight_gradient
from scratchcv.layers.conv2d_matrix import conv2d_matrix, conv_transpose2d_matrix
from scratchcv.layers.conv2d_naive import conv2d_naive, conv2d_naive_backward
from scratchcv.layers.conv_transpose2d import (
    ConvTranspose2d,
    conv_transpose2d,
    conv_transpose2d_backward,
)
from scratchcv.layers.conv_transpose2d_scatter import conv_transpose2d_scatter
from scratchcv.layers.crop import Crop, center_crop, center_crop_backward
from scratchcv.layers.crop_masks import crop_masks, crop_masks_backward
from scratchcv.layers.dropout import Dropout, dropout, dropout_backward
from scratchcv.layers.flatten import Flatten, flatten, flatten_backward
from scratchcv.layers.frozen_batch_norm2d import FrozenBatchNorm2d
from scratchcv.layers.group_norm import GroupNorm, group_norm, group_norm_backward
from scratchcv.layers.initialise import bilinear_kernel, kaiming_normal, kaiming_uniform
from scratchcv.layers.l2_norm import L2Norm, l2_norm, l2_norm_backward
from scratchcv.layers.layer import Layer, Parameter, Sequential
from scratchcv.layers.leaky_relu import LeakyReLU, leaky_relu, leaky_relu_backward
from scratchcv.layers.linear import Linear, linear, linear_backward
from scratchcv.layers.linear_to_conv2d import flatten_to_pixel, linear_to_conv2d
from scratchcv.layers.max_pool2d import MaxPool2d, max_pool2d, max_pool2d_backward
from scratchcv.layers.max_unpool2d import MaxUnpool2d, max_unpool2d, max_unpool2d_backward
from scratchcv.layers.multi_scale_roi_align import MultiScaleRoIAlign, infer_scales, roi_levels
from scratchcv.layers.paste_masks import paste_masks_in_image, paste_masks_in_image_backward
from scratchcv.layers.receptive_field import receptive_field, receptive_field_gradient
from scratchcv.layers.reflection_pad2d import ReflectionPad2d, reflection_pad2d, reflection_pad2d_backward
from scratchcv.layers.relu import ReLU, relu, relu_backward
from scratchcv.layers.residual import Residual
from scratchcv.layers.roi_align import RoIAlign, roi_align, roi_align_backward
from scratchcv.layers.roi_pool import RoIPool, roi_pool, roi_pool_backward, roi_pool_bins
from scratchcv.layers.shapes import window_output_size
from scratchcv.layers.sigmoid import (
    Sigmoid,
    log_sigmoid,
    log_sigmoid_backward,
    sigmoid,
    sigmoid_backward,
)
from scratchcv.layers.softmax import Softmax, log_softmax, log_softmax_backward, softmax, softmax_backward
from scratchcv.layers.space_to_depth import SpaceToDepth, space_to_depth, space_to_depth_backward
from scratchcv.layers.tree_softmax import WordTree, decide, tree_softmax, tree_softmax_backward
from scratchcv.layers.upsample import Upsample, interpolate, interpolate_backward

__all__ = [
    "AdaptiveAvgPool2d",
    "Add",
    "AvgPool2d",
    "BatchNorm2d",
    "BedOfNails",
    "Concat",
    "Conv2d",
    "ConvTranspose2d",
    "Crop",
    "Dropout",
    "Flatten",
    "FrozenBatchNorm2d",
    "GroupNorm",
    "L2Norm",
    "Layer",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "MaxUnpool2d",
    "MultiScaleRoIAlign",
    "Parameter",
    "ReLU",
    "ReflectionPad2d",
    "Residual",
    "RoIAlign",
    "RoIPool",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "SpaceToDepth",
    "Upsample",
    "WordTree",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_backward",
    "add",
    "add_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "batch_norm2d",
    "batch_norm2d_backward",
    "bed_of_nails",
    "bed_of_nails_backward",
    "bilinear_kernel",
    "center_crop",
    "center_crop_backward",
    "concat",
    "concat_backward",
    "conv2d",
    "conv2d_backward",
    "conv2d_input_gradient",
    "conv2d_matrix",
    "conv2d_naive",
    "conv2d_naive_backward",
    "conv2d_weight_gradient",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "conv_transpose2d_matrix",
    "conv_transpose2d_scatter",
    "crop_masks",
    "crop_masks_backward",
    "decide",
    "dropout",
    "dropout_backward",
    "flatten",
    "flatten_backward",
    "flatten_to_pixel",
    "group_norm",
    "group_norm_backward",
    "infer_scales",
    "interpolate",
    "interpolate_backward",
    "kaiming_normal",
    "kaiming_uniform",
    "l2_norm",
    "l2_norm_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "linear",
    "linear_backward",
    "linear_to_conv2d",
    "log_sigmoid",
    "log_sigmoid_backward",
    "log_softmax",
    "log_softmax_backward",
    "maps_to_rows",
    "max_pool2d",
    "max_pool2d_backward",
    "max_unpool2d",
    "max_unpool2d_backward",
    "normalise",
    "normalise_backward",
    "paste_masks_in_image",
    "paste_masks_in_image_backward",
    "receptive_field",
    "receptive_field_gradient",
    "reflection_pad2d",
    "reflection_pad2d_backward",
    "relu",
    "relu_backward",
    "roi_align",
    "roi_align_backward",
    "roi_levels",
    "roi_pool",
    "roi_pool_backward",
    "roi_pool_bins",
    "rows_to_maps",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "space_to_depth",
    "space_to_depth_backward",
    "tree_softmax",
    "tree_softmax_backward",
    "window_output_size",
]
