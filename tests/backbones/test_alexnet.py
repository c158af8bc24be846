"""AlexNet: the published number of parameters, names, sizes, gradients at a tiny width."""

import numpy as np
import pytest

from scratchcv.backbones import AlexNet, alexnet
from scratchcv.testing import check_layer


def tiny(seed=0):
    rng = np.random.default_rng(seed)
    return AlexNet(3, channels=(2, 3, 2, 3, 2), hidden=4, rng=rng)


@pytest.mark.slow
def test_published_number_of_parameters():
    """Half a gigabyte, counting their gradients."""
    assert sum(parameter.value.size for parameter in alexnet().parameters()) == 61_100_840


def test_published_number_of_convolution_weights_and_the_rest_by_its_shapes():
    network = AlexNet(hidden=2)
    convolutions = sum(parameter.value.size for parameter in network.features.parameters())
    linear = (256 * 6 * 6 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 1000
    assert convolutions + linear == 61_100_840
    assert network.classifier[1].weight.value.shape == (2, 256 * 6 * 6)


def test_names_are_torchvisions():
    names = [name.removesuffix(".weight") for name in tiny().state_dict() if name.endswith("weight")]
    assert names == [f"features.{index}" for index in (0, 3, 6, 8, 10)] + [
        f"classifier.{index}" for index in (1, 4, 6)
    ]


def test_the_last_map_of_the_papers_image_is_6x6():
    assert tiny().features(np.zeros((1, 3, 224, 224), np.float32)).shape == (1, 2, 6, 6)


def test_gradients():
    check_layer(tiny(), (2, 3, 64, 63), max_entries=2)


def test_dropout_is_off_in_evaluation():
    network, x = tiny(), np.random.default_rng(1).standard_normal((2, 3, 64, 64)).astype(np.float32)
    assert (network(x) != network(x)).any()
    assert (network.eval()(x) == network(x)).all()


def test_same_seed_same_weights():
    first, second = tiny(5).state_dict(), tiny(5).state_dict()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
