"""A chain of stages: what is handed out, gradients where features fork."""

import numpy as np
import pytest

from scratchcv.backbones import StagedBackbone
from scratchcv.layers import AvgPool2d, Sequential
from scratchcv.testing import check_layer


def pools(number):
    return [Sequential(AvgPool2d(2)) for _ in range(number)]


def test_by_hand():
    backbone = StagedBackbone(pools(2), (1, 1), first_output=0)
    features, cache = backbone.forward(np.arange(16.0).reshape(1, 1, 4, 4))
    assert [feature[0, 0].tolist() for feature in features] == [[[2.5, 4.5], [10.5, 12.5]], [[7.5]]]
    dx = backbone.backward([np.zeros((1, 1, 2, 2)), np.full((1, 1, 1, 1), 16.0)], cache)
    assert (dx == 1).all()
    dx = backbone.backward([np.full((1, 1, 2, 2), 4.0), np.full((1, 1, 1, 1), 16.0)], cache)
    assert (dx == 2).all()  # both features come from the first stage


@pytest.mark.parametrize("first_output", [0, 1, 2])
def test_gradients(first_output):
    check_layer(StagedBackbone(pools(3), (3, 3, 3), first_output), (2, 3, 8, 16), max_entries=8)


def test_inference_is_forward_without_the_cache():
    backbone, x = StagedBackbone(pools(3), (3, 3, 3), 1), np.random.default_rng(0).random((1, 3, 8, 8))
    for ours, wanted in zip(backbone(x), backbone.forward(x)[0], strict=True):
        assert (ours == wanted).all()


@pytest.mark.parametrize(("widths", "first_output"), [((3,), 0), ((3, 3), 2), ((3, 3), -1)])
def test_bad_arguments(widths, first_output):
    with pytest.raises(ValueError, match=f"got 2 stages, {len(widths)} widths, first_output {first_output}"):
        StagedBackbone(pools(2), widths, first_output)
