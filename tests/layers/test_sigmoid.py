"""The sigmoid and its logarithm: values, both ends, gradients."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import Sigmoid, log_sigmoid, log_sigmoid_backward, sigmoid, sigmoid_backward
from scratchcv.testing import assert_close, check_layer, gradcheck

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=5).map(tuple)


def test_by_hand():
    assert_close(sigmoid(np.log([1.0, 3.0, 1 / 3])), np.array([0.5, 0.75, 0.25]), rtol=1e-15)
    assert_close(log_sigmoid([0.0, math.log(3)]), np.log([0.5, 0.75]), rtol=1e-15)
    assert sigmoid_backward(np.ones(1), sigmoid([0.0])).tolist() == [0.25]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ten_thousand_does_not_overflow(dtype):
    x = np.array([-1e4, -100, 100, 1e4, np.inf, -np.inf], dtype)
    y = sigmoid(x)
    assert y.dtype == dtype
    assert y[[0, 3, 4, 5]].tolist() == [0, 1, 1, 0]
    assert 0 < y[1] < 1e-40
    log_y = log_sigmoid(x)
    assert log_y[[0, 1, 3, 4, 5]].tolist() == [-1e4, -100, 0, 0, -np.inf]
    assert -1e-40 < log_y[2] < 0  # a probability that rounds to 1 still has a logarithm
    assert np.isfinite(log_sigmoid_backward(np.ones(6, dtype), x)).all()


def test_nan_stays_nan():
    assert np.isnan(sigmoid(np.nan))
    assert np.isnan(log_sigmoid(np.nan))


def test_the_gradient_of_the_logarithm_does_not_vanish_where_the_answer_is_wrong():
    x = np.array([-50.0])
    assert sigmoid_backward(np.ones(1), sigmoid(x)) < 1e-20
    assert log_sigmoid_backward(np.ones(1), x).tolist() == [1.0]


@settings(deadline=None, max_examples=25)
@given(SHAPES, st.integers(0, 2**32 - 1), st.sampled_from([0.1, 1.0, 4.0]))
def test_opposite_logits_are_opposite_events(shape, seed, scale):
    x = scale * np.random.default_rng(seed).standard_normal(shape)
    assert_close(sigmoid(x) + sigmoid(-x), np.ones(shape), rtol=1e-15)
    assert_close(np.exp(log_sigmoid(x)), sigmoid(x), rtol=1e-14)


@settings(deadline=None, max_examples=25)
@given(SHAPES)
def test_gradients(shape):
    check_layer(Sigmoid(), shape, max_entries=8)


@pytest.mark.parametrize("seed", range(20))
def test_gradient_of_the_logarithm(seed):
    rng = np.random.default_rng(seed)
    x = 2 * rng.standard_normal(tuple(rng.integers(1, 5, rng.integers(1, 4))))
    assert gradcheck(log_sigmoid, log_sigmoid_backward, [x]).worst < 1e-6


def test_integers_become_floating():
    assert sigmoid([0, 0]).tolist() == [0.5, 0.5]


def test_gradients_of_another_shape_or_dtype():
    y = np.full((3, 3), 0.5, np.float32)
    for backward in (sigmoid_backward, log_sigmoid_backward):
        assert backward(np.ones((3, 3)), y).dtype == np.float32
        with pytest.raises(ValueError, match=r"dy must have shape \(3, 3\), got \(3, 1\)"):
            backward(np.ones((3, 1)), y)
