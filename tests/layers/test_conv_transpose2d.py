"""Transposed convolution: the lectures' numbers, three ways that agree, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers import (
    ConvTranspose2d,
    bilinear_kernel,
    conv2d,
    conv_transpose2d,
    conv_transpose2d_backward,
    conv_transpose2d_matrix,
    conv_transpose2d_scatter,
)
from scratchcv.testing import assert_close, check_layer

D2L = np.array([[0.0, 1.0], [2.0, 3.0]]).reshape(1, 1, 2, 2)

each_form = pytest.mark.parametrize(
    "form", [conv_transpose2d, conv_transpose2d_scatter, conv_transpose2d_matrix]
)


@each_form
def test_the_stamps_of_one_dimension(form, backend):
    """Lectures S0, 779-785, S2, 943-948: (x, y, z) stamped by a and b with stride 2 overlaps in az + bx."""
    x, y, z, a, b = 2.0, 3.0, 5.0, 7.0, 11.0
    image, weight = np.array([a, b]).reshape(1, 1, 1, 2), np.array([x, y, z]).reshape(1, 1, 1, 3)
    result = form(image, weight, stride=2)
    assert result.ravel().tolist() == [a * x, a * y, a * z + b * x, b * y, b * z] == [14, 21, 57, 33, 55]


@each_form
def test_two_dimensions(form, backend):
    """Lecture S3, lines 1020-1041, and the same with padding 1 and with stride 2."""
    assert form(D2L, D2L)[0, 0].tolist() == [[0, 0, 1], [0, 4, 6], [4, 12, 9]]
    assert form(D2L, D2L, padding=1)[0, 0].tolist() == [[4]]
    assert form(D2L, D2L, stride=2)[0, 0].tolist() == [[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]]


@each_form
def test_there_and_back(form, backend):
    """Zhang et al., "Dive into Deep Learning", 14.10.3: the shape comes back, the values do not."""
    x, weight = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[1.0, 2], [3, 4]]).reshape(1, 1, 2, 2)
    y = conv2d(x, weight)
    assert y[0, 0].tolist() == [[27, 37], [57, 67]]
    assert form(y, weight)[0, 0].tolist() == [[27, 91, 74], [138, 400, 282], [171, 429, 268]]


@each_form
def test_trimming_the_lectures_5x5(form, backend):
    """Lectures S0, 740-757, S2, 902-940: 3×3 with stride 2 turns 2×2 into 5×5, to be trimmed to 4×4."""
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((1, 1, 2, 2)), rng.standard_normal((1, 1, 3, 3))
    full = form(x, weight, stride=2)
    assert full.shape == (1, 1, 5, 5)
    assert_close(form(x, weight, stride=2, padding=1, output_padding=1), full[:, :, 1:, 1:], rtol=1e-14)


@each_form
def test_stride_2_pad_1_is_not_4x4(form, backend):
    """Lecture S1, line 1679, says that "stride 2 pad 1" gives 4×4; both sides are trimmed, to 3×3."""
    assert form(D2L, np.ones((1, 1, 3, 3)), stride=2, padding=1).shape == (1, 1, 3, 3)


@each_form
def test_bias_and_channels_by_hand(form, backend):
    x = np.array([1.0, 10.0]).reshape(1, 2, 1, 1)
    weight = np.array([[[1.0, 2]], [[3, 4]]]).reshape(2, 1, 1, 2)
    assert form(x, weight, np.array([100.0])).tolist() == [[[[131, 142]]]]
    assert form(x, weight, np.array([100.0, 200.0]), groups=2).tolist() == [[[[101, 102]], [[230, 240]]]]


def draw_settings(draw):
    """Return x, weight, bias and settings as the functions take them."""
    number = st.integers(1, 3)
    N, C, O, groups = draw(st.integers(0, 2)), draw(number), draw(number), draw(st.integers(1, 3))
    sides = []
    for _ in range(2):
        size, kernel, stride, dilation = (draw(st.integers(1, 4)) for _ in range(4))
        more = draw(st.integers(0, max(stride, dilation) - 1))
        full = (size - 1) * stride + dilation * (kernel - 1) + 1 + more
        sides.append((size, kernel, stride, draw(st.integers(0, (full - 1) // 2)), more, dilation))
    size, kernel, stride, padding, more, dilation = zip(*sides, strict=True)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x, weight = rng.standard_normal((N, C * groups, *size)), rng.standard_normal((C * groups, O, *kernel))
    return x, weight, rng.standard_normal(O * groups), stride, padding, more, groups, dilation


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_three_ways_agree(data):
    arguments = draw_settings(data.draw)
    expected = conv_transpose2d_scatter(*arguments)
    assert_close(conv_transpose2d_matrix(*arguments), expected, rtol=1e-12, atol=1e-12)
    for name in BACKENDS if has_numba() else ["numpy"]:
        with use_backend(name):
            assert_close(conv_transpose2d(*arguments), expected, rtol=1e-12, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_it_is_the_transpose_of_convolution(data):
    """<y, Wᵀ x> = <W y, x>, which is what the name says."""
    x, weight, _, stride, padding, more, groups, dilation = draw_settings(data.draw)
    more = tuple(min(m, s - 1) for m, s in zip(more, stride, strict=True))
    padding = (0, 0)
    up = conv_transpose2d(x, weight, None, stride, padding, more, groups, dilation)
    y = np.random.default_rng(1).standard_normal(up.shape)
    down = conv2d(y, weight, None, stride, padding, dilation, groups)
    assert_close((y * up).sum(), (down * x).sum(), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("seed", range(24))
def test_gradients(backend, seed):
    rng = np.random.default_rng(seed)
    groups = int(rng.integers(1, 4))
    C, O = (groups * rng.integers(1, 3, 2)).tolist()
    kernel, stride, dilation, size = (rng.integers(1, 4, 2) for _ in range(4))
    more = rng.integers(0, np.maximum(stride, dilation))
    full = (size - 1) * stride + dilation * (kernel - 1) + 1 + more
    padding = rng.integers(0, np.minimum((full - 1) // 2, 3) + 1)
    kernel, stride, padding, more, dilation = (
        tuple(pair.tolist()) for pair in (kernel, stride, padding, more, dilation)
    )
    bias = bool(rng.random() < 0.7)
    layer = ConvTranspose2d(C, O, kernel, stride, padding, more, groups, bias, dilation, rng=rng)
    check_layer(layer, (int(rng.integers(1, 3)), C, *size.tolist()), max_entries=10)


def test_output_padding_beyond_the_stride_shows_what_padding_trimmed(backend):
    """With dilation, output_padding may be a whole step and more: windows of which x has no pixel."""
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((1, 1, 3, 3)), rng.standard_normal((1, 1, 3, 3))
    full = conv_transpose2d(x, weight, dilation=3)
    kept = conv_transpose2d(x, weight, padding=2, output_padding=2, dilation=3)
    assert_close(kept, full[:, :, 2:, 2:], rtol=1e-12, atol=1e-12)


def test_no_images_and_no_channels(backend):
    assert conv_transpose2d(np.zeros((0, 2, 3, 3)), np.zeros((2, 3, 2, 2)), stride=2).shape == (0, 3, 6, 6)
    y = conv_transpose2d(np.zeros((1, 0, 3, 3)), np.zeros((0, 2, 2, 2)), np.array([1.0, 2.0]))
    assert y.tolist() == [[[[1] * 4] * 4, [[2] * 4] * 4]]
    gradients = conv_transpose2d_backward(
        np.zeros((0, 3, 6, 6)), np.zeros((0, 2, 3, 3)), np.zeros((2, 3, 2, 2)), stride=2
    )
    assert [gradient.shape for gradient in gradients] == [(0, 2, 3, 3), (2, 3, 2, 2), (3,)]


def test_bilinear_start_interpolates_between_pixels(backend):
    """Inside it is bilinear upsampling by 2 with half-pixel centres; at the border it sees zeros."""
    layer = ConvTranspose2d(1, 1, 4, stride=2, padding=1, bias=False)
    layer.load_state_dict({"weight": bilinear_kernel(1, 1, 4)})
    ones = layer(np.ones((1, 1, 4, 4), np.float32))[0, 0]
    assert [ones[0, 0], ones[0, -1], ones[-1, 0], ones[-1, -1]] == [0.5625] * 4
    assert (ones[1:-1, 1:-1] == 1).all()
    ramp = layer(np.tile(np.arange(4, dtype=np.float32), (4, 1))[None, None])[0, 0, 3, 1:-1]
    assert ramp.tolist() == [0.25, 0.75, 1.25, 1.75, 2.25, 2.75]


def test_initial_weights_keep_the_size_of_activations():
    """Each output pixel collects from C·k²/s² products, not from O·k²."""
    layer = ConvTranspose2d(64, 8, 4, stride=2, padding=1, rng=np.random.default_rng(0))
    x = np.maximum(np.random.default_rng(1).standard_normal((2, 64, 16, 16)), 0)
    inside = layer(x)[:, :, 2:-2, 2:-2]
    assert abs((inside**2).mean() / (2 * (x**2).mean()) - 1) < 0.2
    assert layer.weight.value.shape == (64, 8, 4, 4)


@each_form
def test_x_decides_the_dtype(form, backend):
    weight, bias = np.full((2, 1, 2, 2), 0.5), np.ones(1)
    for dtype in (np.float32, np.float64):
        assert form(np.ones((1, 2, 3, 3), dtype), weight, bias, 2).dtype == dtype
    assert form(np.ones((1, 2, 1, 1), int), weight, bias).tolist() == [[[[2.0, 2.0], [2.0, 2.0]]]]


def test_x_decides_the_gradients_dtype(backend):
    for dtype in (np.float32, np.float64):
        x, weight = np.ones((1, 2, 3, 3), dtype), np.ones((2, 1, 2, 2))
        gradients = conv_transpose2d_backward(np.ones((1, 1, 6, 6)), x, weight, 2)
        assert {gradient.dtype for gradient in gradients} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": np.zeros((2, 4, 4))}, r"x must have shape \(N, 4, H, W\), got \(2, 4, 4\)"),
        ({"x": np.zeros((1, 3, 4, 4))}, r"x must have shape \(N, 4, H, W\), got \(1, 3, 4, 4\)"),
        ({"weight": np.zeros((4, 3, 3))}, r"weight must have shape \(C, O, kh, kw\), got \(4, 3, 3\)"),
        ({"groups": 3}, "groups must divide weight's C, 4, got 3"),
        ({"bias": np.zeros(3)}, r"bias must have shape \(2,\), got \(3,\)"),
        (
            {"stride": 2, "output_padding": 2},
            r"output_padding must be smaller than stride \(2, 2\) or dilation \(1, 1\), got \(2, 2\)",
        ),
        ({"output_padding": -1}, "output_padding must be .* at least 0, got -1"),
        ({"padding": 3}, r"an image of \(4, 4\) gives an output of \(0, 0\), which has no pixel"),
        (
            {"x": np.zeros((1, 4, 0, 4))},
            r"an image of \(0, 4\) gives an output of \(2, 6\), which has no pixel",
        ),
    ],
)
def test_bad_input(arguments, message):
    good = {"x": np.zeros((1, 4, 4, 4)), "weight": np.zeros((4, 2, 3, 3))}
    with pytest.raises(ValueError, match=message):
        conv_transpose2d(**good | arguments)


def test_bad_gradient():
    with pytest.raises(ValueError, match=r"dy must have shape \(1, 1, 3, 3\), got \(1, 1, 2, 2\)"):
        conv_transpose2d_backward(D2L, D2L, D2L)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"groups": 3}, "groups must divide in_channels, 4, got 3"),
        ({"in_channels": 6, "groups": 3}, "groups must divide out_channels, 4, got 3"),
        ({"output_padding": 1}, r"output_padding must be smaller than stride \(1, 1\)"),
        ({"out_channels": "4"}, "out_channels must be a whole number of at least 0, got '4'"),
    ],
)
def test_bad_layers(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConvTranspose2d(**{"in_channels": 4, "out_channels": 4, "kernel_size": 3} | arguments)


def test_arguments_stand_where_pytorch_has_them():
    up = ConvTranspose2d(4, 6, 3, 4, 1, 3, 2, False, 5)
    assert (up.stride, up.padding, up.output_padding) == ((4, 4), (1, 1), (3, 3))
    assert (up.groups, up.bias, up.dilation) == (2, None, (5, 5))
