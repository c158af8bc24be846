"""Batch normalisation: by hand, its running statistics, its gradients in both modes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers import (
    BatchNorm2d,
    batch_norm2d,
    batch_norm2d_backward,
    normalise,
    normalise_backward,
)
from scratchcv.testing import assert_close, check_layer


def test_by_hand(backend):
    x = np.array([1.0, 2, 3, 6]).reshape(2, 1, 1, 2)
    y, mean, variance = batch_norm2d(x, np.array([2.0]), np.array([10.0]), eps=0)
    assert mean.tolist() == [3]
    assert variance.tolist() == [3.5]
    assert_close(y.ravel(), 10 + 2 * np.array([-2.0, -1, 0, 3]) / np.sqrt(3.5), rtol=1e-14)


def test_output_has_mean_beta_and_deviation_gamma(backend):
    rng = np.random.default_rng(0)
    weight, bias = rng.standard_normal(4), rng.standard_normal(4)
    y, _, _ = batch_norm2d(5 + 3 * rng.standard_normal((8, 4, 9, 7)), weight, bias, eps=0)
    assert_close(y.mean(axis=(0, 2, 3)), bias, atol=1e-12, rtol=0)
    assert_close(y.std(axis=(0, 2, 3)), np.abs(weight), rtol=1e-12)


def test_millions_of_float32_values_lose_nothing(backend):
    rng = np.random.default_rng(0)
    x = (1000 + rng.standard_normal((4, 1, 700, 700))).astype(np.float32)
    _, mean, variance = batch_norm2d(x, np.ones(1, np.float32), np.zeros(1, np.float32))
    assert abs(float(mean[0]) / x.mean(dtype=np.float64) - 1) < 1e-6
    assert abs(float(variance[0]) / x.var(dtype=np.float64) - 1) < 1e-4


def test_running_statistics_are_pytorchs(backend):
    layer = BatchNorm2d(1, momentum=0.25)
    layer.forward(np.array([1.0, 3], np.float32).reshape(2, 1, 1, 1))
    assert layer.running_mean.tolist() == [0.25 * 2]
    assert layer.running_var.tolist() == [0.75 * 1 + 0.25 * 2]  # the unbiased variance of 1 and 3 is 2
    assert int(layer.num_batches_tracked) == 1


def test_evaluation_uses_the_running_statistics_and_changes_nothing(backend):
    layer = BatchNorm2d(2)
    layer.running_mean[:] = [1, 2]
    layer.running_var[:] = [4, 9]
    before = layer.eval().state_dict()
    x = np.random.default_rng(0).standard_normal((3, 2, 4, 4)).astype(np.float32)
    y = layer(x)
    expected = (x - layer.running_mean[:, None, None]) / np.sqrt(layer.running_var + 1e-5)[:, None, None]
    assert_close(y, expected, rtol=1e-5, atol=1e-6)
    assert all((value == before[name]).all() for name, value in layer.state_dict().items())
    assert_close(layer(x[:1]), y[:1], rtol=0, atol=0)


@pytest.mark.parametrize("seed", range(20))
def test_gradients_in_training_and_evaluation(seed, backend):
    rng = np.random.default_rng(seed)
    N, C, H, W = (rng.integers((2, 1, 1, 1), 5)).tolist()
    layer = BatchNorm2d(C, eps=float(rng.choice([1e-3, 0.1])))
    layer.weight.value[:], layer.bias.value[:] = rng.standard_normal((2, C))
    check_layer(layer, (N + 1, C, H, W), max_entries=8)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 3), *[st.integers(1, 5)] * 3, st.sampled_from(BACKENDS))
def test_any_shape(N, C, H, W, backend):
    if backend == "numba" and not has_numba():
        return
    x = np.random.default_rng(0).standard_normal((N, C, H, W))
    with use_backend(backend):
        y, mean, variance = batch_norm2d(x, np.ones(C), np.zeros(C), eps=1.0)
        dx, dweight, dbias = batch_norm2d_backward(y, x, np.ones(C), mean, variance, eps=1.0)
    assert y.shape == dx.shape == x.shape
    assert_close(y.sum(axis=(0, 2, 3)), np.zeros(C), atol=1e-12)
    assert_close(dbias, np.zeros(C), atol=1e-12)
    assert_close(dweight, (y * y).sum(axis=(0, 2, 3)))


def test_constant_statistics_let_dy_through_scaled(backend):
    dy = np.arange(8.0).reshape(2, 2, 2, 1)
    dx = normalise_backward(dy, np.array([4.0, 9.0]), np.array([1.0, -6.0]), eps=0)
    assert dx[:, 0].tolist() == (dy[:, 0] / 2).tolist()
    assert dx[:, 1].tolist() == (dy[:, 1] * -2).tolist()
    with pytest.raises(ValueError, match=r"variance must have shape \(2,\), got \(3,\)"):
        normalise_backward(dy, np.ones(3), np.ones(2))


def test_no_gradient_along_shift_and_scale(backend):
    """y does not change when x is shifted or scaled, so dx is orthogonal to both."""
    rng = np.random.default_rng(2)
    x, dy = rng.standard_normal((2, 6, 1, 5, 4))
    weight = np.array([1.7])
    _, mean, variance = batch_norm2d(x, weight, np.zeros(1), eps=0)
    dx, _, _ = batch_norm2d_backward(dy, x, weight, mean, variance, eps=0)
    assert abs(dx.sum()) < 1e-12
    assert abs((dx * (x - mean)).sum()) < 1e-12


def test_empty_batch(backend):
    layer = BatchNorm2d(3)
    y, cache = layer.forward(np.zeros((0, 3, 2, 2), np.float32))
    assert layer.backward(y, cache).shape == (0, 3, 2, 2)
    assert layer.running_mean.tolist() == [0, 0, 0]
    assert int(layer.num_batches_tracked) == 0


def test_a_call_in_evaluation_remembers_its_statistics(backend):
    """Training between forward and backward moves the running averages, not the gradient of that call."""
    layer = BatchNorm2d(1, eps=0).eval()
    x = np.array([1.0, 5.0], np.float32).reshape(2, 1, 1, 1)
    y, cache = layer.forward(x)
    layer.train().forward(10 * x)
    assert layer.running_var.tolist() != [1]
    assert layer.backward(np.ones_like(y), cache).ravel().tolist() == [1, 1]
    assert layer.weight.grad.tolist() == [6]  # of x itself: the mean was 0, the variance 1


def test_a_single_value_says_nothing_about_the_variance(backend):
    layer = BatchNorm2d(2)
    y, cache = layer.forward(np.full((1, 2, 1, 1), 5, np.float32))
    assert not y.any()
    assert not layer.backward(np.ones_like(y), cache).any()
    assert layer.running_mean.tolist() == [0.5, 0.5]
    assert layer.running_var.tolist() == [1, 1]


def test_x_decides_the_dtype(backend):
    x = np.arange(8).reshape(2, 1, 2, 2)
    y, mean, _ = batch_norm2d(x, np.ones(1, np.float32), np.zeros(1, np.float32))
    assert y.dtype == mean.dtype == np.float64
    assert mean.tolist() == [3.5]
    dx, dweight, dbias = batch_norm2d_backward(y, x.astype(np.float32), np.ones(1), mean, np.ones(1))
    assert dx.dtype == dweight.dtype == dbias.dtype == np.float32


def test_statistics_of_other_channels():
    x, three = np.zeros((1, 3, 2, 2)), np.ones(3)
    with pytest.raises(ValueError, match=r"mean must have shape \(3,\), got \(1,\)"):
        batch_norm2d_backward(x, x, three, np.zeros(1), three)
    with pytest.raises(ValueError, match=r"variance must have shape \(3,\), got \(2,\)"):
        normalise(x, three, np.ones(2), three, three)


def test_bad_input():
    with pytest.raises(ValueError, match=r"x must have shape \(N, 3, H, W\), got \(2, 4, 5, 5\)"):
        BatchNorm2d(3)(np.zeros((2, 4, 5, 5)))
    ones = np.ones(3)
    with pytest.raises(ValueError, match=r"x must have shape \(N, 3, H, W\), got \(3, 3\)"):
        normalise(np.zeros((3, 3)), ones, ones, ones, ones)
    with pytest.raises(ValueError, match=r"dy must have shape \(1, 3, 2, 2\), got \(1, 3, 2, 1\)"):
        batch_norm2d_backward(np.zeros((1, 3, 2, 1)), np.zeros((1, 3, 2, 2)), ones, ones, ones)


@pytest.mark.parametrize("eps", [-1, float("nan"), (1, 2, 3)])
def test_eps_is_one_number_and_not_negative(eps):
    x, one = np.ones((2, 1, 2, 2)), np.ones(1)
    with pytest.raises(ValueError, match="eps must be a number of at least 0, got"):
        batch_norm2d(x, one, one, eps)
    with pytest.raises(ValueError, match="eps must be a number of at least 0, got"):
        batch_norm2d_backward(x, x, one, one, one, eps)
