"""Adaptive average pooling: its windows, what it equals, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers import (
    AdaptiveAvgPool2d,
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    avg_pool2d,
)
from scratchcv.testing import assert_close, check_layer

FORMS = [name for name in BACKENDS if name != "numba" or has_numba()]


def test_neighbours_share_a_pixel_where_sizes_do_not_divide(backend):
    x = np.array([0.0, 10, 20, 30, 40]).reshape(1, 1, 1, 5)
    assert adaptive_avg_pool2d(x, (1, 2)).ravel().tolist() == [10, 30]  # pixels 0-2 and 2-4
    assert adaptive_avg_pool2d(x, (1, 3)).ravel().tolist() == [5, 20, 35]  # 0-1, 1-3, 3-4


def test_more_windows_than_pixels_repeat_them(backend):
    assert adaptive_avg_pool2d(np.array([[[[1.0, 3]]]]), (2, 4)).tolist() == [[[[1, 1, 3, 3]] * 2]]
    dx = adaptive_avg_pool2d_backward(np.ones((1, 1, 2, 4)), (1, 2))
    assert dx.tolist() == [[[[4, 4]]]]


@pytest.mark.parametrize("size", [None, (None, None), (4, None), (None, 5), [4, 5]])
def test_none_keeps_a_side(backend, size):
    x = np.random.default_rng(0).random((2, 3, 4, 5))
    assert adaptive_avg_pool2d(x, size).tolist() == x.tolist()


def test_of_one_window_it_is_the_mean(backend):
    x = np.random.default_rng(0).random((2, 3, 4, 5))
    assert_close(adaptive_avg_pool2d(x, 1)[:, :, 0, 0], x.mean(axis=(2, 3)), rtol=1e-15)


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(st.integers(0, 2), st.integers(1, 2), st.integers(1, 7), st.integers(1, 7)),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_is_what_it_is_defined_to_be(shape, size):
    x = np.random.default_rng(0).integers(-9, 10, shape).astype(float)
    (H, W), expected = shape[2:], np.zeros((*shape[:2], *size))
    for h, w in np.ndindex(size):
        rows = slice(int(np.floor(h * H / size[0])), int(np.ceil((h + 1) * H / size[0])))
        columns = slice(int(np.floor(w * W / size[1])), int(np.ceil((w + 1) * W / size[1])))
        if shape[0]:
            expected[:, :, h, w] = x[:, :, rows, columns].mean(axis=(2, 3))
    for name in FORMS:
        with use_backend(name):
            assert_close(adaptive_avg_pool2d(x, size), expected, rtol=1e-14)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
@settings(deadline=None, max_examples=25)
def test_where_sizes_divide_it_is_average_pooling(height, width, kh, kw):
    x = np.random.default_rng(0).standard_normal((1, 2, height * kh, width * kw))
    assert adaptive_avg_pool2d(x, (height, width)).tolist() == avg_pool2d(x, (kh, kw)).tolist()


@pytest.mark.parametrize("seed", range(20))
def test_gradients(backend, seed):
    rng = np.random.default_rng(seed)
    C, H, W, *size = rng.integers(1, 7, 5).tolist()
    size[seed % 2] = None if seed % 3 == 0 else size[seed % 2]
    check_layer(AdaptiveAvgPool2d(tuple(size)), (2, C, H, W), max_entries=16)


def test_no_images(backend):
    assert adaptive_avg_pool2d(np.zeros((0, 3, 5, 5)), 2).shape == (0, 3, 2, 2)
    assert adaptive_avg_pool2d_backward(np.zeros((0, 3, 2, 2), np.float32), (5, 5)).shape == (0, 3, 5, 5)


@pytest.mark.parametrize(
    ("shape", "size", "message"),
    [
        ((3, 4, 4), 2, r"x must have shape \(N, C, H, W\), got \(3, 4, 4\)"),
        ((1, 3, 4, 4), 0, "output_size must be one or two whole numbers of at least 1"),
        ((1, 3, 4, 4), (1, 2, 3), r"output_size must be one or two numbers, got \(1, 2, 3\)"),
        ((1, 3, 0, 4), 2, r"images must have at least one pixel, got \(0, 4\)"),
    ],
)
def test_bad_input(shape, size, message):
    with pytest.raises(ValueError, match=message):
        adaptive_avg_pool2d(np.zeros(shape), size)
