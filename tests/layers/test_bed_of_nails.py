"""Bed of nails: the lectures' table, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import BedOfNails, bed_of_nails, bed_of_nails_backward
from scratchcv.testing import check_layer


def test_the_lectures_table():
    """S0, lines 620-632; S2, lines 780-792."""
    y = bed_of_nails(np.array([[1.0, 2], [3, 4]]).reshape(1, 1, 2, 2))
    assert y[0, 0].tolist() == [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]


def test_backward_gathers():
    dx = bed_of_nails_backward(np.arange(16.0).reshape(1, 1, 4, 4))
    assert dx[0, 0].tolist() == [[0, 2], [8, 10]]


@pytest.mark.parametrize("seed", range(20))
def test_gradients(seed):
    shape = (2, *np.random.default_rng(seed).integers(1, 5, 3).tolist())
    check_layer(BedOfNails([1, 2, (3, 1), (2, 4)][seed % 4]), shape, max_entries=12)


@given(st.tuples(*[st.integers(0, 3)] * 4), st.tuples(st.integers(1, 4), st.integers(1, 4)))
@settings(max_examples=25, deadline=None)
def test_what_is_spread_is_gathered(shape, stride):
    x = np.random.default_rng(0).standard_normal(shape)
    y = bed_of_nails(x, stride)
    assert y.shape == (*shape[:2], shape[2] * stride[0], shape[3] * stride[1])
    assert (bed_of_nails_backward(y, stride) == x).all()
    assert np.count_nonzero(y) == x.size


def test_bad_input():
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\), got \(2, 2\)"):
        bed_of_nails(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="stride must be one or two whole numbers of at least 1, got 0"):
        bed_of_nails(np.zeros((1, 1, 2, 2)), 0)
    with pytest.raises(ValueError, match=r"sides that are multiples of \(2, 2\), got \(1, 1, 4, 3\)"):
        bed_of_nails_backward(np.zeros((1, 1, 4, 3)))
