"""YOLO v2 at the paper's scale: the published file's size by arithmetic, the passthrough, gradients."""

import numpy as np
import pytest

from scratchcv.backbones import DarknetHeader
from scratchcv.layers import Conv2d
from scratchcv.models.yolo_v2_darknet import PassthroughDarknet
from scratchcv.testing import check_layer

SMALL = (((3, 3),), ((4, 3), (3, 1), (4, 3)), ((5, 3),))


def test_passthrough_lies_before_the_deep_map():
    network = PassthroughDarknet(SMALL, width=6, passthrough=4, rng=np.random.default_rng(0)).eval()
    x = np.random.default_rng(1).standard_normal((1, 3, 8, 8))
    fine, coarse = network.body(x)
    both = np.concatenate([network.passthrough(fine), network.deep(coarse)], axis=1)
    assert both.shape == (1, 16 + 6, 2, 2)
    assert (network(x)[0] == network.merge(both)).all()
    assert network.out_channels == (6,)


def test_gradients(backend):
    network = PassthroughDarknet(SMALL, width=3, passthrough=4, rng=np.random.default_rng(0))
    check_layer(network, (2, 3, 8, 12), max_entries=2)


def test_sides_must_be_multiples():
    with pytest.raises(ValueError, match="sides that are multiples of 2, got 3 × 4"):
        PassthroughDarknet(SMALL, width=3, passthrough=4)(np.zeros((1, 3, 6, 8), np.float32))


@pytest.mark.parametrize(("num_classes", "size"), [(80, 203_934_260), (20, 202_704_260)])
def test_the_published_files_size(num_classes, size):
    """yolov2.weights for COCO has 203,934,260 bytes (a darknet maintainer's answer in its issue 1910).

    For VOC only the last convolution is smaller: 5 · 60 filters fewer, of 1024 weights and a bias.
    """
    assert 203_934_260 - 4 * 5 * 60 * (1024 + 1) == 202_704_260
    network = PassthroughDarknet()
    numbers = sum(parameter.value.size for parameter in network.parameters())
    numbers += sum(buffer.size for _, buffer in network.named_buffers() if buffer.ndim)
    numbers += (1024 + 1) * 5 * (5 + num_classes)
    assert numbers * 4 + DarknetHeader(minor=1).size == size


def test_its_convolutions_stand_in_the_order_of_the_configuration():
    shapes = [
        layer.weight.value.shape[:3]
        for _, layer in PassthroughDarknet().named_layers()
        if isinstance(layer, Conv2d)
    ]
    assert shapes[17:] == [
        (1024, 512, 3),
        (1024, 1024, 3),
        (1024, 1024, 3),
        (64, 512, 1),
        (1024, 1280, 3),
    ]
