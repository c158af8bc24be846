"""Arguments of convolutions: what is made of them, and what is said of wrong ones."""

import numpy as np
import pytest

from scratchcv.layers import (
    conv2d,
    conv2d_backward,
    conv2d_input_gradient,
    conv2d_matrix,
    conv2d_naive,
    conv2d_naive_backward,
    conv2d_weight_gradient,
    conv_transpose2d,
    conv_transpose2d_backward,
    conv_transpose2d_matrix,
    conv_transpose2d_scatter,
)
from scratchcv.layers.conv2d_checks import (
    check_convolution,
    check_filters,
    check_groups,
    check_window,
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_all_arrays_get_the_dtype_of_x(dtype):
    x, weight = np.zeros((1, 4, 5, 5), dtype), np.zeros((6, 2, 3, 3), int)
    x, weight, bias, window, groups = check_convolution(x[..., ::-1], weight, range(6), 2, (0, 1), 1, 2)
    assert [array.dtype for array in (x, weight, bias)] == [dtype] * 3
    assert x.flags.c_contiguous
    assert bias.tolist() == [0, 1, 2, 3, 4, 5]
    assert (window, groups) == (((2, 2), (0, 1), (1, 1)), 2)


def test_no_bias_is_zero():
    settings = 1, 0, 1, 2
    assert check_convolution(np.zeros((1, 4, 5, 5)), np.zeros((6, 2, 3, 3)), None, *settings)[2].shape == (6,)
    x, weight = np.zeros((1, 6, 5, 5)), np.zeros((6, 2, 3, 3))
    assert check_convolution(x, weight, None, *settings, transposed=True)[2].tolist() == [0] * 4


@pytest.mark.parametrize("groups", [2, np.int64(2), 2.0])
def test_groups_of_any_type_of_number(groups):
    x, weight = np.ones((1, 4, 3, 3)), np.ones((4, 2, 3, 3))
    assert conv2d(x, weight, groups=groups).tolist() == [[[[18]]] * 4]
    assert [array.shape for array in conv2d_backward(np.ones((1, 4, 1, 1)), x, weight, groups=groups)] == [
        x.shape, weight.shape, (4,)
    ]  # fmt: skip
    assert conv_transpose2d(x, weight, groups=groups).shape == (1, 4, 5, 5)
    assert conv2d_matrix(weight, 3, groups=groups).shape == (4, 36)


FORWARD = [conv2d, conv2d_naive, conv_transpose2d, conv_transpose2d_scatter, conv_transpose2d_matrix]
BACKWARD = [conv2d_backward, conv2d_naive_backward, conv_transpose2d_backward]


@pytest.mark.parametrize("function", FORWARD)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": np.zeros((4, 6, 6))}, r"x must have shape \(N, 4, H, W\), got \(4, 6, 6\)"),
        ({"x": np.zeros((1, 3, 6, 6))}, r"x must have shape \(N, 4, H, W\), got \(1, 3, 6, 6\)"),
        ({"x": np.zeros((1, 5, 6, 6))}, r"x must have shape \(N, 4, H, W\), got \(1, 5, 6, 6\)"),
        ({"weight": np.zeros((4, 3, 3))}, r"weight must have shape \(., ., kh, kw\), got \(4, 3, 3\)"),
        ({"bias": np.zeros(8)}, r"bias must have shape \(4,\), got \(8,\)"),
        ({"bias": 5}, r"bias must have shape \(4,\), got \(\)"),
        ({"stride": (1, 2, 3)}, r"stride must be .* at least 1, got \(1, 2, 3\)"),
        ({"padding": "same"}, "padding must be .* at least 0, got same"),
        ({"dilation": 0}, "dilation must be .* at least 1, got 0"),
        ({"groups": 3}, "groups must divide weight's ., 4, got 3"),
        ({"groups": "a"}, "groups must be a whole number of at least 1, got 'a'"),
    ],
)
def test_every_form_says_what_is_wrong(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(**{"x": np.zeros((1, 4, 6, 6)), "weight": np.zeros((4, 4, 3, 3))} | arguments)


@pytest.mark.parametrize("function", BACKWARD)
@pytest.mark.parametrize("dy", [np.zeros((1, 4, 5, 3)), np.zeros((2, 4, 6, 6)), [1.0], None])
def test_every_gradient_says_what_is_wrong_with_dy(function, dy):
    with pytest.raises(ValueError, match=r"dy must have shape \(1, 4, (4, 4|8, 8)\), got"):
        function(dy, np.zeros((1, 4, 6, 6)), np.zeros((4, 4, 3, 3)))


@pytest.mark.parametrize("size", [(6, 6, 6), 0, "ab", None])
def test_image_sizes_that_are_none(size):
    message = "image_size must be one or two whole numbers of at least 1, got"
    with pytest.raises(ValueError, match=message):
        conv2d_input_gradient(np.zeros((1, 1, 4, 4)), np.zeros((1, 1, 3, 3)), size)
    with pytest.raises(ValueError, match=message):
        conv2d_matrix(np.zeros((1, 1, 3, 3)), size)


def test_sizes_may_be_one_number():
    dy, weight = np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3))
    assert conv2d_input_gradient(dy, weight, 6).tolist() == conv2d_input_gradient(dy, weight, (6, 6)).tolist()
    assert conv2d_weight_gradient(dy, np.ones((1, 1, 6, 6)), 3).shape == (1, 1, 3, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 0, 1), "stride must be .* at least 1, got 0"),
        ((1, -1, 1), "padding must be .* at least 0, got -1"),
        ((1, 0, 0), "dilation must be .* at least 1, got 0"),
        ((1, 0, (1, 2, 3)), "dilation must be one or two whole numbers"),
    ],
)
def test_bad_windows(arguments, message):
    with pytest.raises(ValueError, match=message):
        check_window(*arguments)


@pytest.mark.parametrize(
    ("shape", "groups", "message"),
    [
        ((4, 3, 3), 1, r"weight must have shape \(O, C, kh, kw\), got \(4, 3, 3\)"),
        ((4, 3, 3), 2, r"weight must have shape \(O, C / groups, kh, kw\), got \(4, 3, 3\)"),
        ((4, 3, 0, 3), 1, r"weight must have at least one pixel a filter, got shape \(4, 3, 0, 3\)"),
        ((4, 3, 1, 1), 3, "groups must divide weight's O, 4, got 3"),
        ((4, 3, 1, 1), 0, "groups must be a whole number of at least 1, got 0"),
        ((4, 3, 1, 1), 1.5, r"groups must be a whole number of at least 1, got 1\.5"),
        ((4, 3, 1, 1), "a", "groups must be a whole number of at least 1, got 'a'"),
        ((4, 3, 1, 1), True, "groups must be a whole number of at least 1, got True"),
    ],
)
def test_bad_filters(shape, groups, message):
    with pytest.raises(ValueError, match=message):
        check_filters(np.zeros(shape), groups)


def test_filters_of_a_transposed_convolution_are_called_so():
    with pytest.raises(ValueError, match=r"weight must have shape \(C, O / groups, kh, kw\)"):
        check_filters(np.zeros(3), 2, ("C", "O"))


def test_bad_groups():
    with pytest.raises(ValueError, match="groups must divide out_channels, 4, got 3"):
        check_groups(3, "out_channels", 4)
