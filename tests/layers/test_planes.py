"""Gathering from flattened images and scattering to them: each the other's transpose."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers.planes import gather_planes, scatter_planes

FORMS = [name for name in BACKENDS if name != "numba" or has_numba()]


def test_by_hand(backend):
    x = np.arange(12.0).reshape(1, 2, 2, 3)
    indices = np.array([[[[5, 0]], [[1, 1]]]])
    assert gather_planes(x, indices).tolist() == [[[[5, 0]], [[7, 7]]]]
    values = np.array([[[[1.0, 2]], [[3, 4]]]])
    added = scatter_planes(values, indices, (1, 2, 2, 3))
    assert added.tolist() == [[[[2, 0, 0], [0, 0, 1]], [[0, 7, 0], [0, 0, 0]]]]
    kept = scatter_planes(values, indices, (1, 2, 2, 3), overwrite=True)
    assert kept.tolist() == [[[[2, 0, 0], [0, 0, 1]], [[0, 4, 0], [0, 0, 0]]]]


def test_blocks_that_share_an_image_and_places_that_are_nowhere(backend):
    values = np.arange(1.0, 7).reshape(3, 1, 1, 2)
    indices = np.array([1, -1, 0, 1, -1, -1]).reshape(3, 1, 1, 2)
    x = scatter_planes(values, indices, (2, 1, 1, 2), np.array([1, 1, 0]))
    assert x.tolist() == [[[[0, 0]]], [[[3, 5]]]]
    x = scatter_planes(values, indices, (2, 1, 1, 2), np.array([1, 1, 0]), overwrite=True)
    assert x.tolist() == [[[[0, 0]]], [[[3, 4]]]]


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(1, 5), st.integers(1, 5)),
    st.tuples(st.integers(0, 4), st.integers(1, 4)),
    st.integers(0, 2**32 - 1),
)
def test_scattering_is_the_transpose_of_gathering(shape, size, seed):
    rng = np.random.default_rng(seed)
    x, values = rng.integers(-9, 10, shape), rng.integers(-9, 10, (*shape[:2], *size))
    indices = rng.integers(0, shape[2] * shape[3], values.shape)
    for name in FORMS:
        with use_backend(name):
            gathered, scattered = gather_planes(x, indices), scatter_planes(values, indices, shape)
        assert (gathered * values).sum() == (x * scattered).sum()  # whole numbers: no rounding


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 5), max_size=20))
def test_the_last_of_several_stays(places):
    expected = np.zeros(6)
    for number, place in enumerate(places):
        expected[place] = number + 1
    values = np.arange(1.0, len(places) + 1).reshape(1, 1, 1, -1)
    indices = np.array(places, np.int64).reshape(values.shape)
    for name in FORMS:
        with use_backend(name):
            x = scatter_planes(values, indices, (1, 1, 2, 3), overwrite=True)
        assert x.ravel().tolist() == expected.tolist()


def test_bad_input():
    values = np.zeros((1, 2, 2, 2))
    with pytest.raises(ValueError, match=r"indices must lie in 0…5, got indices\[.*\] = 6"):
        scatter_planes(values, np.arange(8).reshape(values.shape) % 7, (1, 2, 2, 3))
    with pytest.raises(ValueError, match=r"indices must lie in -1…5, got indices\[.*\] = -2"):
        scatter_planes(values, np.full(values.shape, -2), (1, 2, 2, 3), np.zeros(1, int))
    with pytest.raises(ValueError, match=r"indices must have shape \(1, 2, H', W'\), got \(1, 1, 2, 2\)"):
        gather_planes(values, np.zeros((1, 1, 2, 2), int))
    with pytest.raises(ValueError, match=r"images must lie in 0…0, got images\[.*\] = 1"):
        scatter_planes(values, np.zeros(values.shape, int), (1, 2, 2, 3), np.ones(1, int))
    with pytest.raises(ValueError, match=r"images must have shape \(M,\), got \(1, 1\)"):
        scatter_planes(values, np.zeros(values.shape, int), (1, 2, 2, 3), np.ones((1, 1), int))
