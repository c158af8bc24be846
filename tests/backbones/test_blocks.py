"""Groups of layers that backbones repeat."""

import numpy as np
import pytest

from scratchcv.backbones import conv_norm_relu
from scratchcv.testing import check_layer


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_keeps_the_size_and_has_no_idle_bias(kernel_size):
    block = conv_norm_relu(3, 6, kernel_size)
    assert block(np.zeros((2, 3, 9, 7), np.float32)).shape == (2, 6, 9, 7)
    assert [name for name, _ in block.named_parameters()] == ["0.weight", "1.weight", "1.bias"]


def test_without_padding_it_shrinks():
    assert conv_norm_relu(3, 6, padding=0)(np.zeros((2, 3, 9, 7), np.float32)).shape == (2, 6, 7, 5)


def test_gradients(backend):
    check_layer(conv_norm_relu(2, 3, rng=np.random.default_rng(0)), (2, 2, 5, 5))
