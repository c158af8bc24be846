"""The matrix of a convolution: by hand, and what it gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import (
    conv2d,
    conv2d_backward,
    conv2d_matrix,
    conv_transpose2d_matrix,
    window_output_size,
)
from scratchcv.testing import assert_close


def test_by_hand():
    weight = np.array([1.0, 2.0]).reshape(1, 1, 1, 2)
    assert conv2d_matrix(weight, (1, 3)).tolist() == [[1, 2, 0], [0, 1, 2]]
    assert conv2d_matrix(weight, (1, 3), stride=2, padding=(0, 1)).tolist() == [[2, 0, 0], [0, 1, 2]]
    assert conv2d_matrix(weight, (1, 3), dilation=2).tolist() == [[1, 0, 2]]
    assert conv2d_matrix(np.array([3.0, 4.0]).reshape(2, 1, 1, 1), (1, 1), groups=2).tolist() == [
        [3, 0],
        [0, 4],
    ]


def test_the_matrix_of_dive_into_deep_learning():
    """Section 14.10.3: a 4×9 matrix for a 2×2 kernel on 3×3 pixels, and its transpose back to 3×3."""
    weight = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 1, 2, 2)
    matrix = conv2d_matrix(weight, (3, 3))
    assert matrix.tolist() == [
        [1, 2, 0, 3, 4, 0, 0, 0, 0],
        [0, 1, 2, 0, 3, 4, 0, 0, 0],
        [0, 0, 0, 1, 2, 0, 3, 4, 0],
        [0, 0, 0, 0, 1, 2, 0, 3, 4],
    ]
    y = matrix @ np.arange(9.0)
    assert y.tolist() == [27, 37, 57, 67]
    assert (matrix.T @ y).tolist() == [27, 91, 74, 138, 400, 282, 171, 429, 268]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_it_is_the_convolution_and_its_transpose_the_gradient(data):
    draw = data.draw
    C, O, groups = (draw(st.integers(1, 3)) for _ in range(3))
    kernel, stride, dilation = (draw(st.tuples(*[st.integers(1, 3)] * 2)) for _ in range(3))
    padding, room = (draw(st.tuples(*[st.integers(0, 3)] * 2)) for _ in range(2))
    sides = zip(kernel, padding, dilation, room, strict=True)
    size = tuple(max(d * (k - 1) + 1 - 2 * p, 1) + more for k, p, d, more in sides)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x, weight = rng.standard_normal((2, C * groups, *size)), rng.standard_normal((O * groups, C, *kernel))
    settings = stride, padding, dilation, groups
    matrix = conv2d_matrix(weight, size, *settings)
    y = conv2d(x, weight, None, *settings)
    assert_close((matrix @ x.reshape(2, -1).T).T, y.reshape(2, -1), rtol=1e-12, atol=1e-12)
    dx, _, _ = conv2d_backward(y, x, weight, *settings)
    assert_close((matrix.T @ y.reshape(2, -1).T).T, dx.reshape(2, -1), rtol=1e-11, atol=1e-11)
    assert y.shape[2:] == window_output_size(size, kernel, stride, padding, dilation)


def test_no_images():
    assert conv_transpose2d_matrix(np.zeros((0, 2, 3, 3)), np.zeros((2, 4, 2, 2))).shape == (0, 4, 4, 4)


def test_bad_input():
    with pytest.raises(ValueError, match="a window of 3 does not fit an image side of 2"):
        conv2d_matrix(np.zeros((1, 1, 3, 3)), (2, 5))
    with pytest.raises(ValueError, match=r"image_size must be .* at least 1"):
        conv2d_matrix(np.zeros((1, 1, 3, 3)), (0, 5))
