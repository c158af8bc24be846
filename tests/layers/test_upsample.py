"""Interpolation: the lectures' tables, PyTorch's rules, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import Upsample, interpolate, interpolate_backward
from scratchcv.testing import assert_close, check_layer

SMALL = np.array([[1.0, 2], [3, 4]]).reshape(1, 1, 2, 2)
BILINEAR = [[1, 1.25, 1.75, 2], [1.5, 1.75, 2.25, 2.5], [2.5, 2.75, 3.25, 3.5], [3, 3.25, 3.75, 4]]
BICUBIC = [
    [0.68, 1.02, 1.56, 1.89],
    [1.35, 1.68, 2.23, 2.56],
    [2.44, 2.77, 3.32, 3.65],
    [3.11, 3.44, 3.98, 4.32],
]


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
def test_nearest_table(backend, mode):
    """S0, lines 634-651."""
    y = interpolate(SMALL, scale_factor=2, mode=mode)
    assert y[0, 0].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    dx = interpolate_backward(np.arange(16.0).reshape(1, 1, 4, 4), (2, 2), scale_factor=2, mode=mode)
    assert dx[0, 0].tolist() == [[10, 18], [42, 50]]


def test_bilinear_table(backend):
    """S0, lines 671-674; S1, lines 1548-1551: half-pixel positions, exactly."""
    assert interpolate(SMALL, 4, mode="bilinear")[0, 0].tolist() == BILINEAR


def test_other_positions_miss_the_bilinear_table(backend):
    aligned = interpolate(SMALL, 4, mode="bilinear", align_corners=True)[0, 0]
    assert_close(aligned[0], np.array([1, 4 / 3, 5 / 3, 2]))
    assert_close(abs(aligned - BILINEAR).max(), 0.25)
    p = np.minimum(np.arange(4) / 2, 1)  # o s without the halves
    assert abs(1 + p + 2 * p[:, None] - BILINEAR).max() == 0.75


def test_bicubic_table(backend):
    """S0, lines 683-686: two digits of what a = -3/4 gives."""
    y = interpolate(SMALL, 4, mode="bicubic")[0, 0]
    assert y[:2].round(4).tolist() == [[0.6836, 1.0156, 1.5625, 1.8945], [1.3477, 1.6797, 2.2266, 2.5586]]
    assert abs(y - BICUBIC).max() <= 0.005


def test_floors_are_pytorchs(backend):
    x = np.arange(5.0).reshape(1, 1, 1, 5)
    assert interpolate(x, (1, 3)).ravel().tolist() == [0, 1, 3]
    assert interpolate(x, (1, 3), mode="nearest-exact").ravel().tolist() == [0, 2, 4]
    assert interpolate(x[..., :2], (1, 82))[0, 0, 0, 40:43].tolist() == [
        0,
        0,
        1,
    ]  # in float32 41 · (2 / 82) < 1


def test_a_factor_counts_though_the_size_is_rounded(backend):
    x = np.arange(4.0).reshape(1, 1, 1, 4)
    by_factor, by_size = (
        interpolate(x, mode="bilinear", **how) for how in ({"scale_factor": (1, 1.4)}, {"size": (1, 5)})
    )
    assert_close(by_factor.ravel(), np.clip((np.arange(5) + 0.5) / 1.4 - 0.5, 0, 3))
    assert_close(by_size.ravel(), np.clip((np.arange(5) + 0.5) * 0.8 - 0.5, 0, 3))


def test_where_the_size_doubles_nearest_pixels_do_whatever_the_factor(backend):
    x = np.arange(4.0).reshape(1, 1, 1, 4)
    assert interpolate(x, scale_factor=(1, 2.1)).ravel().tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    exact = interpolate(x, scale_factor=(1, 2.1), mode="nearest-exact")
    assert exact.ravel().tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_a_factor_that_leaves_the_size_changes_nothing(backend, mode):
    x = np.arange(4.0).reshape(1, 1, 1, 4)
    assert (interpolate(x, scale_factor=(1, 1.2), mode=mode) == x).all()
    assert abs(interpolate(x, scale_factor=(1, 1.2), mode="bicubic") - x).max() > 0.3


def test_positions_are_as_fine_in_float32(backend):
    """Far from the first pixel float32 positions would be off by 10⁻⁴ of a pixel."""
    x = np.random.default_rng(0).standard_normal((1, 1, 1, 3000)).astype(np.float32)
    for mode in ("bilinear", "bicubic"):
        coarse = interpolate(x, (1, 7001), mode=mode)
        fine = interpolate(x.astype(np.float64), (1, 7001), mode=mode)
        assert coarse.dtype == np.float32
        assert abs(coarse - fine).max() < 8 * np.finfo(np.float32).eps * abs(x).max()


SETTINGS = [
    (size, factor, mode, align_corners)
    for size, factor in [((5, 3), None), (None, 2), (None, (1.7, 0.8)), ((1, 9), None)]
    for mode, align_corners in [
        ("nearest", None), ("nearest-exact", None), ("bilinear", None), ("bilinear", True), ("bicubic", True),
        ("bicubic", None),
    ]
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(SETTINGS)))
def test_gradients(backend, number):
    shape = (2, *np.random.default_rng(number).integers((1, 2, 2), (4, 7, 7)).tolist())
    check_layer(Upsample(*SETTINGS[number]), shape, max_entries=16)


@given(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 5), st.integers(1, 5)),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.sampled_from([("nearest", None), ("bilinear", False), ("bilinear", True), ("bicubic", False)]),
)
@settings(max_examples=25, deadline=None)
def test_shapes(shape, size, how):
    mode, align_corners = how
    x, dy = np.ones(shape), np.ones((*shape[:2], *size))
    assert_close(interpolate(x, size, None, mode, align_corners), dy)  # what is flat stays flat
    dx = interpolate_backward(dy, shape[2:], size, None, mode, align_corners)
    assert dx.shape == shape
    assert_close(dx.sum(), dy.sum())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 2, "mode": "linear"}, "mode must be one of nearest, nearest-exact, .* got 'linear'"),
        ({"size": 2, "align_corners": False}, "align_corners is for bilinear and bicubic"),
        ({}, "size or scale_factor must be given, got size None, scale_factor None"),
        ({"size": 2, "scale_factor": 2}, "size or scale_factor must be given, got size 2, scale_factor 2"),
        ({"size": 0}, "size must be one or two whole numbers of at least 1, got 0"),
        ({"scale_factor": (2, 0)}, r"scale_factor must be one or two positive numbers, got \(2, 0\)"),
        ({"scale_factor": "22"}, "scale_factor must be one or two positive numbers, got 22"),
        ({"scale_factor": (None, 2)}, r"scale_factor must be one or two positive numbers, got \(None, 2\)"),
        ({"scale_factor": (1, 2, 3)}, "scale_factor must be one or two positive numbers"),
        ({"scale_factor": 0.3}, r"scale_factor 0.3 leaves no pixel of an image of \(2, 2\)"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        interpolate(SMALL, **arguments)


def test_bad_arrays():
    with pytest.raises(ValueError, match=r"x must have pixels, got an image of \(0, 2\)"):
        interpolate(np.zeros((1, 1, 0, 2)), 2)
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\), got \(2, 2\)"):
        interpolate(SMALL[0, 0], 2)
    with pytest.raises(ValueError, match=r"dy must have shape \(N, C, 4, 4\), got \(1, 1, 2, 2\)"):
        interpolate_backward(SMALL, (2, 2), scale_factor=2)
