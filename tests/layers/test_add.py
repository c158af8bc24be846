"""Addition: values, gradients, no stretching."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import Add, add, add_backward
from scratchcv.testing import check_layer


def test_by_hand():
    a, b, c = np.array([1.0, 2.0]), np.array([10.0, 20.0]), np.array([100.0, 200.0])
    assert add([a, b, c]).tolist() == [111, 222]
    assert add([a]).tolist() == [1, 2]
    assert [dx.tolist() for dx in add_backward(a, 3)] == [[1, 2]] * 3


def test_a_sum_of_one_is_a_copy():
    a = np.zeros(2)
    assert add([a]) is not a


def test_the_first_dtype_decides():
    assert add([np.ones(2, np.float32), np.ones(2)]).dtype == np.float32


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=4).map(tuple), st.integers(1, 4))
def test_gradients(shape, count):
    check_layer(Add(), *[shape] * count, max_entries=4)


def test_bad_input():
    with pytest.raises(ValueError, match="inputs must be at least one array, got none"):
        Add()()
    with pytest.raises(ValueError, match=r"inputs\[1\] must have shape \(2, 3\), got \(3,\)"):
        add([np.zeros((2, 3)), np.zeros(3)])
