"""The residual block: both paths forward and backward, names."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import BatchNorm2d, Conv2d, ReLU, Residual, Sequential
from scratchcv.testing import assert_close, check_layer


def block(rng, channels, out_channels, stride):
    body = Sequential(
        Conv2d(channels, 3, 1, rng=rng), ReLU(), Conv2d(3, out_channels, 3, stride, padding=1, rng=rng)
    )
    shortcut = None
    if stride != 1 or channels != out_channels:
        shortcut = Conv2d(channels, out_channels, 1, stride, bias=False, rng=rng)
    return Residual(body, shortcut)


def test_by_hand():
    layer = Residual(Conv2d(1, 1, 1))
    layer.body.weight.value[:] = 2
    x = np.array([1.0, 3.0]).reshape(1, 1, 1, 2)
    y, cache = layer.forward(x)
    assert y.ravel().tolist() == [3, 9]
    assert layer.backward(np.ones_like(x), cache).ravel().tolist() == [3, 3]
    assert layer.body.weight.grad.item() == 4


def test_a_dead_body_lets_the_gradient_through():
    layer = Residual(Conv2d(2, 2, 3, padding=1))
    layer.body.weight.value[:] = 0
    x = np.random.default_rng(0).standard_normal((1, 2, 4, 4))
    y, cache = layer.forward(x)
    assert_close(y, x)
    assert_close(layer.backward(x, cache), x)


def test_names():
    layer = Residual(Sequential(Conv2d(2, 4, 1, bias=False), BatchNorm2d(4)), Conv2d(2, 4, 1, bias=False))
    names = [name for name, _ in layer.named_parameters()]
    assert names == ["body.0.weight", "body.1.weight", "body.1.bias", "shortcut.weight"]


@pytest.mark.parametrize("seed", range(20))
def test_gradients(seed, backend):
    rng = np.random.default_rng(seed)
    channels, out_channels = rng.integers(1, 4, 2).tolist()
    layer = block(rng, channels, out_channels, stride=int(rng.integers(1, 3)))
    check_layer(layer, (2, channels, *rng.integers(2, 5, 2).tolist()), max_entries=4)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 3), *[st.integers(1, 4)] * 4, st.integers(0, 2**32 - 1))
def test_both_paths_add_up(N, channels, out_channels, H, W, seed):
    """y = F(x) + S(x), dx = dx_F + dx_S, whatever the shapes; an empty batch has both, too."""
    rng = np.random.default_rng(seed)
    layer = block(rng, channels, out_channels, stride=1).astype(np.float64)
    x, dy = rng.standard_normal((N, channels, H, W)), rng.standard_normal((N, out_channels, H, W))
    y, cache = layer.forward(x)
    body_y, body_cache = layer.body.forward(x)
    skipped, dskipped = x, dy
    if layer.shortcut is not None:
        skipped, shortcut_cache = layer.shortcut.forward(x)
        dskipped = layer.shortcut.backward(dy, shortcut_cache)
    assert_close(y, body_y + skipped)
    assert_close(layer(x), y)
    assert_close(layer.backward(dy, cache), layer.body.backward(dy, body_cache) + dskipped)


def test_gradients_with_batch_norm(backend):
    body = Sequential(Conv2d(2, 2, 3, padding=1, bias=False), BatchNorm2d(2), ReLU())
    check_layer(Residual(body), (3, 2, 3, 3), max_entries=8)


def test_paths_of_different_shapes():
    wanted = r"body and shortcut must give equal shapes, got \(1, 4, 2, 2\) and \(1, 2, 2, 2\)"
    with pytest.raises(ValueError, match=wanted):
        Residual(Conv2d(2, 4, 1)).forward(np.zeros((1, 2, 2, 2)))
    with pytest.raises(ValueError, match=wanted):
        Residual(Conv2d(2, 4, 1))(np.zeros((1, 2, 2, 2)))
