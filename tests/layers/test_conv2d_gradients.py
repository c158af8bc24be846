"""The two gradients of a convolution by themselves: by hand, empties, messages."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers import (
    conv2d,
    conv2d_backward,
    conv2d_input_gradient,
    conv2d_naive_backward,
    conv2d_weight_gradient,
    window_output_size,
)
from scratchcv.testing import assert_close


def test_by_hand(backend):
    dy = np.array([[1.0, 10.0]]).reshape(1, 1, 1, 2)
    weight = np.array([[2.0, 3.0]]).reshape(1, 1, 1, 2)
    x = np.array([[5.0, 6.0, 7.0]]).reshape(1, 1, 1, 3)
    assert conv2d_input_gradient(dy, weight, (1, 3)).ravel().tolist() == [2, 23, 30]
    assert conv2d_weight_gradient(dy, x, (1, 2)).ravel().tolist() == [65, 76]


def test_a_stride_leaves_pixels_without_gradient(backend):
    """The image's size must be told: 5 and 6 pixels both have two windows of 2 at stride 3."""
    dy, weight = np.array([1.0, 10.0]).reshape(1, 1, 1, 2), np.array([2.0, 3.0]).reshape(1, 1, 1, 2)
    assert conv2d_input_gradient(dy, weight, (1, 5), stride=(1, 3)).ravel().tolist() == [2, 3, 0, 20, 30]
    assert conv2d_input_gradient(dy, weight, (1, 6), stride=(1, 3)).ravel().tolist() == [2, 3, 0, 20, 30, 0]


def test_stride_and_dilation_that_share_a_divisor_reach_every_other_pixel(backend):
    dy, weight = np.ones((1, 1, 1, 3)), np.ones((1, 1, 1, 3))
    dx = conv2d_input_gradient(dy, weight, (1, 9), (1, 2), 0, (1, 2))
    assert dx.ravel().tolist() == [1, 0, 2, 0, 3, 0, 2, 0, 1]


def test_both_are_the_backward_pass(backend):
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((2, 4, 7, 6)), rng.standard_normal((6, 2, 3, 2))
    settings = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2), "groups": 2}
    dy = rng.standard_normal((2, 6, 4, 4))
    dx, dweight, _ = conv2d_naive_backward(dy, x, weight, **settings)
    assert_close(conv2d_input_gradient(dy, weight, (7, 6), **settings), dx, rtol=1e-12, atol=1e-12)
    assert_close(conv2d_weight_gradient(dy, x, (3, 2), **settings), dweight, rtol=1e-12, atol=1e-12)


def test_nan_weights_reach_the_pixels_that_they_saw(backend):
    """The kernel alone would multiply them with the zeros around dy, too."""
    dy, weight = np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2))
    weight[0, 0, 1, 1] = np.nan
    dx = conv2d_input_gradient(dy, weight, 3)
    assert np.isnan(dx[0, 0]).tolist() == [[False] * 3, [False, True, True], [False, True, True]]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_is_not_finite_spreads_alike(data):
    """One NaN or infinity, wherever it is, reaches the same entries in both forms."""
    draw = data.draw
    groups, kernel, stride, dilation = (draw(st.tuples(*[st.integers(1, 3)] * 2)) for _ in range(4))
    padding, room = (draw(st.tuples(*[st.integers(0, 3)] * 2)) for _ in range(2))
    sides = zip(kernel, padding, dilation, room, strict=True)
    size = tuple(max(d * (k - 1) + 1 - 2 * p, 1) + more for k, p, d, more in sides)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = rng.standard_normal((2, 2 * groups[0], *size))
    weight = rng.standard_normal((groups[0] * groups[1], 2, *kernel))
    window = stride, padding, dilation
    dy = rng.standard_normal((2, len(weight), *window_output_size(size, kernel, *window)))
    spoilt = draw(st.sampled_from([x, weight, dy]))
    spoilt[tuple(rng.integers(spoilt.shape))] = draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    answers = []
    for name in BACKENDS if has_numba() else ["numpy"]:
        with use_backend(name), np.errstate(invalid="ignore"):
            answers.append([
                conv2d(x, weight, None, *window, groups[0]),
                *conv2d_backward(dy, x, weight, *window, groups[0]),
            ])  # fmt: skip
    for first, *others in zip(*answers, strict=True):
        for other in others:
            assert_close(other, first, rtol=1e-11, atol=1e-11)


def test_nothing(backend):
    assert conv2d_input_gradient(np.zeros((0, 2, 3, 3)), np.ones((2, 4, 2, 2)), (4, 4)).shape == (0, 4, 4, 4)
    assert not conv2d_input_gradient(np.zeros((1, 0, 3, 3)), np.ones((0, 4, 2, 2)), (4, 4)).any()
    assert conv2d_weight_gradient(np.zeros((0, 2, 3, 3)), np.zeros((0, 4, 4, 4)), 2).tolist() == (
        np.zeros((2, 4, 2, 2)).tolist()
    )
    assert conv2d_weight_gradient(np.zeros((1, 2, 3, 3)), np.zeros((1, 0, 4, 4)), 2).shape == (2, 0, 2, 2)


def test_the_dtype():
    dy, weight, x = np.ones((1, 1, 2, 2), np.float32), np.ones((1, 1, 2, 2)), np.ones((1, 1, 3, 3))
    assert conv2d_input_gradient(dy, weight, (3, 3)).dtype == np.float32
    assert conv2d_weight_gradient(dy, x, 2).dtype == np.float64


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (
            conv2d_input_gradient,
            (np.zeros((1, 2, 3, 3)), np.zeros((2, 1, 2, 2)), (5, 5)),
            r"dy must have shape \(N, 2, 4, 4\), got \(1, 2, 3, 3\)",
        ),
        (
            conv2d_input_gradient,
            (np.zeros((1, 2, 3, 3)), np.zeros((2, 1, 2, 2)), (4, 0)),
            r"image_size must be one or two whole numbers of at least 1, got \(4, 0\)",
        ),
        (
            conv2d_weight_gradient,
            (np.zeros((1, 2, 3, 3)), np.zeros((1, 2, 5, 5)), 2),
            r"dy must have shape \(1, O, 4, 4\), got \(1, 2, 3, 3\)",
        ),
        (
            conv2d_weight_gradient,
            (np.zeros((1, 3, 4, 4)), np.zeros((1, 2, 5, 5)), 2, 1, 0, 1, 2),
            "groups must divide dy's O, 3, got 2",
        ),
        (
            conv2d_weight_gradient,
            (np.zeros((1, 4, 4, 4)), np.zeros((1, 3, 5, 5)), 2, 1, 0, 1, 2),
            "groups must divide x's C, 3, got 2",
        ),
        (
            conv2d_weight_gradient,
            (np.zeros((1, 1, 1, 1)), np.zeros((1, 1, 3, 3)), 4),
            "a window of 4 does not fit an image side of 3",
        ),
    ],
)
def test_bad_input(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)
