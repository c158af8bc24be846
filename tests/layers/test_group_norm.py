"""Group normalisation: by hand, its two ends, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import GroupNorm, batch_norm2d, group_norm, group_norm_backward
from scratchcv.testing import assert_close, check_layer


def test_by_hand(backend):
    x = np.array([[1.0, 3], [5, 7], [2, 2], [4, 4]]).reshape(1, 4, 1, 2)
    weight, bias = np.array([1.0, 2, 3, 4]), np.array([0.0, 0, 10, 10])
    y, mean, variance = group_norm(x, 2, weight, bias, eps=0)
    assert mean.tolist() == [[4, 3]]
    assert variance.tolist() == [[5, 1]]
    root = np.sqrt(5)
    wanted = [[-3 / root, -1 / root], [2 / root, 6 / root], [7, 7], [14, 14]]
    assert_close(y.reshape(4, 2), np.array(wanted), rtol=1e-14)


def test_an_image_does_not_depend_on_its_companions(backend):
    x = np.random.default_rng(0).standard_normal((3, 4, 5, 5)).astype(np.float32)
    norm = GroupNorm(2, 4)
    assert_close(norm(x)[1:2], norm(x[1:2]), rtol=0, atol=0)


def test_as_many_groups_as_channels_is_batch_norm_of_one_image(backend):
    rng = np.random.default_rng(1)
    x, weight, bias = rng.standard_normal((1, 6, 4, 5)), *rng.standard_normal((2, 6))
    y, mean, variance = group_norm(x, 6, weight, bias)
    wanted, batch_mean, batch_variance = batch_norm2d(x, weight, bias)
    assert_close(y, wanted, rtol=1e-12, atol=1e-14)
    assert_close(mean[0], batch_mean)
    assert_close(variance[0], batch_variance)


@pytest.mark.parametrize("shape", [(3, 4), (2, 4, 5), (2, 4, 2, 3, 2)])
def test_any_axes_after_the_channels(shape):
    y, _, _ = group_norm(np.random.default_rng(0).standard_normal(shape), 2, eps=0)
    groups = y.reshape(shape[0], 2, -1)
    assert_close(groups.mean(axis=-1), np.zeros((shape[0], 2)), atol=1e-12)
    assert_close(groups.std(axis=-1), np.ones((shape[0], 2)))


def test_without_scale_and_shift():
    norm = GroupNorm(2, 4, affine=False)
    assert not norm.state_dict()
    check_layer(norm, (2, 4, 3, 2), max_entries=8)


def random_layer(groups, channels, seed):
    rng = np.random.default_rng(seed)
    layer = GroupNorm(groups, groups * channels, eps=1e-2)
    layer.weight.value[:] = rng.standard_normal(groups * channels)
    layer.bias.value[:] = rng.standard_normal(groups * channels)
    return layer


@pytest.mark.parametrize("seed", range(20))
def test_gradients(seed, backend):
    groups, channels, N, H, W = np.random.default_rng(seed).integers(1, (4, 4, 3, 4, 4)).tolist()
    layer = random_layer(groups, channels, seed)
    check_layer(layer, (N + 1, groups * channels, H, W + 1), max_entries=6)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 3), st.integers(2, 3), st.lists(st.integers(1, 3), max_size=3))
def test_gradients_of_any_shape(groups, channels, spatial):
    check_layer(random_layer(groups, channels, 0), (2, groups * channels, *spatial), max_entries=6)


def test_bad_input():
    with pytest.raises(ValueError, match="num_groups must divide the 4 channels, got 3"):
        GroupNorm(3, 4)
    with pytest.raises(ValueError, match="num_groups must divide the 4 channels, got 0"):
        group_norm(np.zeros((1, 4, 2, 2)), 0)
    with pytest.raises(ValueError, match="num_groups must divide the 4 channels, got half"):
        GroupNorm("half", 4)
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, ...\), got \(4,\)"):
        group_norm(np.zeros(4), 2)
    with pytest.raises(ValueError, match=r"x must have shape \(N, 4, ..., ...\), got \(1, 6, 2, 2\)"):
        GroupNorm(2, 4)(np.zeros((1, 6, 2, 2)))
    with pytest.raises(ValueError, match=r"weight must have shape \(4,\), got \(2,\)"):
        group_norm(np.zeros((1, 4, 2, 2)), 2, np.ones(2))
    x = np.zeros((1, 4, 2, 2))
    with pytest.raises(ValueError, match=r"dy must have shape \(1, 4, 2, 2\), got \(1, 4, 2, 1\)"):
        group_norm_backward(x[..., :1], x, None, np.zeros((1, 2)), np.ones((1, 2)))
    with pytest.raises(ValueError, match=r"mean must have shape \(1, 2\), got \(3, 2\)"):
        group_norm_backward(x, x, None, np.zeros((3, 2)), np.ones((1, 2)))
