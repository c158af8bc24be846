"""What each kind of layer costs: floating-point operations of its forward and its backward pass."""

from collections.abc import Callable
from typing import Any

import numpy as np

from scratchcv.layers import (
    AdaptiveAvgPool2d,
    Add,
    AvgPool2d,
    BatchNorm2d,
    BedOfNails,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Crop,
    Dropout,
    Flatten,
    FrozenBatchNorm2d,
    GroupNorm,
    L2Norm,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool2d,
    MaxUnpool2d,
    ReflectionPad2d,
    ReLU,
    Residual,
    RoIAlign,
    Sequential,
    Sigmoid,
    Softmax,
    SpaceToDepth,
    Upsample,
)
from scratchcv.layers.shapes import pair

Cost = tuple[int, int]
"""FLOPs of forward and of backward."""


def layer_cost(layer: Layer, inputs: tuple[Any, ...], output: Any) -> Cost | None:
    """Return the FLOPs of one call of a layer, forward and backward.

    Counted on the formulas of the docstrings: an addition, product, division, comparison, root or exponential
    is one FLOP, so that a multiply-add is two. Sums start at the bias, which costs nothing therefore. What is
    done once a channel, not once an element, is left out, and so is moving numbers about. Backward counts
    the input's gradient and the parameters'.

    Parameters
    ----------
    layer : Layer
        In the mode, training or evaluation, in which it was called.
    inputs : tuple
        What it was called with.
    output
        What it returned.

    Returns
    -------
    (int, int), or None
        None for a layer that has no entry in `COSTS`, and none of whose base classes has one.

    Examples
    --------
    >>> import numpy as np
    >>> conv, x = Conv2d(3, 8, 3, padding=1), np.zeros((1, 3, 5, 5), np.float32)
    >>> layer_cost(conv, (x,), conv(x)) == (2 * 8 * 25 * 27, 4 * 8 * 25 * 27 + 8 * 25)
    True
    """
    for kind in type(layer).__mro__:
        if kind in COSTS:
            return COSTS[kind](layer, inputs, output)
    return None


def _products(layer: Any, multiply_adds: int, outputs: int) -> Cost:
    """Every product of forward returns twice in backward: for dx, and for dweight."""
    return 2 * multiply_adds, 4 * multiply_adds + (0 if layer.bias is None else outputs)


def _gathering(layer: Conv2d | Linear, inputs: tuple[Any, ...], y: Any) -> Cost:
    return _products(layer, y.size * layer.weight.value[0].size, y.size)


def _scattering(layer: ConvTranspose2d, inputs: tuple[Any, ...], y: Any) -> Cost:
    return _products(layer, inputs[0].size * layer.weight.value[0].size, y.size)


def _elements(forward: int, backward: int) -> Callable[[Any, tuple[Any, ...], Any], Cost]:
    """Return the cost of so many operations for each element of the output."""
    return lambda layer, inputs, y: (forward * y.size, backward * y.size)


def _batch_norm(layer: BatchNorm2d, inputs: tuple[Any, ...], y: Any) -> Cost:
    # Forward: mean 1, variance 3, scale and shift 2. Backward: normalised x 2, dweight 2, dbias 1, dx 4.
    forward, backward = (6, 9) if layer.training else (2, 6)
    return forward * y.size, backward * y.size


def _dropout(layer: Dropout, inputs: tuple[Any, ...], y: Any) -> Cost:
    return (2 * y.size, y.size) if layer.training else (0, 0)


def _max_pool(layer: MaxPool2d, inputs: tuple[Any, ...], output: Any) -> Cost:
    y = output[0] if layer.return_indices else output
    kh, kw = pair("kernel_size", layer.kernel_size, least=1)
    return y.size * (kh * kw - 1), y.size


def _avg_pool(layer: AvgPool2d, inputs: tuple[Any, ...], y: Any) -> Cost:
    kh, kw = pair("kernel_size", layer.kernel_size, least=1)
    return y.size * kh * kw, y.size * (kh * kw + 1)


def _adaptive_avg_pool(layer: AdaptiveAvgPool2d, inputs: tuple[Any, ...], y: Any) -> Cost:
    rows, columns = (
        sum(-(-(i + 1) * size // bins) - i * size // bins for i in range(bins))
        for size, bins in zip(inputs[0].shape[2:], y.shape[2:], strict=True)
    )
    forward = y.shape[0] * y.shape[1] * rows * columns  # pixels in all windows: they may overlap
    return forward, forward + y.size


def _roi_align(layer: RoIAlign, inputs: tuple[Any, ...], y: Any) -> Cost:
    """Each output is the mean of samples, each sample a sum over four pixels."""
    rois = np.asarray(inputs[1], np.float64)
    sides = (rois[:, 3:] - rois[:, 1:3]) * layer.spatial_scale
    bins = (sides if layer.aligned else np.maximum(sides, 1)) / (y.shape[3], y.shape[2])
    samples = np.full(bins.shape, layer.sampling_ratio) if layer.sampling_ratio > 0 else np.ceil(bins).clip(0)
    of_all_regions = int(samples.prod(axis=1).sum())
    work = 2 * 4 * of_all_regions * y.shape[1] * y.shape[2] * y.shape[3] + y.size
    return work, work


def _upsample(layer: Upsample, inputs: tuple[Any, ...], y: Any) -> Cost:
    if layer.mode not in TAPS:
        return 0, y.size  # nearest: copies forward, sums backward
    return 2 * TAPS[layer.mode] * y.size, 2 * TAPS[layer.mode] * y.size


def _add(layer: Add, inputs: tuple[Any, ...], y: Any) -> Cost:
    return (len(inputs) - 1) * y.size, 0


def _group_norm(layer: GroupNorm, inputs: tuple[Any, ...], y: Any) -> Cost:
    # Batch norm's, with γ and β apart: they change within a group.
    forward, backward = (6, 9) if layer.weight is None else (8, 13)
    return forward * y.size, backward * y.size


def _residual(layer: Residual, inputs: tuple[Any, ...], y: Any) -> Cost:
    return y.size, inputs[0].size


def _reflection_pad(layer: ReflectionPad2d, inputs: tuple[Any, ...], y: Any) -> Cost:
    return 0, y.size - inputs[0].size


TAPS = {"bilinear": 4, "bicubic": 16}
"""Pixels that an interpolated one is made of."""

COSTS: dict[type[Layer], Callable[[Any, tuple[Any, ...], Any], Cost]] = {
    AdaptiveAvgPool2d: _adaptive_avg_pool,
    Add: _add,
    AvgPool2d: _avg_pool,
    BatchNorm2d: _batch_norm,
    BedOfNails: _elements(0, 0),
    Concat: _elements(0, 0),
    Conv2d: _gathering,
    ConvTranspose2d: _scattering,
    Crop: _elements(0, 0),
    Dropout: _dropout,
    Flatten: _elements(0, 0),
    FrozenBatchNorm2d: _elements(2, 1),
    GroupNorm: _group_norm,
    L2Norm: _elements(4, 11),
    LeakyReLU: _elements(2, 2),
    Linear: _gathering,
    MaxPool2d: _max_pool,
    MaxUnpool2d: _elements(0, 0),
    ReLU: _elements(1, 1),
    ReflectionPad2d: _reflection_pad,
    Residual: _residual,
    RoIAlign: _roi_align,
    Sequential: lambda layer, inputs, output: (0, 0),
    Sigmoid: _elements(4, 3),
    Softmax: _elements(5, 4),
    SpaceToDepth: _elements(0, 0),
    Upsample: _upsample,
}
"""Cost functions by class of layer: called with layer, inputs and output, they return a `Cost`.

Only the layer's own work counts, not that of layers inside it. Add your own layers here.
"""
