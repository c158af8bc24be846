"""First weights: their spread, for which of the two directions."""

import numpy as np

from scratchcv.backbones.initialise import initialise_fan_out, initialise_uniform, initialise_xavier
from scratchcv.layers import Conv2d, Linear


def test_fan_out_keeps_the_size_of_gradients():
    conv = Conv2d(16, 256, 3, padding=1)
    conv.bias.value[...] = 1
    initialise_fan_out(conv, np.random.default_rng(0))
    dy = np.random.default_rng(1).standard_normal((1, 256, 24, 24)).astype(np.float32)
    dx = conv.backward(dy, (np.zeros((1, 16, 24, 24), np.float32),))
    assert abs(dx[:, :, 1:-1, 1:-1].var() / 2 - 1) < 0.1  # a ReLU lets half of it through
    assert not conv.bias.value.any()


def test_uniform_is_within_one_over_the_root_of_fan_in():
    for layer, fan_in in ((Conv2d(16, 64, 3), 144), (Linear(400, 300), 400)):
        initialise_uniform(layer, np.random.default_rng(0))
        for values in (layer.weight.value, layer.bias.value):
            assert abs(values).max() <= np.float32(fan_in**-0.5)
            assert abs(values.var() * 3 * fan_in - 1) < 0.2


def test_a_layer_without_bias_and_a_seed():
    weights = []
    for _ in range(2):
        conv = Conv2d(2, 3, 3, bias=False)
        initialise_uniform(conv, np.random.default_rng(4))
        weights.append(conv.weight.value)
    assert weights[0].tobytes() == weights[1].tobytes()


def test_xavier_lies_between_fan_in_and_fan_out():
    for layer, fans in ((Conv2d(16, 64, 3), 9 * (16 + 64)), (Linear(400, 300), 700)):
        layer.bias.value[...] = 1
        initialise_xavier(layer, np.random.default_rng(0))
        assert abs(layer.weight.value).max() <= np.float32((6 / fans) ** 0.5)
        assert abs(layer.weight.value.var() * fans / 2 - 1) < 0.05
        assert not layer.bias.value.any()
