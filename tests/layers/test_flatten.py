"""Flattening: shapes, order, bad axes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import Flatten, flatten, flatten_backward
from scratchcv.testing import check_layer


def test_by_hand():
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    assert Flatten()(x).tolist() == [list(range(12)), list(range(12, 24))]
    assert flatten(x).tolist() == list(range(24))
    assert flatten(x, 1, 2).shape == (2, 6, 2)
    assert flatten(x, -2, -1).shape == (2, 3, 4)
    assert flatten(x, 2, 2).shape == x.shape
    assert flatten(5.0).tolist() == [5.0]


def test_backward_undoes_it():
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    assert (flatten_backward(flatten(x, 1), x.shape) == x).all()


def test_empty():
    assert Flatten()(np.zeros((0, 3, 2, 2))).shape == (0, 12)
    assert Flatten()(np.zeros((2, 3, 0, 2))).shape == (2, 0)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 3), min_size=2, max_size=5), st.data())
def test_gradients(shape, data):
    first = data.draw(st.integers(1, len(shape) - 1))
    last = data.draw(st.integers(first, len(shape) - 1))
    check_layer(Flatten(first, last - len(shape)), tuple(shape), max_entries=6)


def test_bad_axes():
    x = np.zeros((2, 3))
    with pytest.raises(ValueError, match="start_dim must be one of 2 axes, -2 to 1, got 2"):
        flatten(x, 2)
    with pytest.raises(ValueError, match="end_dim must be one of 2 axes, -2 to 1, got -3"):
        flatten(x, 0, -3)
    with pytest.raises(ValueError, match="end_dim must not come before start_dim, got 1 to 0"):
        flatten(x, 1, 0)


def test_a_gradient_of_another_size():
    with pytest.raises(ValueError, match=r"as many numbers as an array of shape \(2, 3, 4\), got \(2, 11\)"):
        flatten_backward(np.zeros((2, 11)), (2, 3, 4))
