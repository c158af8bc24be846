import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import count_boxes, count_windows, sliding_windows

side = st.integers(1, 9)


def test_fifty_seven_billion_not_million():
    assert count_boxes((600, 800)) == 57_768_120_000


def test_the_places_of_small_objects():
    # EE 628, lines 768-784
    counts = [len(sliding_windows((2, 2), window)) for window in [(1, 1), (1, 2), (2, 1), (2, 2)]]
    assert counts == [4, 2, 2, 1]


def test_convolutional_sliding_windows():
    # a network for 14 x 14 pixels sees 4 windows in 16 x 16 and 64 in 28 x 28, at stride 2
    assert count_windows((16, 16), (14, 14), stride=2) == 4
    assert count_windows((28, 28), (14, 14), stride=2) == 64


@settings(deadline=None, max_examples=25)
@given(st.tuples(side, side), st.tuples(side, side), st.tuples(side, side))
def test_all_windows_lie_inside_and_are_counted(image_size, window, stride):
    windows = sliding_windows(image_size, window, stride, dtype=np.float64)
    assert len(windows) == count_windows(image_size, window, stride)
    assert len(np.unique(windows, axis=0)) == len(windows)
    assert (windows[:, :2] >= 0).all()
    assert (windows[:, 2:] <= image_size[::-1]).all()
    assert (windows[:, 2:] - windows[:, :2] == window[::-1]).all()
    if stride == (1, 1) and windows.size:
        assert len(windows) == (image_size[1] - window[1] + 1) * (image_size[0] - window[0] + 1)


@settings(deadline=None, max_examples=25)
@given(side, side)
def test_the_closed_form_is_the_double_sum(height, width):
    sizes = [(h, w) for h in range(1, height + 1) for w in range(1, width + 1)]
    assert count_boxes((height, width)) == sum(count_windows((height, width), size) for size in sizes)


def test_rows_come_first():
    assert sliding_windows((3, 3), (2, 2))[:, :2].tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert sliding_windows((3, 3), (2, 2)).dtype == np.float32


def test_numpys_integers_are_integers():
    assert count_windows(np.array([5, 5]), (np.int64(3), 3), np.int64(2)) == 4


def test_a_window_larger_than_the_image_has_no_place():
    assert sliding_windows((3, 3), (4, 1)).shape == (0, 4)
    assert count_windows((3, 3), (9, 1), stride=9) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ((0, 3), (1, 1)),
            r"image_size must be two positive integers \(vertical, horizontal\), got \(0, 3\)",
        ),
        (((3, 3), (1.5, 1)), r"window must be two positive integers .* got \(1.5, 1\)"),
        ((3, (1, 1)), "image_size must be two positive integers .* got 3"),
        (((3, 3), (1, 1), 0), "stride must be two positive integers .* got 0"),
    ],
)
def test_bad_sizes(arguments, message):
    for function in (sliding_windows, count_windows):
        with pytest.raises(ValueError, match=message):
            function(*arguments)
