"""Convolution: worked by hand, against seven loops, and its gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers import Conv2d, conv2d, conv2d_backward, conv2d_naive
from scratchcv.testing import assert_close, check_layer


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


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_equals_seven_loops(data):
    draw = data.draw
    N, C, O = draw(st.integers(0, 2)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    groups, (kh, kw) = draw(st.integers(1, 3)), draw(st.tuples(*[st.integers(1, 4)] * 2))
    stride, padding, dilation = draw(st.integers(1, 3)), draw(st.integers(0, 5)), draw(st.integers(1, 3))
    H, W = (max(dilation * (k - 1) + 1 - 2 * padding, 1) + draw(st.integers(0, 5)) for k in (kh, kw))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = rng.standard_normal((N, C * groups, H, W))
    weight, bias = rng.standard_normal((O * groups, C, kh, kw)), rng.standard_normal(O * groups)
    settings = stride, padding, dilation, groups
    expected = conv2d_naive(x, weight, bias, *settings)
    for name in BACKENDS if has_numba() else ["numpy"]:
        with use_backend(name):
            assert_close(conv2d(x, weight, bias, *settings), expected, rtol=1e-12, atol=1e-12)


def test_depthwise_convolution_filters_each_channel(backend):
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 5))
    weight = np.random.default_rng(1).standard_normal((6, 1, 3, 3))
    y = conv2d(x, weight, groups=3)
    for o in range(6):
        alone = conv2d(x[:, o // 2 : o // 2 + 1], weight[o : o + 1])
        assert_close(y[:, o : o + 1], alone, rtol=1e-12, atol=1e-12)


def test_dilation_is_a_kernel_with_holes(backend):
    x = np.random.default_rng(0).standard_normal((2, 2, 9, 9))
    weight = np.random.default_rng(1).standard_normal((3, 2, 3, 3))
    holes = np.zeros((3, 2, 7, 5))
    holes[:, :, ::3, ::2] = weight
    settings = {"stride": 2, "padding": (3, 1)}
    dilated, plain = conv2d(x, weight, dilation=(3, 2), **settings), conv2d(x, holes, **settings)
    assert_close(dilated, plain, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding", "dilation", "size"),
    [
        (3, 1, 1, 1, (6, 5)),
        (1, 1, 0, 1, (4, 4)),
        (3, 2, 1, 1, (7, 6)),
        ((2, 3), (3, 1), (0, 2), 1, (8, 7)),
        (3, 2, 4, 1, (3, 2)),
        (3, 1, 2, 2, (6, 5)),
        (2, (2, 6), 2, (4, 3), (5, 4)),
        ((5, 4), 2, 0, 1, (5, 4)),
    ],
)
@pytest.mark.parametrize("bias", [True, False])
def test_gradients(backend, kernel_size, stride, padding, dilation, size, bias):
    layer = Conv2d(3, 5, kernel_size, stride, padding, dilation, bias=bias, rng=np.random.default_rng(0))
    check_layer(layer, (2, 3, *size), max_entries=24)


@pytest.mark.parametrize("seed", range(20))
def test_gradients_of_random_settings(backend, seed):
    rng = np.random.default_rng(seed)
    groups = int(rng.integers(1, 4))
    C, O = (groups * rng.integers(1, 3, 2)).tolist()
    kernel, stride, padding, dilation = (
        tuple(rng.integers(least, most, 2).tolist()) for least, most in ((1, 4), (1, 4), (0, 4), (1, 4))
    )
    least = np.multiply(dilation, np.subtract(kernel, 1)) + 1 - np.multiply(2, padding)
    size = (np.maximum(least, 1) + rng.integers(0, 4, 2)).tolist()
    layer = Conv2d(C, O, kernel, stride, padding, dilation, groups, rng=rng)
    check_layer(layer, (int(rng.integers(1, 3)), C, *size), max_entries=10)


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


def test_nan_reaches_the_weights_that_saw_it(backend):
    """The kernel alone would multiply pixels that no window has at this tap with zeros, too."""
    x, dy = np.zeros((1, 1, 5, 5)), np.ones((1, 1, 3, 3))
    x[0, 0, 4, 4] = np.nan
    _, dweight, _ = conv2d_backward(dy, x, np.ones((1, 1, 3, 3)))
    assert np.isnan(dweight[0, 0]).tolist() == [[False] * 3, [False] * 3, [False, False, True]]


def test_infinity_beyond_the_last_window_reaches_no_weight(backend):
    x, dy = np.zeros((1, 1, 5, 5)), np.ones((1, 1, 2, 2))
    x[0, 0, 4, 4] = np.inf
    _, dweight, _ = conv2d_backward(dy, x, np.ones((1, 1, 2, 2)), stride=2)
    assert not dweight.any()


def test_x_decides_the_dtype(backend):
    x, weight = np.arange(9, dtype=np.uint8).reshape(1, 1, 3, 3) + np.uint8(100), np.full((1, 1, 2, 2), 0.3)
    assert conv2d(x, weight).dtype == np.float64
    assert_close(conv2d(x, weight)[0, 0, 0, 0], np.float64(0.3 * (100 + 101 + 103 + 104)), rtol=1e-14)
    y = conv2d(x.astype(np.float32), weight, np.ones(1))
    gradients = conv2d_backward(np.ones((1, 1, 2, 2)), x.astype(np.float32), weight)
    assert [array.dtype for array in (y, *gradients)] == [np.float32] * 4
    big_endian = conv2d(x.astype(">f8"), weight)
    assert big_endian.tolist() == conv2d(x.astype(np.float64), weight).tolist()


@pytest.mark.parametrize("groups", [1, 2])
def test_infinite_weights_stay_in_their_filters(backend, groups):
    weight = np.ones((4, 2, 3, 3))
    weight[1] = np.inf
    y = conv2d(np.ones((1, 2 * groups, 5, 5)), weight, groups=groups)
    assert np.isfinite(y).all(axis=(0, 2, 3)).tolist() == [True, False, True, True]


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


@pytest.mark.skipif(not has_numba(), reason="Numba is not installed")
def test_same_bytes_on_any_number_of_threads(monkeypatch):
    from scratchcv.kernels import parallel

    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 12, 61, 59), np.float32)
    weight = rng.standard_normal((20, 6, 3, 3), np.float32)
    results = []
    for threads in (1, 2, 5):
        monkeypatch.setattr(parallel, "thread_count", lambda threads=threads: threads)
        with use_backend("numba"):
            y = conv2d(x, weight, None, 1, 1, 1, 2)
            results.append([array.tobytes() for array in (y, *conv2d_backward(y, x, weight, 1, 1, 1, 2))])
    assert results[0] == results[1] == results[2]


def test_arguments_stand_where_pytorch_has_them():
    conv = Conv2d(4, 6, 3, 2, 1, 1, 2, False)
    assert (conv.stride, conv.padding, conv.dilation, conv.groups) == ((2, 2), (1, 1), (1, 1), 2)
    assert conv.bias is None


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
        (
            (np.zeros((1, 3, 4, 4)), np.zeros((2, 3, 3, 3)), None, 1, 0, 2),
            "a window of 5 does not fit an image side of 4",
        ),
        (
            (np.zeros((1, 3, 4, 4)), np.zeros((2, 3, 3, 3)), None, 1, 0, 1, 2),
            r"x must have shape \(N, 6, H, W\), got \(1, 3, 4, 4\)",
        ),
        (
            (np.zeros((1, 6, 4, 4)), np.zeros((3, 3, 3, 3)), None, 1, 0, 1, 2),
            "groups must divide weight's O, 3, got 2",
        ),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        conv2d(*arguments)


def test_bad_gradient():
    with pytest.raises(ValueError, match=r"dy must have shape \(1, 2, 4, 4\), got \(1, 2, 3, 3\)"):
        conv2d_backward(np.zeros((1, 2, 3, 3)), np.zeros((1, 3, 4, 4)), np.zeros((2, 3, 3, 3)), 1, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"in_channels": 3, "groups": 2}, "groups must divide in_channels, 3, got 2"),
        ({"out_channels": 3, "groups": 2}, "groups must divide out_channels, 3, got 2"),
        ({"groups": 0}, "groups must be a whole number of at least 1, got 0"),
        ({"in_channels": "4"}, "in_channels must be a whole number of at least 0, got '4'"),
        ({"out_channels": -4}, "out_channels must be a whole number of at least 0, got -4"),
        ({"padding": "same"}, "padding must be .* at least 0, got same"),
        ({"kernel_size": 0}, "kernel_size must be .* at least 1, got 0"),
        ({"stride": (1, 0)}, r"stride must be .* at least 1, got \(1, 0\)"),
        ({"dilation": 0}, "dilation must be .* at least 1, got 0"),
    ],
)
def test_bad_layers(arguments, message):
    with pytest.raises(ValueError, match=message):
        Conv2d(**{"in_channels": 4, "out_channels": 4, "kernel_size": 3} | arguments)


def test_a_stride_far_beyond_the_image_costs_nothing(backend):
    """Of its phases only those are stored that a window reaches."""
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((1, 2, 5, 6)), rng.standard_normal((3, 2, 3, 2))
    y = conv2d(x, weight, stride=10**6, padding=1)
    assert y.shape == (1, 3, 1, 1)
    np.testing.assert_allclose(y, conv2d(x, weight, padding=1)[:, :, :1, :1], rtol=1e-12)
    dx, dweight, _ = conv2d_backward(np.ones_like(y), x, weight, 10**6, 1)
    near = conv2d_backward(np.ones_like(y), x, weight, 7, 1)
    np.testing.assert_allclose(dx, near[0], rtol=1e-12)
    np.testing.assert_allclose(dweight, near[1], rtol=1e-12)


def test_a_seed_serves_as_generator():
    np.testing.assert_array_equal(Conv2d(2, 3, 3, rng=5).weight.value, Conv2d(2, 3, 3, rng=5).weight.value)
