"""The seven loops: by hand, and against patches."""

import numpy as np
import pytest

from scratchcv.backend import use_backend
from scratchcv.layers import conv2d, conv2d_backward, conv2d_naive, conv2d_naive_backward, window_output_size
from scratchcv.testing import assert_close, gradcheck


def test_by_hand():
    x = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]).reshape(1, 1, 3, 3)
    weight = np.array([[1.0, 0], [0, -1]]).reshape(1, 1, 2, 2)
    assert conv2d_naive(x, weight, np.array([10.0]))[0, 0].tolist() == [[6, 6], [6, 6]]  # 1 - 5 + 10, …
    assert conv2d_naive(x, weight, stride=2, padding=1)[0, 0].tolist() == [[-1, -3], [-7, 5 - 9]]
    assert conv2d_naive(x, weight, dilation=2).tolist() == [[[[1 - 9]]]]


def test_each_group_of_filters_sees_its_own_channels():
    x = np.array([1.0, 10, 100, 1000]).reshape(1, 4, 1, 1)
    weight = np.array([[1.0, 2], [3, 4]]).reshape(2, 2, 1, 1)
    assert conv2d_naive(x, weight, groups=2).ravel().tolist() == [1 + 20, 300 + 4000]


@pytest.mark.parametrize("seed", range(20))
def test_equals_the_linear_layer_of_patches(seed):
    rng = np.random.default_rng(seed)
    groups, N = rng.integers(1, 4), rng.integers(1, 3)
    C, O = rng.integers(1, 3, 2)
    stride, padding = rng.integers(1, 4, 2).tolist(), rng.integers(0, 4, 2).tolist()
    dilation, kernel = rng.integers(1, 4, 2).tolist(), rng.integers(1, 4, 2)
    size = np.maximum(dilation * (kernel - 1) + 1 - np.multiply(2, padding), 1) + rng.integers(0, 5, 2)
    x = rng.standard_normal((N, groups * C, *size))
    weight, bias = rng.standard_normal((groups * O, C, *kernel)), rng.standard_normal(groups * O)
    window = tuple(stride), tuple(padding), tuple(dilation)
    dy = rng.standard_normal((N, groups * O, *window_output_size(size.tolist(), kernel.tolist(), *window)))
    settings = *window, int(groups)
    with use_backend("numpy"):
        assert_close(conv2d_naive(x, weight, bias, *settings), conv2d(x, weight, bias, *settings), rtol=1e-12)
        expected = conv2d_backward(dy, x, weight, *settings)
    for ours, theirs in zip(conv2d_naive_backward(dy, x, weight, *settings), expected, strict=True):
        assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_gradients(seed):
    rng = np.random.default_rng(seed)
    groups, C, O, N = rng.integers(1, 3, 4).tolist()
    kernel, stride, dilation = (tuple(rng.integers(1, 4, 2).tolist()) for _ in range(3))
    padding, room = rng.integers(0, 3, 2), rng.integers(0, 3, 2)
    size = np.maximum(np.multiply(dilation, np.subtract(kernel, 1)) + 1 - 2 * padding, 1) + room
    x, weight = rng.standard_normal((N, groups * C, *size)), rng.standard_normal((groups * O, C, *kernel))
    settings = stride, tuple(padding.tolist()), dilation, groups
    gradcheck(
        lambda x, weight, bias: conv2d_naive(x, weight, bias, *settings),
        lambda dy, x, weight, bias: conv2d_naive_backward(dy, x, weight, *settings),
        [x, weight, rng.standard_normal(groups * O)],
        max_entries=6,
    )


def test_integers_become_floating():
    x, weight = np.ones((1, 1, 2, 2), int), np.full((1, 1, 2, 2), 0.25)
    assert conv2d_naive(x, weight).tolist() == [[[[1.0]]]]
    dx, dweight, dbias = conv2d_naive_backward(np.full((1, 1, 1, 1), 0.5), x, weight)
    assert dx.ravel().tolist() == [0.125] * 4
    assert dweight.ravel().tolist() == [0.5] * 4
    assert dbias.tolist() == [0.5]


def test_bad_input():
    with pytest.raises(ValueError, match="a window of 5 does not fit an image side of 4"):
        conv2d_naive(np.zeros((1, 1, 4, 4)), np.zeros((1, 1, 3, 3)), dilation=2)
