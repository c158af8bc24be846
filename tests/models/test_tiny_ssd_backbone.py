"""The blocks of EE 628's TinySSD: the sizes of their maps, and their gradients."""

import numpy as np
import pytest

from scratchcv.models import TinySSDBackbone
from scratchcv.testing import check_layer


@pytest.mark.parametrize(("size", "cells"), [(256, (32, 16, 8, 4, 1)), (128, (16, 8, 4, 2, 1))])
def test_every_block_halves_and_the_last_leaves_a_cell(size, cells):
    """EE 628, lines 807-845."""
    backbone = TinySSDBackbone(size)
    features = backbone(np.zeros((2, 3, size, size), np.float32))
    assert [feature.shape for feature in features] == [
        (2, channels, side, side) for channels, side in zip((64, 128, 128, 128, 128), cells, strict=True)
    ]


def test_gradients():
    rng = np.random.default_rng(0)
    backbone = TinySSDBackbone(64, rng=rng)
    check_layer(backbone, rng.standard_normal((2, 3, 64, 64)), max_entries=1, eps=1e-6)
