"""RetinaNet's head: names, shapes, gradients, what it believes at first."""

from functools import partial

import numpy as np
import pytest

from scratchcv.layers import GroupNorm, rows_to_maps, sigmoid
from scratchcv.models import RetinaNetHead
from scratchcv.models.retinanet_head import RetinaNetClassificationHead, RetinaNetRegressionHead
from scratchcv.testing import assert_close, check_layer

LEVELS = [
    np.random.default_rng(level).standard_normal((2, 4, side, side)) for level, side in enumerate((3, 2))
]


class OneLevel(RetinaNetRegressionHead):
    """On a single map, as layers are checked."""

    def forward(self, x):
        return super().forward([x])

    def backward(self, dy, cache):
        return super().backward(dy, cache)[0]

    def __call__(self, x):
        return super().__call__([x])


@pytest.mark.parametrize("norm_layer", [None, partial(GroupNorm, 2)])
def test_gradients(norm_layer):
    subnet = OneLevel(4, 2, 4, conv_depth=2, norm_layer=norm_layer, rng=np.random.default_rng(0))
    for parameter in subnet.parameters():
        parameter.value += np.random.default_rng(1).normal(0, 0.3, parameter.value.shape)
    check_layer(subnet, LEVELS[0])


def test_names_and_numbers_are_torchvisions():
    head = RetinaNetHead(8, 9, 3)
    names = [name for name, _ in head.named_parameters()]
    assert len(names) == 20
    assert {
        "classification_head.conv.0.0.weight",
        "classification_head.cls_logits.bias",
        "regression_head.conv.3.0.bias",
        "regression_head.bbox_reg.weight",
    } <= set(names)
    weights = np.concatenate([p.value.ravel() for name, p in head.named_parameters() if "weight" in name])
    assert weights.std() == pytest.approx(0.01, rel=0.03)
    with_norm = dict(RetinaNetHead(8, 9, 3, norm_layer=partial(GroupNorm, 4)).named_parameters())
    assert "classification_head.conv.0.1.weight" in with_norm
    assert "classification_head.conv.0.0.bias" not in with_norm


def test_at_first_every_score_is_a_hundredth():
    scores = sigmoid(RetinaNetClassificationHead(4, 9, 5)([LEVELS[0].astype(np.float32)]))
    assert_close(scores, np.full_like(scores, 0.01), rtol=0.01)


def test_all_levels_share_the_weights_and_their_gradients_add():
    head = RetinaNetHead(4, 2, 3, conv_depth=1, rng=np.random.default_rng(0)).astype(np.float64)
    (logits, deltas), cache = head.forward(LEVELS)
    assert logits.shape == (2, 2 * (9 + 4), 3)
    assert deltas.shape == (2, 2 * (9 + 4), 4)
    alone = [head([level])[0] for level in LEVELS]
    assert_close(logits, np.concatenate(alone, axis=1))
    assert_close(head(LEVELS)[1], deltas)
    head.backward((np.ones_like(logits), np.ones_like(deltas)), cache)
    both = head.classification_head.cls_logits.weight.grad.copy()
    head.zero_grad()
    for level in LEVELS:
        (one, other), cache = head.forward([level])
        head.backward((np.ones_like(one), np.ones_like(other)), cache)
    assert_close(head.classification_head.cls_logits.weight.grad, both)


def test_a_row_is_an_anchor_of_a_cell():
    subnet = RetinaNetRegressionHead(4, 2, 4, conv_depth=0, rng=np.random.default_rng(0)).astype(np.float64)
    maps = subnet.bbox_reg(LEVELS[0])
    assert np.array_equal(rows_to_maps(subnet([LEVELS[0]]), maps.shape), maps)


def test_same_seed_same_weights():
    first, second, other = (
        RetinaNetHead(4, 2, 3, rng=np.random.default_rng(seed)).state_dict() for seed in (5, 5, 6)
    )
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert any(not np.array_equal(first[name], other[name]) for name in first)
