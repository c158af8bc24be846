"""Values and strangers' text in reports."""

import numpy as np
import pytest

from scratchcv.grading.reports.text import array_of, clean, number, numbers, short
from scratchcv.grading.result import LARGEST_DETAIL, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b[2J\x1b[Hgone", "gone"),
        ("unfinished\x1b[", "unfinished"),
        ("bell\x07", "bell\\x07"),
        ("half \ud800", "half \\ud800"),
        ("turned \u202e", "turned \\u202e"),
        ("a\r\nb\tc", "a\nb   c"),
    ],
)
def test_nothing_steers_the_terminal(text, shown):
    assert clean(text) == shown
    assert clean(text).encode()


def test_long_text_is_cut_and_says_so():
    assert clean("a" * 3000, 10) == "aaaaaaaaaa… (2,990 more characters)"


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.array([[True]]),
        np.array([np.nan, np.inf]),
        np.zeros((0, 4), np.float32),
        np.array(3),
        np.int8([[-1]]),
        np.array([1j]),
    ],
)
def test_arrays_come_back(array):
    found = array_of(plain(array))
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


def test_what_is_no_whole_array():
    assert array_of(plain([1, 2])) is None
    assert array_of(plain(np.zeros(LARGEST_DETAIL + 1))) is None
    assert array_of(plain(np.array(["text"]))) is None


def test_values_on_one_line():
    value = (np.array([[1, 2]]), None, "xyxy", {"box": 1 / 3}, True, [0.5, 2])
    assert short(plain(value)) == "([[1, 2]], None, 'xyxy', {'box': 0.333333}, True, [0.5, 2])"
    assert short(plain(np.zeros((5, 5)))) == "array of shape (5, 5)"
    assert short(plain(np.float32([1]))) == "[1.0] as float32"
    assert short(plain(np.zeros((0, 4)))) == "array of shape (0, 4)"
    assert short(plain("a\x1b[31m" + "b" * 500)).startswith("'abbb")


def test_numbers_are_told_apart():
    assert number(2 / 3) == "0.666667"
    assert numbers(0.5, 0.5000000001) == ["0.5", "0.5000000001"]
    assert numbers(1.0, 1.0) == ["1.0", "1.0"]
