"""Convolution: worked by hand, against seven loops, and its gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers import Conv2d, conv2d, conv2d_backward
from scratchcv.testing import assert_close, check_layer


def seven_loops(x, weight, bias, stride, padding):
    """The formula, one multiplication at a time."""
    (N, C, H, W), (O, _, kh, kw) = x.shape, weight.shape
    height, width = (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1
    y = np.zeros((N, O, height, width))
    for n, o, h, w in np.ndindex(y.shape):
        y[n, o, h, w] = bias[o]
        for c, i, j in np.ndindex(C, kh, kw):
            row, column = stride * h + i - padding, stride * w + j - padding
            if 0 <= row < H and 0 <= column < W:
                y[n, o, h, w] += weight[o, c, i, j] * x[n, c, row, column]
    return y


def test_by_hand(backend):
    x = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]).reshape(1, 1, 3, 3)
    weight = np.array([[1.0, 0], [0, -1]]).reshape(1, 1, 2, 2)
    assert conv2d(x, weight, np.array([10.0]))[0, 0].tolist() == [[6, 6], [6, 6]]  # 1 - 5 + 10, …
    assert conv2d(x, weight, None, stride=2, padding=1)[0, 0].tolist() == [[-1, -3], [-7, 1 * 5 - 9]]


def test_the_lectures_sizes(backend):
    """Lecture S0, lines 725-757: 3×3, padding 1 keeps 4×4; stride 2 halves it to 2×2."""
    x, weight = np.zeros((1, 1, 4, 4)), np.zeros((1, 1, 3, 3))
    assert conv2d(x, weight, stride=1, padding=1).shape == (1, 1, 4, 4)
    assert conv2d(x, weight, stride=2, padding=1).shape == (1, 1, 2, 2)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_equals_seven_loops(data):
    draw = data.draw
    N, C, O = draw(st.integers(0, 2)), draw(st.integers(1, 3)), draw(st.integers(1, 5))
    kh, kw = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    stride, padding = draw(st.integers(1, 3)), draw(st.integers(0, 5))
    H, W = draw(st.integers(max(kh - 2 * padding, 1), 12)), draw(st.integers(max(kw - 2 * padding, 1), 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x, weight, bias = (
        rng.standard_normal((N, C, H, W)),
        rng.standard_normal((O, C, kh, kw)),
        rng.standard_normal(O),
    )
    expected = seven_loops(x, weight, bias, stride, padding)
    for name in BACKENDS if has_numba() else ["numpy"]:
        with use_backend(name):
            assert_close(conv2d(x, weight, bias, stride, padding), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding", "size"),
    [
        (3, 1, 1, (6, 5)),
        (1, 1, 0, (4, 4)),
        (3, 2, 1, (7, 6)),
        ((2, 3), (3, 1), (0, 2), (8, 7)),
        (3, 2, 4, (3, 2)),
    ],
)
@pytest.mark.parametrize("bias", [True, False])
def test_gradients(backend, kernel_size, stride, padding, size, bias):
    rng = np.random.default_rng(0)
    layer = Conv2d(3, 5, kernel_size, stride, padding, bias, rng=rng)
    check_layer(layer, (2, 3, *size))


def test_pixels_beyond_the_last_window_get_no_gradient(backend):
    x, weight = np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3))
    dx, _, _ = conv2d_backward(np.ones((1, 1, 1, 1)), x, weight, stride=2)
    assert dx[0, 0, 3].tolist() == [0] * 4
    assert dx.sum() == 9


def test_nan_stays_where_it_is_seen(backend):
    x = np.zeros((1, 1, 5, 5))
    x[0, 0, 0, 0] = np.nan
    y = conv2d(x, np.ones((1, 1, 3, 3)))
    assert np.isnan(y[0, 0]).tolist() == [[True, False, False], [False] * 3, [False] * 3]


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_infinity_is_no_nan(backend, channels):
    x = np.zeros((1, channels, 5, 5))
    x[0, 0, 0, 0] = np.inf
    y = conv2d(x, np.ones((2, channels, 3, 3)))
    assert y[0, 1].tolist() == [[np.inf, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_x_decides_the_dtype(backend):
    x, weight = np.arange(9, dtype=np.uint8).reshape(1, 1, 3, 3) + np.uint8(100), np.full((1, 1, 2, 2), 0.3)
    assert conv2d(x, weight).dtype == np.float64
    assert_close(conv2d(x, weight)[0, 0, 0, 0], np.float64(0.3 * (100 + 101 + 103 + 104)), rtol=1e-14)
    y = conv2d(x.astype(np.float32), weight, np.ones(1))
    gradients = conv2d_backward(np.ones((1, 1, 2, 2)), x.astype(np.float32), weight)
    assert [array.dtype for array in (y, *gradients)] == [np.float32] * 4
    big_endian = conv2d(x.astype(">f8"), weight)
    assert big_endian.tolist() == conv2d(x.astype(np.float64), weight).tolist()


def test_same_bytes_twice(backend):
    rng = np.random.default_rng(0)
    x, weight = (
        rng.standard_normal((4, 16, 33, 31), np.float32),
        rng.standard_normal((24, 16, 3, 3), np.float32),
    )
    first, second = conv2d(x, weight, padding=1), conv2d(x, weight, padding=1)
    assert first.tobytes() == second.tobytes()
    gradients = [conv2d_backward(first, x, weight, padding=1) for _ in range(2)]
    assert all(a.tobytes() == b.tobytes() for a, b in zip(*gradients, strict=True))


def test_initial_weights_follow_the_seed():
    first, second = (Conv2d(3, 4, 3, rng=np.random.default_rng(7)).weight.value for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert first.dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((3, 4, 4)), np.zeros((2, 3, 3, 3))), r"x must have shape \(N, 3, H, W\), got \(3, 4, 4\)"),
        (
            (np.zeros((1, 2, 4, 4)), np.zeros((2, 3, 3, 3))),
            r"x must have shape \(N, 3, H, W\), got \(1, 2, 4, 4\)",
        ),
        (
            (np.zeros((1, 3, 4, 4)), np.zeros((2, 3, 3))),
            r"weight must have shape \(O, C, kh, kw\), got \(2, 3, 3\)",
        ),
        (
            (np.zeros((1, 3, 4, 4)), np.zeros((2, 3, 3, 3)), np.zeros(3)),
            r"bias must have shape \(2,\), got \(3,\)",
        ),
        ((np.zeros((1, 3, 4, 4)), np.zeros((2, 3, 5, 5))), "a window of 5 does not fit an image side of 4"),
        ((np.zeros((1, 3, 4, 4)), np.zeros((2, 3, 3, 3)), None, 0), "stride must be .* at least 1, got 0"),
        (
            (np.zeros((1, 3, 4, 4)), np.zeros((2, 3, 3, 3)), None, 1, -1),
            "padding must be .* at least 0, got -1",
        ),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        conv2d(*arguments)


def test_bad_gradient():
    with pytest.raises(ValueError, match=r"dy must have shape \(1, 2, 4, 4\), got \(1, 2, 3, 3\)"):
        conv2d_backward(np.zeros((1, 2, 3, 3)), np.zeros((1, 3, 4, 4)), np.zeros((2, 3, 3, 3)), 1, 1)
