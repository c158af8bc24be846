"""The linear layer: by hand, shapes, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import Linear, linear, linear_backward
from scratchcv.layers.linear import linear_input_gradient, linear_weight_gradient
from scratchcv.testing import assert_close, check_layer

X = np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 4.0]])
WEIGHT = np.array([[1.0, 0.0, 2.0], [-1.0, 3.0, 1.0]])


def test_by_hand():
    assert linear(X, WEIGHT).tolist() == [[7, 8], [8, 1]]
    assert linear(X, WEIGHT, np.array([100.0, 200.0])).tolist() == [[107, 208], [108, 201]]


def test_gradients_by_hand():
    dx, dweight, dbias = linear_backward(np.array([[1.0, 0.0], [2.0, -1.0]]), X, WEIGHT)
    assert dx.tolist() == [[1, 0, 2], [3, -3, 3]]
    assert dweight.tolist() == [[1, 0, 11], [0, 1, -4]]
    assert dbias.tolist() == [3, -1]


def test_parts_of_the_backward_pass():
    dy = np.array([[1.0, 0.0], [2.0, -1.0]])
    assert linear_input_gradient(dy, WEIGHT).tolist() == [[1, 0, 2], [3, -3, 3]]
    assert linear_weight_gradient(dy, X).tolist() == [[1, 0, 11], [0, 1, -4]]


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 0, 3), (2, 5, 3), (2, 1, 4, 3)])
def test_any_number_of_leading_axes(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    y = linear(x, WEIGHT, np.ones(2))
    assert y.shape == (*shape[:-1], 2)
    assert_close(y, np.einsum("...i,oi->...o", x, WEIGHT) + 1, rtol=1e-12)
    assert [array.shape for array in linear_backward(y, x, WEIGHT)] == [shape, (2, 3), (2,)]


def test_no_features():
    assert linear(np.zeros((2, 0)), np.zeros((3, 0)), np.arange(3.0)).tolist() == [[0, 1, 2]] * 2
    assert linear(np.zeros((2, 3)), np.zeros((0, 3))).shape == (2, 0)


def test_x_decides_the_dtype():
    for dtype in (np.float32, np.float64):
        x = X.astype(dtype)
        assert linear(x, WEIGHT, np.ones(2)).dtype == dtype
        assert {array.dtype for array in linear_backward(np.ones((2, 2)), x, WEIGHT)} == {np.dtype(dtype)}
    assert linear(np.arange(3), WEIGHT).dtype == np.float64


@pytest.mark.parametrize("seed", range(20))
def test_gradients(seed):
    rng = np.random.default_rng(seed)
    *leading, in_features, out_features = rng.integers(1, 6, rng.integers(3, 6)).tolist()
    layer = Linear(in_features, out_features, bool(rng.random() < 0.7), rng=rng)
    check_layer(layer, (*leading, in_features), max_entries=12)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=3), st.integers(0, 5), st.integers(0, 5), st.integers(0, 2**32))
def test_the_gradient_is_the_transpose(leading, in_features, out_features, seed):
    """<dy, W x> = <Wᵀ dy, x> = <dW, W>."""
    rng = np.random.default_rng(seed)
    x, weight = rng.standard_normal((*leading, in_features)), rng.standard_normal((out_features, in_features))
    y = linear(x, weight)
    dy = rng.standard_normal(y.shape)
    dx, dweight, dbias = linear_backward(dy, x, weight)
    assert_close((dx * x).sum(), (dy * y).sum(), atol=1e-12)
    assert_close((dweight * weight).sum(), (dy * y).sum(), atol=1e-12)
    assert_close(dbias, dy.reshape(-1, out_features).sum(axis=0) if dy.size else np.zeros(out_features))


def test_initial_weights():
    layer = Linear(300, 200, rng=np.random.default_rng(0))
    assert layer.weight.value.dtype == np.float32
    assert abs(layer.weight.value.std() / np.sqrt(2 / 300) - 1) < 0.02
    assert not layer.bias.value.any()
    assert list(Linear(2, 3, bias=False).state_dict()) == ["weight"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((2, 4)), WEIGHT), r"x must have shape \(..., 3\), got \(2, 4\)"),
        ((np.float64(1), WEIGHT), r"x must have shape \(..., 3\), got \(\)"),
        ((5.0, np.zeros((2, 1))), r"x must have shape \(..., 1\), got \(\)"),
        (("x", WEIGHT), r"x must have shape \(..., 3\), got \(\)"),
        ((X, np.zeros(3)), r"weight must have shape \(O, I\), got \(3,\)"),
        ((X, WEIGHT, np.zeros(3)), r"bias must have shape \(2,\), got \(3,\)"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        linear(*arguments)


@pytest.mark.parametrize("bad", ["3", -1, 2.5, None, True])
def test_bad_layers(bad):
    with pytest.raises(ValueError, match="in_features must be a whole number of at least 0, got "):
        Linear(bad, 4)
    with pytest.raises(ValueError, match="out_features must be a whole number of at least 0, got "):
        Linear(4, bad)


def test_bad_gradient():
    with pytest.raises(ValueError, match=r"dy must have shape \(2, 2\), got \(2, 3\)"):
        linear_backward(np.zeros((2, 3)), X, WEIGHT)
