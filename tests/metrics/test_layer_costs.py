"""What layers cost: formulas against counting by hand."""

import numpy as np
import pytest

from scratchcv import layers
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
    ReflectionPad2d,
    ReLU,
    Residual,
    RoIAlign,
    Sigmoid,
    Softmax,
    Upsample,
)
from scratchcv.metrics.layer_costs import COSTS, layer_cost


def cost(layer, *shapes):
    inputs = tuple(np.ones(shape, np.float32) for shape in shapes)
    return layer_cost(layer, inputs, layer.forward(*inputs)[0])


def test_convolution_by_loops():
    """Each output is a sum over its filter's taps, those on the padding too."""
    N, C, O, groups, kh, kw = 2, 4, 6, 2, 3, 2
    layer = Conv2d(C, O, (kh, kw), stride=2, padding=1, groups=groups)
    H = W = 7
    heights, widths = range(0, H + 2 - kh + 1, 2), range(0, W + 2 - kw + 1, 2)
    outputs = N * O * len(heights) * len(widths)
    multiply_adds = outputs * (C // groups) * kh * kw
    assert cost(layer, (N, C, H, W)) == (2 * multiply_adds, 4 * multiply_adds + outputs)


def test_transposed_convolution_costs_what_its_convolution_does():
    conv = Conv2d(3, 5, 3, stride=2, bias=False)
    transposed = ConvTranspose2d(5, 3, 3, stride=2, bias=False)
    assert cost(transposed, (2, 5, 4, 4)) == cost(conv, (2, 3, 9, 9))


def test_a_linear_layer_is_a_convolution_of_the_whole_image():
    """S2, lines 182-211."""
    conv, linear = Conv2d(16, 120, 5), Linear(400, 120)
    assert cost(conv, (3, 16, 5, 5)) == cost(linear, (3, 400)) == (2 * 3 * 48_000, 4 * 3 * 48_000 + 360)


@pytest.mark.parametrize(
    ("layer", "shapes", "forward", "backward"),
    [
        (ReLU(), [(2, 3)], 6, 6),
        (Flatten(), [(2, 3, 4)], 0, 0),
        (Add(), [(2, 3)] * 3, 12, 0),
        (Residual(ReLU()), [(2, 3)], 6, 6),
        (MaxPool2d(2), [(1, 1, 4, 4)], 4 * 3, 4),  # 3 comparisons a window
        (AvgPool2d(2), [(1, 1, 4, 4)], 4 * 4, 4 * 5),  # 3 additions and a division
        (AdaptiveAvgPool2d(1), [(1, 2, 3, 3)], 18, 20),
        (AdaptiveAvgPool2d(2), [(1, 1, 3, 3)], 16, 20),  # windows of 2 × 2 that overlap
        (Upsample(scale_factor=2), [(1, 1, 2, 2)], 0, 16),
        (Upsample(scale_factor=2, mode="bilinear"), [(1, 1, 2, 2)], 16 * 8, 16 * 8),
        (BatchNorm2d(2), [(1, 2, 3, 1)], 36, 54),
        (BatchNorm2d(2).eval(), [(1, 2, 3, 1)], 12, 36),
        (GroupNorm(2, 4), [(1, 4, 3, 1)], 96, 156),
        (GroupNorm(2, 4, affine=False), [(1, 4, 3, 1)], 72, 108),
        (FrozenBatchNorm2d(2), [(1, 2, 3, 1)], 12, 6),
        # Squares, sums, quotients, products with γ; backward x̂ 3, dγ 2, γ dy 1, its sum with x̂ 2, dx 3.
        (L2Norm(2), [(1, 2, 3, 1)], 4 * 6, 11 * 6),
        (LeakyReLU(), [(2, 3)], 12, 12),
        (Sigmoid(), [(2, 3)], 4 * 6, 3 * 6),  # negation, exponential, sum, quotient; dy y (1 - y)
        (Softmax(1), [(2, 3)], 5 * 6, 4 * 6),  # maximum, difference, exponential, sum, quotient
        (ReflectionPad2d(1), [(1, 1, 4, 4)], 0, 36 - 16),
        (Upsample(scale_factor=2, mode="bicubic"), [(1, 1, 2, 2)], 16 * 32, 16 * 32),
        (Dropout(), [(4,)], 8, 4),
        (Dropout().eval(), [(4,)], 0, 0),
    ],
)
def test_by_hand(layer, shapes, forward, backward):
    assert cost(layer, *shapes) == (forward, backward)


@pytest.mark.parametrize(
    ("sampling_ratio", "aligned", "samples"),
    [
        (2, False, 2 * 2 * 2),  # two regions of 2 × 2 samples a bin
        (-1, True, 3 * 2 + 0),  # bins of 2.5 × 2 pixels; the second region is empty
        (-1, False, 3 * 2 + 1),  # it is taken to be a pixel, whose bins are under one
    ],
)
def test_aligned_regions_by_samples(sampling_ratio, aligned, samples):
    """Each sample is four multiply-adds, in each of 3 channels and 2 × 4 bins; then a division an output."""
    layer, x = RoIAlign((2, 4), 0.5, sampling_ratio, aligned), np.zeros((1, 3, 16, 16), np.float32)
    rois = np.array([[0, 2, 2, 18, 12], [0, 4, 4, 4, 4]], np.float32)
    y = layer.forward(x, rois)[0]
    expected = 8 * samples * 3 * 8 + 2 * 3 * 8
    assert layer_cost(layer, (x, rois), y) == (expected, expected)
    assert layer_cost(layer, (x, rois[:0]), y[:0]) == (0, 0)


def test_moving_numbers_costs_nothing():
    x = np.ones((1, 2, 6, 6), np.float32)
    assert layer_cost(Crop(), (x, 4), Crop()(x, 4)) == (0, 0)
    assert layer_cost(Concat(), (x, x), Concat()(x, x)) == (0, 0)
    assert cost(BedOfNails(2), (1, 2, 3, 3)) == (0, 0)


def test_a_class_inherits_its_cost_and_a_strange_one_has_none():
    class Louder(ReLU):
        pass

    assert cost(Louder(), (2, 3)) == (6, 6)
    assert layer_cost(Layer(), (), None) is None


def test_every_layer_of_the_room_is_known_or_named_here():
    depends_on_the_rois = {"RoIPool", "MultiScaleRoIAlign"}
    kinds = {kind for kind in vars(layers).values() if isinstance(kind, type) and issubclass(kind, Layer)}
    unknown = {kind.__name__ for kind in kinds - COSTS.keys()}
    assert unknown <= depends_on_the_rois | {"Layer"}
