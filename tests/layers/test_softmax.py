"""Softmax and its logarithm: values, both ends, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers.softmax import Softmax, log_softmax, log_softmax_backward, softmax, softmax_backward
from scratchcv.testing import assert_close, check_layer, gradcheck

SHAPES = st.sampled_from([(3,), (2, 5), (2, 3, 4), (0, 3), (3, 0)])


def test_by_hand():
    assert_close(softmax(np.log([1.0, 2.0, 5.0]), axis=0), [0.125, 0.25, 0.625])
    assert_close(log_softmax(np.zeros((2, 4)), axis=1), np.full((2, 4), -np.log(4)))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), SHAPES, st.sampled_from([1.0, 1e4]))
def test_probabilities(seed, shape, scale):
    x = scale * np.random.default_rng(seed).standard_normal(shape)
    for axis in range(len(shape)):
        y = softmax(x, axis)
        assert y.shape == shape
        assert (y >= 0).all()
        if shape[axis]:
            assert_close(y.sum(axis), np.ones(y.sum(axis).shape))
        assert_close(np.exp(log_softmax(x, axis)), y, rtol=1e-9)
        assert (log_softmax(x, axis) <= 0).all()


def test_ten_thousand_does_not_overflow():
    assert softmax(np.array([1e4, 0, -1e4]), 0).tolist() == [1, 0, 0]
    assert log_softmax(np.array([1e4, 0, -1e4]), 0).tolist() == [0, -1e4, -2e4]


def test_a_masked_class_gets_nothing():
    assert softmax(np.array([0.0, -np.inf, 0.0]), 0).tolist() == [0.5, 0, 0.5]
    assert np.isnan(softmax(np.array([-np.inf, -np.inf]), 0)).all()


@pytest.mark.parametrize("seed", range(20))
def test_gradients(seed):
    rng = np.random.default_rng(seed)
    x = 2 * rng.standard_normal(tuple(rng.integers(1, 5, rng.integers(1, 4))))
    axis = int(rng.integers(-x.ndim, x.ndim))

    def backward_of_softmax(dy, x):
        return softmax_backward(dy, softmax(x, axis), axis)

    def backward_of_log_softmax(dy, x):
        return log_softmax_backward(dy, log_softmax(x, axis), axis)

    assert gradcheck(lambda x: softmax(x, axis), backward_of_softmax, [x]).worst < 1e-7
    assert gradcheck(lambda x: log_softmax(x, axis), backward_of_log_softmax, [x]).worst < 1e-7


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=4), st.data())
def test_layer(shape, data):
    dim = data.draw(st.integers(1, len(shape) - 1))
    check_layer(Softmax(dim), tuple(shape), max_entries=8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_stays(dtype):
    x = np.ones((2, 3), dtype)
    for forward, backward in ((softmax, softmax_backward), (log_softmax, log_softmax_backward)):
        y = forward(x, 1)
        assert y.dtype == dtype
        assert backward(x, y, 1).dtype == dtype
    assert softmax(np.array([1, 1]), 0).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("axis", [2, -3, None, 1.5])
def test_bad_axes(axis):
    for function in (softmax, log_softmax, lambda x, dim: Softmax(dim)(x)):
        with pytest.raises(ValueError, match="axis must be one of 2 axes, -2 to 1, got"):
            function(np.ones((2, 3)), axis)


@pytest.mark.parametrize("backward", [softmax_backward, log_softmax_backward])
def test_gradients_of_another_shape_or_dtype(backward):
    y = np.full((3, 3), 1 / 3, np.float32)
    assert backward(np.ones((3, 3)), y, 1).dtype == np.float32
    with pytest.raises(ValueError, match=r"dy must have shape \(3, 3\), got \(3, 1\)"):
        backward(np.ones((3, 1)), y, 1)
