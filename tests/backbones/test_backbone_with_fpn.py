"""A backbone with its pyramid: sizes, names, gradients through both."""

import numpy as np

from scratchcv.backbones import BackboneWithFPN, FeaturePyramidNetwork, LastLevelMaxPool, TinyBackbone
from scratchcv.testing import check_layer


def tiny(rng=None):
    body = TinyBackbone((2, 3, 4), (1, 1, 1), first_output=1, rng=rng)
    fpn = FeaturePyramidNetwork(body.out_channels, 3, LastLevelMaxPool(), rng=rng)
    return BackboneWithFPN(body, fpn)


def test_sizes_and_names():
    backbone = tiny()
    assert [level.shape for level in backbone(np.zeros((2, 3, 16, 24), np.float32))] == [
        (2, 3, 8, 12), (2, 3, 4, 6), (2, 3, 2, 3),
    ]  # fmt: skip
    assert backbone.out_channels == 3
    names = {name.split(".")[0] for name in backbone.state_dict()}
    assert names == {"body", "fpn"}


def test_gradients():
    check_layer(tiny(np.random.default_rng(0)), (2, 3, 8, 8), max_entries=2)
