"""Concatenation: values, axes, gradients, shapes that do not fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import Concat, concat, concat_backward
from scratchcv.testing import check_layer


def test_by_hand():
    a, b = np.array([[1.0], [2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])
    assert concat([a, b]).tolist() == [[1, 3, 4], [2, 5, 6]]
    assert concat([a.T, b], dim=0).tolist() == [[1, 2], [3, 4], [5, 6]]
    assert concat([a]).tolist() == a.tolist()
    assert [dx.tolist() for dx in concat_backward(concat([a, b]), (1, 2))] == [a.tolist(), b.tolist()]


def test_empty_pieces():
    empty, full = np.zeros((2, 0)), np.ones((2, 3))
    assert concat([empty, full]).tolist() == full.tolist()
    assert [dx.shape for dx in concat_backward(full, (0, 3))] == [(2, 0), (2, 3)]


def test_the_first_dtype_decides():
    assert concat([np.zeros((1, 1), np.float32), np.zeros((1, 2))]).dtype == np.float32


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.integers(1, 3), min_size=2, max_size=4),
    st.lists(st.integers(1, 3), min_size=1, max_size=3),
    st.data(),
)
def test_gradients(shape, sizes, data):
    dim = data.draw(st.integers(1, len(shape) - 1))
    shapes = [(*shape[:dim], size, *shape[dim + 1 :]) for size in sizes]
    check_layer(Concat(dim - data.draw(st.sampled_from([0, len(shape)]))), *shapes, max_entries=4)


def test_bad_input():
    with pytest.raises(ValueError, match="inputs must be at least one array, got none"):
        concat([])
    with pytest.raises(ValueError, match="dim must be one of 1 axes, -1 to 0, got 1"):
        concat([np.zeros(2), np.zeros(2)])
    wanted = r"inputs\[1\] must be shaped like inputs\[0\] but for axis 1, got \(1, 3, 5\) and \(1, 2, 4\)"
    with pytest.raises(ValueError, match=wanted):
        concat([np.zeros((1, 2, 4)), np.zeros((1, 3, 5))])
    with pytest.raises(ValueError, match=r"got \(1, 2\) and \(1, 2, 4\)"):
        concat([np.zeros((1, 2, 4)), np.zeros((1, 2))])
    with pytest.raises(ValueError, match="sizes must add up to 3, dy's length along axis 1, got"):
        concat_backward(np.zeros((1, 3)), (1, 1))
    with pytest.raises(ValueError, match="sizes must add up to 3"):
        concat_backward(np.zeros((1, 3)), (4, -1))
    with pytest.raises(ValueError, match="dim must be one of 2 axes, -2 to 1, got 2"):
        concat_backward(np.zeros((1, 3)), (3,), dim=2)
