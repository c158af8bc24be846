"""Sizes of sliding windows."""

import numpy as np
import pytest

from scratchcv.layers.shapes import axis_index, check_whole, pair, pooling_windows, window_output_size


def test_one_number_or_two():
    assert pair("stride", 3, least=1) == (3, 3)
    assert pair("stride", [1, 2], least=1) == (1, 2)
    assert pair("stride", (np.int32(1), 2.0), least=1) == (1, 2)


@pytest.mark.parametrize("bad", [4, -5, 1.5, None, "1", True, np.nan])
def test_axes(bad):
    assert [axis_index("dim", axis, 4) for axis in range(-4, 4)] == [0, 1, 2, 3] * 2
    with pytest.raises(ValueError, match="dim must be one of 4 axes, -4 to 3, got"):
        axis_index("dim", bad, 4)


RUBBISH = [0, -1, (1, 0), (1, 2, 3), (), 1.5, True, (1, False), None, "ab", "22", np.nan, np.inf, 1j, {1: 2}]


@pytest.mark.parametrize("bad", [*RUBBISH, np.array([2, 2])])
def test_bad_settings(bad):
    with pytest.raises(ValueError, match="stride must be one or two whole numbers of at least 1, got"):
        pair("stride", bad, least=1)


def test_the_lectures_convolutional_sliding_window():
    """Lecture S2, lines 225-226: 14 → 10 → 5 → 1 and 28 → 24 → 12 → 8."""
    for start, sizes in [(14, (10, 5, 1)), (16, (12, 6, 2)), (28, (24, 12, 8))]:
        conv = window_output_size((start, start), (5, 5), (1, 1), (0, 0))
        pool = window_output_size(conv, (2, 2), (2, 2), (0, 0))
        last = window_output_size(pool, (5, 5), (1, 1), (0, 0))
        assert (conv[0], pool[0], last[0]) == sizes


@pytest.mark.parametrize("bad", [-1, "ab", 1.5])
@pytest.mark.parametrize("setting", ["image_size", "kernel_size", "stride", "padding", "dilation"])
def test_settings_that_are_no_numbers(setting, bad):
    window = {"image_size": 9, "kernel_size": 3, "stride": 1, "padding": 0, setting: bad}
    with pytest.raises(ValueError, match=f"{setting} must be one or two whole numbers"):
        window_output_size(**window)


def test_a_window_that_does_not_fit():
    with pytest.raises(ValueError, match="a window of 7 does not fit an image side of 4 padded by 1"):
        window_output_size((9, 4), (3, 7), (1, 1), (1, 1))


def test_dilation_spreads_the_window():
    assert window_output_size((9, 9), (3, 3), (1, 2), (0, 1), (4, 2)) == (1, 4)
    with pytest.raises(ValueError, match="a window of 9 does not fit an image side of 8 padded by 0"):
        window_output_size((8, 9), (3, 3), (1, 1), (0, 0), (4, 4))


@pytest.mark.parametrize(
    ("image", "kernel", "stride", "padding", "floor", "ceil"),
    [
        (6, 3, 2, 0, 2, 3),
        (7, 3, 2, 0, 3, 3),
        (5, 2, 3, 1, 2, 2),  # a third window would start at 5, beyond the image
        (1, 2, 3, 1, 1, 1),
        (3, 1, 3, 0, 1, 1),
    ],
)
def test_the_last_window_starts_in_the_image(image, kernel, stride, padding, floor, ceil):
    for ceil_mode, size in ((False, floor), (True, ceil)):
        window = (image, 9), (kernel, 9), (stride, 1), (padding, 0)
        assert window_output_size(*window, ceil_mode=ceil_mode) == (size, 1)


def test_ceil_mode_takes_a_window_larger_than_the_image():
    assert window_output_size((2, 9), (3, 9), (2, 1), (0, 0), ceil_mode=True) == (1, 1)
    with pytest.raises(ValueError, match="a window of 3 does not fit an image side of 2"):
        window_output_size((2, 9), (3, 9), (2, 1), (0, 0))
    with pytest.raises(ValueError, match="a window of 4 does not fit an image side of 2"):
        window_output_size((2, 9), (4, 9), (2, 1), (0, 0), ceil_mode=True)


def test_windows_of_pooling():
    rows, columns = pooling_windows((5, 7), 3, 2, 1, (1, 2), ceil_mode=True)
    assert rows.tolist() == [[-1, 2], [1, 4], [3, 6]]
    assert columns.tolist() == [[-1, 4], [1, 6], [3, 8]]
    assert rows.dtype == np.int64


def test_padding_is_at_most_half_the_kernel():
    with pytest.raises(ValueError, match=r"padding must be at most half the kernel \(3, 2\), got \(2, 1\)"):
        pooling_windows((9, 9), (3, 2), None, (2, 1), 3)


@pytest.mark.parametrize("value", ["3", None, -1, 2.5, float("nan"), True, (3,), np.inf, -np.inf])
def test_what_is_no_whole_number(value):
    with pytest.raises(ValueError, match="in_features must be a whole number of at least 0, got "):
        check_whole("in_features", value, least=0)
