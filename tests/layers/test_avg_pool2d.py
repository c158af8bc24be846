"""Average pooling: what its windows count, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers import AvgPool2d, avg_pool2d, avg_pool2d_backward, window_output_size
from scratchcv.testing import assert_close, check_layer

FORMS = [name for name in BACKENDS if name != "numba" or has_numba()]
NINE = np.arange(1.0, 10).reshape(1, 1, 3, 3)


def test_by_hand(backend):
    assert avg_pool2d(NINE, 2, 1)[0, 0].tolist() == [[3, 4], [6, 7]]
    assert avg_pool2d(NINE, (1, 3))[0, 0].tolist() == [[2], [5], [8]]


def test_padding_counts_or_does_not(backend):
    corners = avg_pool2d(NINE, 2, 2, 1)[0, 0]  # one pixel of each window is in the image, or two, or four
    assert corners.tolist() == [[0.25, 1.25], [2.75, 7]]
    assert avg_pool2d(NINE, 2, 2, 1, count_include_pad=False)[0, 0].tolist() == [[1, 2.5], [5.5, 7]]


def test_what_ceil_mode_adds_never_counts(backend):
    for counted in (True, False):
        y = avg_pool2d(NINE, 2, ceil_mode=True, count_include_pad=counted)[0, 0]
        assert y.tolist() == [[3, 4.5], [7.5, 9]]
    # The last window covers two rows of the image, one of padding, one beyond: three count.
    y = avg_pool2d(np.full((1, 1, 4, 1), 12.0), (4, 1), (3, 1), (1, 0), ceil_mode=True)
    assert y.ravel().tolist() == [9, 8]


def test_any_divisor(backend):
    assert avg_pool2d(NINE, 3, divisor_override=1).item() == 45
    dx = avg_pool2d_backward(np.ones((1, 1, 1, 1)), (3, 3), 3, divisor_override=-2)
    assert dx.ravel().tolist() == [-0.5] * 9


def by_definition(x, kernel, stride, padding, ceil_mode, count_include_pad):
    """Sum and count pixel by pixel."""
    size = window_output_size(x.shape[2:], kernel, stride, padding, (1, 1), ceil_mode)
    (H, W), (ph, pw) = x.shape[2:], padding
    total, count = np.zeros((*x.shape[:2], *size)), np.zeros(size)
    for h, w, i, j in np.ndindex(*size, *kernel):
        row, column = h * stride[0] - ph + i, w * stride[1] - pw + j
        inside = 0 <= row < H and 0 <= column < W
        if inside:
            total[:, :, h, w] += x[:, :, row, column]
        count[h, w] += inside or (count_include_pad and row < H + ph and column < W + pw)
    return total / count


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(st.integers(0, 2), st.integers(1, 2), st.integers(1, 7), st.integers(1, 7)),
    st.data(),
    st.tuples(st.booleans(), st.booleans()),
)
def test_is_what_it_is_defined_to_be(shape, data, flags):
    kernel = tuple(data.draw(st.integers(1, min(side, 4))) for side in shape[2:])
    stride = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = tuple(data.draw(st.integers(0, k // 2)) for k in kernel)
    x = np.random.default_rng(0).integers(-9, 10, shape).astype(float)
    for name in FORMS:
        with use_backend(name):
            y = avg_pool2d(x, kernel, stride, padding, *flags)
        assert_close(y, by_definition(x, kernel, stride, padding, *flags), rtol=1e-14)


@pytest.mark.parametrize("seed", range(20))
def test_gradients(backend, seed):
    rng = np.random.default_rng(seed)
    size, kernel = rng.integers(3, 8, 2), rng.integers(1, 4, 2)
    window = kernel, rng.integers(1, 4, 2), rng.integers(0, kernel // 2 + 1)
    layer = AvgPool2d(
        *(tuple(numbers.tolist()) for numbers in window),
        ceil_mode=bool(rng.random() < 0.5),
        count_include_pad=bool(rng.random() < 0.5),
        divisor_override=int(rng.integers(1, 9)) if rng.random() < 0.3 else None,
    )
    check_layer(layer, (2, int(rng.integers(1, 4)), *size.tolist()), max_entries=16)


def test_no_images(backend):
    assert avg_pool2d(np.zeros((0, 3, 5, 5), np.float32), 2).shape == (0, 3, 2, 2)
    assert avg_pool2d_backward(np.zeros((0, 3, 2, 2)), (5, 5), 2).shape == (0, 3, 5, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((3, 4, 4)), 2), r"x must have shape \(N, C, H, W\), got \(3, 4, 4\)"),
        ((np.zeros((1, 1, 4, 4)), 5), "a window of 5 does not fit"),
        ((NINE, 2, 2, 2), r"padding must be at most half the kernel \(2, 2\), got \(2, 2\)"),
        ((NINE, 0), "kernel_size must be one or two whole numbers of at least 1, got 0"),
        ((NINE, 2, 2, 0, False, True, 0), "divisor_override must be a whole number other than 0, got 0"),
        ((NINE, 2, 2, 0, False, True, 2.5), "divisor_override must be a whole number other than 0, got 2.5"),
        (
            (NINE, 2, 2, 0, False, True, -np.inf),
            "divisor_override must be a whole number other than 0, got -inf",
        ),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        avg_pool2d(*arguments)


def test_a_gradient_of_another_shape():
    with pytest.raises(ValueError, match=r"dy must have shape \(N, C, 2, 2\), got \(1, 1, 3, 3\)"):
        avg_pool2d_backward(NINE, (4, 4), 2)
