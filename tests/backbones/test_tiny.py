"""The tiny backbone: sizes, gradients where features fork."""

import numpy as np
import pytest

from scratchcv.backbones import TinyBackbone, tiny_backbone
from scratchcv.testing import check_layer


def test_strides_and_channels():
    backbone = TinyBackbone((4, 8, 12, 16), (1, 2, 1, 1), first_output=1)
    features = backbone(np.zeros((2, 3, 32, 48), np.float32))
    assert [feature.shape for feature in features] == [(2, 8, 16, 24), (2, 12, 8, 12), (2, 16, 4, 6)]
    assert backbone.out_channels == (8, 12, 16)


def test_gradients_add_where_a_feature_is_read_twice(backend):
    backbone = TinyBackbone((2, 3, 4), (1, 1, 2), first_output=0, rng=np.random.default_rng(0))
    check_layer(backbone, (2, 3, 8, 8), max_entries=4)


def test_same_seed_same_weights():
    first, second = (
        TinyBackbone((4, 8), (1, 1), 0, rng=np.random.default_rng(3)).state_dict() for _ in range(2)
    )
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)


def test_a_depth_for_every_width():
    with pytest.raises(ValueError, match="zip"):
        TinyBackbone((4, 8), (1,), 0)


def test_the_shared_backbone_begins_alike_whatever_its_length():
    long, short = (tiny_backbone(stages, 3, rng=np.random.default_rng(0)) for stages in (7, 5))
    assert long.out_channels == (128, 128, 128, 128)
    shared = short.state_dict()
    assert shared
    assert all(long.state_dict()[name].tobytes() == value.tobytes() for name, value in shared.items())


@pytest.mark.parametrize(("stages", "first_output"), [(8, 3), (3, 3), (0, 0), (5, -1)])
def test_stages_that_are_not_there(stages, first_output):
    with pytest.raises(ValueError, match=rf"first_output < stages <= 7, got {first_output} and {stages}"):
        tiny_backbone(stages, first_output)
