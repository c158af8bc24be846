"""ResNet's blocks: gradients along both ways, where the stride is."""

import numpy as np
import pytest

from scratchcv.backbones import BasicBlock, Bottleneck
from scratchcv.layers import FrozenBatchNorm2d
from scratchcv.testing import check_layer


@pytest.mark.parametrize(
    ("block", "stride", "channels_in"),
    [(BasicBlock, 1, 2), (BasicBlock, 2, 2), (Bottleneck, 1, 8), (Bottleneck, 2, 3)],
)
def test_gradients_of_a_block(block, stride, channels_in, backend):
    layer = block(channels_in, 2, stride, rng=np.random.default_rng(0))
    assert (layer.downsample is None) == (stride == 1)
    check_layer(layer, (2, channels_in, 5, 6), max_entries=3)


def test_gradients_of_a_frozen_block():
    layer = Bottleneck(3, 2, 2, FrozenBatchNorm2d, rng=np.random.default_rng(0))
    assert {name.split(".")[-2] for name, _ in layer.named_parameters()} == {"conv1", "conv2", "conv3", "0"}
    check_layer(layer, (2, 3, 5, 6), max_entries=3)


def test_the_stride_of_a_bottleneck_is_in_its_3x3_convolution():
    """Version 1.5: every pixel is looked at before three of four are dropped."""
    block = Bottleneck(4, 2, stride=2)
    assert (block.conv1.stride, block.conv2.stride, block.conv3.stride) == ((1, 1), (2, 2), (1, 1))
