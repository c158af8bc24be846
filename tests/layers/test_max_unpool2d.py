"""Max unpooling: the lecture's table, sizes, values that meet, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers import MaxUnpool2d, max_pool2d, max_unpool2d, max_unpool2d_backward
from scratchcv.testing import check_layer, gradcheck

FORMS = [name for name in BACKENDS if name != "numba" or has_numba()]
LECTURE = np.array([[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8.0]]).reshape(1, 1, 4, 4)


def test_the_lectures_table(backend):
    """Lecture S0, lines 691-712: the values 1 to 4 go where 5, 6, 7 and 8 stood."""
    _, indices = max_pool2d(LECTURE, 2)
    y = max_unpool2d(np.array([[[[1.0, 2], [3, 4]]]]), indices, 2)
    assert y[0, 0].tolist() == [[0, 0, 2, 0], [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 4]]
    dx = max_unpool2d_backward(LECTURE, indices)
    assert dx[0, 0].tolist() == [[5, 6], [7, 8]]


def test_the_output_size(backend):
    x, indices = np.ones((2, 3, 2, 3)), np.zeros((2, 3, 2, 3), int)
    assert max_unpool2d(x, indices, 2).shape == (2, 3, 4, 6)
    assert max_unpool2d(x, indices, (3, 2), (2, 1), (1, 0)).shape == (2, 3, 3, 4)
    for size in ((5, 7), (3, 5), (2, 3, 5, 6)):
        assert max_unpool2d(x, indices, 2, output_size=size).shape == (2, 3, *size[-2:])
    assert max_unpool2d(x, indices, 2, output_size=5).shape == (2, 3, 5, 5)
    with pytest.raises(ValueError, match=r"output_size must be one or two whole numbers of at least 1, got"):
        max_unpool2d(x, indices, 2, output_size=(3, 4, 6))
    with pytest.raises(
        ValueError, match=r"output_size must be less than \(2, 2\) from \(4, 6\), got \(6, 6\)"
    ):
        max_unpool2d(x, indices, 2, output_size=(6, 6))


def test_the_last_of_equal_places_stays(backend):
    x, indices = np.array([[[[1.0, 2], [3, 4]]]]), np.array([[[[8, 3], [8, 3]]]])
    y = max_unpool2d(x, indices, 2, 1)
    assert y[0, 0].tolist() == [[0, 0, 0], [4, 0, 0], [0, 0, 3]]


@settings(deadline=None, max_examples=40)
@given(st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(1, 8), st.integers(1, 8)), st.data())
def test_pooling_what_was_unpooled_gives_it_back(shape, data):
    kernel = tuple(data.draw(st.integers(1, min(side, 3))) for side in shape[2:])
    x = 1 + np.random.default_rng(0).random(shape)  # the zeros between must not win
    for name in FORMS:
        with use_backend(name):
            y, indices = max_pool2d(x, kernel)
            again, places = max_pool2d(max_unpool2d(y, indices, kernel, output_size=shape), kernel)
        assert again.tolist() == y.tolist()
        assert places.tolist() == indices.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_gradients(backend, seed):
    rng = np.random.default_rng(seed)
    C, height, width, kh, kw = rng.integers(1, 5, 5).tolist()
    _, indices = max_pool2d(rng.random((2, C, height * kh, width * kw)), (kh, kw))
    layer, shape = MaxUnpool2d((kh, kw)), (2, C, height, width)
    check_layer(layer, shape, indices, constants=(1,), empty_batch=False, max_entries=16)


def test_gradients_of_a_named_size(backend):
    _, indices = max_pool2d(np.random.default_rng(0).random((2, 3, 5, 7)), 2)
    gradcheck(
        lambda x, indices: max_unpool2d(x, indices, 2, output_size=(5, 7)),
        lambda dy, x, indices: max_unpool2d_backward(dy, indices),
        [np.random.default_rng(1).standard_normal((2, 3, 2, 3)), indices],
    )


def test_the_layer_takes_a_size(backend):
    y, cache = MaxUnpool2d(2).forward(np.ones((1, 1, 1, 1)), np.array([[[[8]]]]), output_size=(3, 3))
    assert y[0, 0].tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1]]
    dx, nothing = MaxUnpool2d(2).backward(5 * y, cache)
    assert (dx.item(), nothing) == (5, None)


def test_no_images(backend):
    x, indices = np.zeros((0, 3, 2, 2), np.float32), np.zeros((0, 3, 2, 2), int)
    assert max_unpool2d(x, indices, 2).shape == (0, 3, 4, 4)
    assert max_unpool2d_backward(np.zeros((0, 3, 4, 4)), indices).shape == (0, 3, 2, 2)


def test_bad_input():
    x, indices = np.ones((1, 1, 2, 2)), np.array([[[[0, 16], [1, 2]]]])
    with pytest.raises(ValueError, match=r"indices must lie in 0…15, got indices\[.*\] = 16"):
        max_unpool2d(x, indices, 2)
    with pytest.raises(ValueError, match=r"indices must lie in 0…8, got indices\[.*\] = 16"):
        max_unpool2d_backward(np.ones((1, 1, 3, 3)), indices)
    with pytest.raises(TypeError, match="indices must be integers, got float64"):
        max_unpool2d(x, x, 2)
    with pytest.raises(ValueError, match=r"x must have shape \(1, 1, 2, 2\), got \(1, 1, 2, 1\)"):
        max_unpool2d(x[..., :1], indices, 2)
    with pytest.raises(ValueError, match="the output's size must be one or two whole numbers of at least 1"):
        max_unpool2d(x, indices, 1, 1, 1)
