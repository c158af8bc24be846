"""A ResNet's stages as a backbone: which are handed out, what is frozen, gradients."""

import numpy as np
import pytest

from scratchcv.backbones import BasicBlock, ResNet, ResNetBody
from scratchcv.testing import assert_close, check_layer

X = np.random.default_rng(1).standard_normal((2, 3, 40, 33)).astype(np.float32)


def resnet():
    return ResNet(BasicBlock, (1, 1, 1, 1), channels=2, rng=np.random.default_rng(0))


def test_strides_and_channels():
    body = ResNetBody(resnet())
    assert [feature.shape for feature in body(np.zeros((1, 3, 64, 96), np.float32))] == [
        (1, 2, 16, 24), (1, 4, 8, 12), (1, 8, 4, 6), (1, 16, 2, 3),
    ]  # fmt: skip
    assert body.out_channels == (2, 4, 8, 16)


def test_what_comes_after_the_last_wanted_stage_is_left_away():
    body = ResNetBody(resnet(), returned_layers=(3,))
    assert [feature.shape[1] for feature in body(X)] == [8]
    assert not any(name.startswith(("layer4", "fc")) for name in body.state_dict())


def test_gradients_add_where_a_feature_is_read_twice():
    check_layer(ResNetBody(resnet(), returned_layers=(1, 3)), (2, 3, 34, 40), max_entries=1)


@pytest.mark.parametrize("trainable_layers", range(6))
def test_frozen_layers_get_no_gradient_and_the_others_the_same(trainable_layers):
    whole, part = ResNetBody(resnet()), ResNetBody(resnet(), trainable_layers=trainable_layers)
    for body in (whole, part):
        features, cache = body.forward(X)
        dx = body.backward(features, cache)
    assert (dx is None) == (trainable_layers < 5)
    wanted = dict(whole.named_parameters())
    for name, parameter in part.named_parameters():
        if name.split(".")[0] in part.frozen_layers:
            assert not parameter.grad.any()
        else:
            assert_close(parameter.grad, wanted[name].grad, rtol=0, atol=0)
    assert len(part.frozen_layers) == [6, 5, 4, 3, 2, 0][trainable_layers]


def test_bad_arguments():
    with pytest.raises(ValueError, match="some of 1 to 4"):
        ResNetBody(resnet(), returned_layers=(0, 1))
    with pytest.raises(ValueError, match="trainable_layers must lie in 0…5, got 6"):
        ResNetBody(resnet(), trainable_layers=6)
