"""ResNet: published numbers of parameters, names, strides, gradients of both blocks."""

import numpy as np
import pytest

from scratchcv.backbones import BasicBlock, Bottleneck, ResNet, resnet18, resnet50
from scratchcv.testing import check_layer


def tiny(block):
    return ResNet(block, (1, 1, 1, 1), num_classes=3, channels=2, rng=np.random.default_rng(0))


@pytest.mark.parametrize(("build", "count"), [(resnet18, 11_689_512), (resnet50, 25_557_032)])
def test_published_number_of_parameters(build, count):
    network = build(rng=np.random.default_rng(0))
    assert sum(parameter.value.size for parameter in network.parameters()) == count


def test_names_are_torchvisions():
    names = list(ResNet(Bottleneck, (1, 2, 1, 1), channels=2).state_dict())
    assert names[:4] == ["conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight"]
    assert {"layer1.0.downsample.0.weight", "layer2.1.bn3.running_var", "fc.bias"} <= set(names)
    assert "layer2.1.downsample.0.weight" not in names


def test_gradients_of_the_network():
    check_layer(tiny(BasicBlock), (2, 3, 34, 40), max_entries=1)


def test_gradients_keep_their_size_at_the_start():
    """He et al. 2015, eq. 14: variance 2 / fan-out."""
    weight = resnet18(rng=np.random.default_rng(0)).layer2[0].conv1.weight.value
    assert weight.shape == (128, 64, 3, 3)
    assert abs(weight.std() / (2 / (128 * 9)) ** 0.5 - 1) < 0.01


def test_same_seed_same_weights():
    first, second = tiny(BasicBlock).state_dict(), tiny(BasicBlock).state_dict()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)


def test_bad_layers():
    with pytest.raises(ValueError, match="four numbers of blocks, got"):
        ResNet(BasicBlock, (1, 1, 1))
