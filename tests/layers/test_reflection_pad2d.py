"""Reflection padding: mirrors by hand, NumPy's own, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import ReflectionPad2d, reflection_pad2d, reflection_pad2d_backward
from scratchcv.testing import check_layer


def test_values(backend):
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    assert reflection_pad2d(x, (2, 0, 0, 1))[0, 0].tolist() == [
        [2, 1, 0, 1, 2],
        [5, 4, 3, 4, 5],
        [8, 7, 6, 7, 8],
        [5, 4, 3, 4, 5],
    ]


def test_every_copy_counts_in_the_gradient(backend):
    dx = reflection_pad2d_backward(np.ones((1, 1, 5, 5)), (3, 3), 1)
    assert dx[0, 0].tolist() == [[1, 3, 1], [3, 9, 3], [1, 3, 1]]


@pytest.mark.parametrize("seed", range(20))
def test_gradients(backend, seed):
    rng = np.random.default_rng(seed)
    shape = (2, *rng.integers((1, 2, 2), (3, 6, 6)).tolist())
    padding = 1 if seed % 4 == 0 else tuple(rng.integers(0, np.repeat(shape[:1:-1], 2)).tolist())
    check_layer(ReflectionPad2d(padding), shape, max_entries=12)


@given(st.data(), st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 6), st.integers(1, 6)))
@settings(max_examples=25, deadline=None)
def test_equals_numpys(data, shape):
    left, right, top, bottom = padding = tuple(
        data.draw(st.integers(0, side - 1)) for side in (shape[3], shape[3], shape[2], shape[2])
    )
    x = np.random.default_rng(0).standard_normal(shape)
    expected = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), mode="reflect")
    assert (reflection_pad2d(x, padding) == expected).all()


@pytest.mark.parametrize(
    ("padding", "message"),
    [
        (3, "padding must be less than the image's side 3, got 3"),
        ((0, 0, 3, 0), r"padding must be less than the image's side 3, got \(0, 0, 3, 0\)"),
        ((1, 1), r"padding must be one or four whole numbers of at least 0, got \(1, 1\)"),
        (-1, "padding must be one or four whole numbers of at least 0, got -1"),
    ],
)
def test_bad_input(padding, message):
    with pytest.raises(ValueError, match=message):
        reflection_pad2d(np.zeros((1, 1, 3, 4)), padding)
    with pytest.raises(ValueError, match=message):
        reflection_pad2d_backward(np.zeros((1, 1, 9, 9)), (3, 4), padding)


def test_bad_arrays():
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\), got \(3, 4\)"):
        reflection_pad2d(np.zeros((3, 4)), 1)
    with pytest.raises(ValueError, match=r"dy must have shape \(1, 1, 5, 6\), got \(1, 1, 3, 4\)"):
        reflection_pad2d_backward(np.zeros((1, 1, 3, 4)), (3, 4), 1)
