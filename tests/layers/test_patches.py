"""Patches: gathered, added back, grouped; which form runs."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import active_form
from scratchcv.layers.conv2d import conv2d_numpy
from scratchcv.layers.patches import add_patches, as_matrix, form_for, gather_patches, groups_of
from scratchcv.testing import assert_close


def test_gather_by_hand():
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    patches = gather_patches(x, (2, 2), (1, 2), (0, 1), (2, 1))
    assert patches.shape == (1, 1, 3, 1, 2, 2)
    assert patches[0, 0, :, 0].tolist() == [[[0, 0], [0, 8]], [[1, 2], [9, 10]], [[3, 0], [11, 0]]]


def test_add_by_hand():
    patches = np.arange(1.0, 5.0).reshape(1, 1, 2, 1, 1, 2)  # 1 2, and 3 4 one pixel on
    assert add_patches(patches, (1, 3), (1, 1), (0, 0), (1, 1))[0, 0].tolist() == [[1, 5, 4]]
    assert add_patches(patches, (1, 1), (1, 1), (0, 1), (1, 1))[0, 0].tolist() == [[5]]  # on the border: gone


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(*[st.integers(1, 3)] * 2),
    st.tuples(*[st.integers(1, 3)] * 2),
    st.tuples(*[st.integers(0, 3)] * 2),
    st.tuples(*[st.integers(1, 3)] * 2),
    st.tuples(*[st.integers(0, 5)] * 2),
    st.integers(0, 2**32),
)
def test_adding_is_the_transpose_of_gathering(kernel, stride, padding, dilation, room, seed):
    rng = np.random.default_rng(seed)
    sides = zip(kernel, padding, dilation, room, strict=True)
    size = tuple(max(d * (k - 1) + 1 - 2 * p, 1) + more for k, p, d, more in sides)
    x = rng.standard_normal((2, 3, *size))
    patches = gather_patches(x, kernel, stride, padding, dilation)
    others = rng.standard_normal(patches.shape)
    back = add_patches(others, size, stride, padding, dilation)
    assert_close((back * x).sum(), (patches * others).sum(), rtol=1e-12, atol=1e-12)


def test_as_matrix_of_nothing():
    assert as_matrix(np.zeros((0, 3, 4)), 1).shape == (0, 12)
    assert as_matrix(np.zeros((2, 3, 0)), 2).shape == (6, 0)


def test_groups_cover_all_channels():
    channels, filters = zip(*groups_of(6, 9, 3), strict=True)
    assert [list(range(6))[run] for run in channels] == [[0, 1], [2, 3], [4, 5]]
    assert [list(range(9))[run] for run in filters] == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_one_window_is_computed_by_the_formula(backend):
    assert form_for(conv2d_numpy, (5, 4), (5, 4), (0, 0)) is conv2d_numpy
    for image, kernel, padding in [((5, 4), (5, 3), (0, 0)), ((5, 4), (5, 4), (0, 1))]:
        assert form_for(conv2d_numpy, image, kernel, padding) is active_form(conv2d_numpy)
