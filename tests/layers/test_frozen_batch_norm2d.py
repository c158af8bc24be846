"""Frozen batch normalisation: nothing moves, names, the same as batch norm in evaluation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import BatchNorm2d, FrozenBatchNorm2d, Sequential
from scratchcv.testing import assert_close, check_layer


def random_layer(channels, seed, kind=FrozenBatchNorm2d):
    rng = np.random.default_rng(seed)
    layer = kind(channels).astype(np.float64)
    state = {name: rng.standard_normal(channels) for name in ("weight", "bias", "running_mean")}
    layer.load_state_dict(state | {"running_var": rng.uniform(0.1, 3, channels)}, strict=False)
    return layer


def test_by_hand(backend):
    layer = FrozenBatchNorm2d(1, eps=0.0)
    state = {"weight": [3.0], "bias": [10.0], "running_mean": [1.0], "running_var": [4.0]}
    layer.load_state_dict(state)
    y, cache = layer.forward(np.full((1, 1, 1, 1), 5.0))
    assert y.item() == 16  # 10 + 3 (5 - 1) / 2
    assert layer.backward(np.full((1, 1, 1, 1), 2.0), cache).item() == 3  # 2 · 3 / 2


def test_it_is_batch_norm_in_evaluation(backend):
    x, dy = np.random.default_rng(0).standard_normal((2, 3, 4, 5, 6))
    frozen, norm = random_layer(4, 7), random_layer(4, 7, BatchNorm2d).eval()
    (y, cache), (wanted, wanted_cache) = frozen.forward(x), norm.forward(x)
    assert_close(y, wanted, rtol=0, atol=0)
    assert_close(frozen.backward(dy, cache), norm.backward(dy, wanted_cache), rtol=0, atol=0)


def test_training_changes_nothing(backend):
    layer = random_layer(3, 1).astype(np.float32).train()
    before = layer.state_dict()
    x = np.random.default_rng(0).standard_normal((4, 3, 2, 2)).astype(np.float32)
    y, cache = layer.forward(x)
    layer.backward(y, cache)
    assert all((value == before[name]).all() for name, value in layer.state_dict().items())
    assert_close(layer.eval()(x), y, rtol=0, atol=0)


def test_names_are_torchvisions():
    layer = FrozenBatchNorm2d(2)
    assert list(layer.state_dict()) == ["weight", "bias", "running_mean", "running_var"]
    assert not layer.parameters()
    assert layer.eps == 1e-5


@pytest.mark.parametrize("seed", range(20))
def test_gradients(seed, backend):
    N, C, H, W = np.random.default_rng(seed).integers(1, 5, 4).tolist()
    check_layer(random_layer(C, seed), (N, C, H, W), max_entries=8)


@settings(deadline=None, max_examples=25)
@given(*[st.integers(1, 4)] * 4)
def test_gradients_of_any_shape(N, C, H, W):
    check_layer(random_layer(C, 0), (N, C, H, W), max_entries=6)


def test_a_trained_batch_norms_state_loads_at_any_depth():
    trained = Sequential(Sequential(BatchNorm2d(3)))
    trained(np.random.default_rng(0).standard_normal((4, 3, 5, 5)).astype(np.float32))
    state = trained.state_dict()
    assert "0.0.num_batches_tracked" in state
    frozen = Sequential(Sequential(FrozenBatchNorm2d(3)))
    frozen.load_state_dict(state)
    for name, value in frozen.state_dict().items():
        np.testing.assert_array_equal(value, state[name])
    with pytest.raises(ValueError, match=r"unknown \['0.0.more'\]"):
        frozen.load_state_dict({**state, "0.0.more": np.ones(1)})


def test_bad_input():
    with pytest.raises(ValueError, match=r"x must have shape \(N, 3, H, W\), got \(2, 4, 5, 5\)"):
        FrozenBatchNorm2d(3)(np.zeros((2, 4, 5, 5)))
