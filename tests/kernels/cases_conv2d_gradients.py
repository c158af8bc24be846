"""Calls on which both forms of `kernels/conv2d_gradients.py` must agree: those of the convolution itself."""

import runpy
from pathlib import Path

import numpy as np

from scratchcv.layers.conv2d import conv2d
from scratchcv.layers.conv2d_gradients import (
    conv2d_bias_gradient,
    conv2d_input_gradient,
    conv2d_weight_gradient,
)

CONV2D = runpy.run_path(str(Path(__file__).with_name("cases_conv2d.py")))


def gradient_calls(dtype):
    """Yield dy, x, weight and the settings."""
    rng = np.random.default_rng(1)
    for x, weight, bias, *settings in CONV2D["conv2d_calls"](dtype):
        dy = rng.standard_normal(conv2d(x, weight, bias, *settings).shape).astype(dtype)
        yield dy, x, weight, settings


def input_gradient_calls(dtype):
    for dy, x, weight, settings in gradient_calls(dtype):
        yield dy, weight, x.shape[2:], *settings


def weight_gradient_calls(dtype):
    for dy, x, weight, settings in gradient_calls(dtype):
        yield dy, x, weight.shape[2:], *settings


def bias_gradient_calls(dtype):
    for dy, *_ in gradient_calls(dtype):
        yield (dy,)


CASES = {
    "conv2d_bias_gradient": (conv2d_bias_gradient, bias_gradient_calls),
    "conv2d_input_gradient": (conv2d_input_gradient, input_gradient_calls),
    "conv2d_weight_gradient": (conv2d_weight_gradient, weight_gradient_calls),
}
