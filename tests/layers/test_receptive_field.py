"""Receptive fields, measured."""

import numpy as np
import pytest

from scratchcv.layers import (
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Layer,
    MaxPool2d,
    ReLU,
    Sequential,
    receptive_field,
    receptive_field_gradient,
)

RNG = np.random.default_rng(0)


def conv(*arguments, **settings):
    return Conv2d(*arguments, **settings, rng=RNG)


@pytest.mark.parametrize(("L", "side"), [(1, 3), (2, 5), (3, 7), (4, 9), (5, 11)])
def test_it_grows_linearly_in_depth(L, side, backend):
    """Lectures S0, 548-552, S1, 1496, S2, 756: L convolutions of 3×3 see 1 + 2L pixels."""
    layers = [part for _ in range(L) for part in (conv(4, 4, 3, padding=1), ReLU())]
    network = Sequential(conv(1, 4, 1), *layers)
    assert receptive_field(network, (1, 17, 17)) == (side, side) == (1 + 2 * L, 1 + 2 * L)


def test_rounding_in_a_fast_convolution_is_not_seen(backend):
    """Behind two poolings: 1 pixel, +2, ·2, +2 and ·2, +2; and many channels, which Winograd's way suits."""
    stages = [Sequential(conv(a, b, 3, padding=1), ReLU(), MaxPool2d(2)) for a, b in ((3, 16), (16, 32))]
    network = Sequential(*stages, conv(32, 64, 3, padding=1))
    assert receptive_field(network, (3, 64, 64), samples=4) == (18, 18)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (conv(2, 3, (3, 5), padding=(1, 2)), (3, 5)),
        (conv(2, 2, 3, padding=4, dilation=(4, 2)), (9, 5)),
        (Sequential(conv(2, 2, 3, 2, 1), conv(2, 2, 3, 1, 1)), (7, 7)),  # a stride doubles what follows
        (Sequential(MaxPool2d(2), conv(2, 2, 3, padding=1), ReLU()), (6, 6)),
        (Sequential(conv(2, 2, 3, padding=1), BatchNorm2d(2)), (3, 3)),  # which in training sees everything
        (ConvTranspose2d(2, 1, 4, stride=2, padding=1, rng=RNG), (2, 2)),
        (conv(2, 1, 12), (12, 12)),  # all of the image
    ],
)
def test_other_layers(layer, expected):
    assert receptive_field(layer, (2, 12, 12)) == expected


def test_paths_of_all_samples_are_united():
    """One image's maximum comes from one pixel; many images' from all of the window."""
    assert receptive_field(MaxPool2d(4), (1, 12, 12), samples=64) == (4, 4)
    assert np.count_nonzero(receptive_field_gradient(MaxPool2d(4), (1, 12, 12), samples=1)) == 1


def test_more_paths_lead_to_the_middle():
    network = Sequential(*(Conv2d(1, 1, 3, bias=False) for _ in range(3)))
    for layer in network.layers:
        layer.weight.value[...] = 1
    sizes = receptive_field_gradient(network, (1, 7, 7))
    paths = np.array([1, 3, 6, 7, 6, 3, 1])  # (1 1 1) convolved with itself three times
    assert np.allclose(sizes / sizes[0, 0], np.outer(paths, paths))


def test_the_layer_is_not_changed():
    layer = Sequential(Conv2d(1, 1, 3), BatchNorm2d(1))
    before = {name: value.copy() for name, value in layer.state_dict().items()}
    receptive_field(layer, (1, 5, 5))
    assert layer.training
    assert not any(parameter.grad.any() for parameter in layer.parameters())
    assert all((before[name] == value).all() for name, value in layer.state_dict().items())


def test_a_constant_sees_nothing():
    class Zero(Layer):
        def forward(self, x):
            return x * 0, ()

        def backward(self, dy, cache):
            return dy * 0

    assert receptive_field(Zero(), (1, 4, 4)) == (0, 0)


def test_no_samples():
    with pytest.raises(ValueError, match="samples must be a whole number of at least 1, got 0"):
        receptive_field(Conv2d(1, 1, 3), (1, 5, 5), samples=0)
