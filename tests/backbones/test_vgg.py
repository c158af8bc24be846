"""VGG: the published number of parameters, names, sizes, gradients at a tiny width."""

import numpy as np
import pytest

from scratchcv.backbones import VGG, vgg16
from scratchcv.testing import check_layer


def tiny(seed=0):
    return VGG((1, 2), 3, channels=(2, 3), hidden=4, rng=np.random.default_rng(seed))


@pytest.mark.slow
def test_published_number_of_parameters():
    """A gigabyte of them, counting their gradients."""
    assert sum(parameter.value.size for parameter in vgg16().parameters()) == 138_357_544


def test_published_number_of_convolution_weights_and_the_rest_by_its_shapes():
    network = VGG((2, 2, 3, 3, 3), hidden=2)
    convolutions = sum(parameter.value.size for parameter in network.features.parameters())
    linear = (512 * 7 * 7 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 1000
    assert convolutions + linear == 138_357_544
    assert network.classifier[0].weight.value.shape == (2, 512 * 7 * 7)


def test_names_are_torchvisions():
    names = VGG((2, 2, 3, 3, 3), 3, channels=(2, 2, 2, 2, 2), hidden=2).state_dict()
    indices = [int(name.split(".")[1]) for name in names if name.endswith("weight") and "features" in name]
    assert indices == [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]
    assert [name for name in names if "classifier" in name][::2] == [
        f"classifier.{index}.weight" for index in (0, 3, 6)
    ]


def test_first_weights_are_as_small_as_published():
    network = VGG((1, 1), 3, channels=(8, 64), hidden=300, rng=np.random.default_rng(0))
    assert abs(network.classifier[0].weight.value.std() / 0.01 - 1) < 0.02
    assert abs(network.features[3].weight.value.std() / (2 / (64 * 9)) ** 0.5 - 1) < 0.05


def test_gradients(backend):
    check_layer(tiny(), (2, 3, 30, 33), max_entries=2)


def test_dropout_is_off_in_evaluation():
    network, x = tiny(), np.random.default_rng(1).standard_normal((2, 3, 32, 32)).astype(np.float32)
    assert (network(x) != network(x)).any()
    assert (network.eval()(x) == network(x)).all()
