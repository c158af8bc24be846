import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.testing import assert_close
from scratchcv.testing.compare import plain_array


class AlwaysEqual:
    def __eq__(self, other):
        return True

    def __array__(self, dtype=None, copy=None):
        return np.zeros(3)

    __hash__ = None


class Liar(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __sub__(self, other):
        return np.zeros(self.shape)


class LyingFloat(float):
    def __sub__(self, other):
        return 0.0


class LyingScalar(np.float64):
    pass


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1.0, 1.0),
        (np.float32(1), 1.0),
        ([1, 2], np.array([1.0, 2.0])),
        ([[1, 2], (3, 4)], np.array([[1, 2], [3, 4]], np.int8)),
        (np.zeros((0, 4)), np.empty((0, 4))),
        ([], np.empty(0)),
        ([np.nan, np.inf, -np.inf], [np.nan, np.inf, -np.inf]),
        ([True, False], np.array([True, False])),
        (np.float32([0.1]), [0.1]),
        ([1 + 1e-12], [1.0]),
    ],
)
def test_equal(actual, expected):
    assert_close(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "message"),
    [
        (np.zeros((2, 3)), np.zeros(3), r"shape \(2, 3\), expected \(3,\)"),
        (0.0, np.zeros(3), r"shape \(\), expected \(3,\)"),
        (np.zeros(1), 0.0, r"shape \(1,\), expected \(\)"),
        (np.empty(0), np.zeros(3), r"shape \(0,\), expected \(3,\)"),
        (np.empty((0, 4)), np.empty(0), r"shape \(0, 4\), expected \(0,\)"),
        (np.zeros(3), np.empty(0), r"shape \(3,\), expected \(0,\)"),
        ([1, 0], [True, False], "integer values, expected boolean ones"),
        ([True], [1.0], "boolean values, expected floating ones"),
        ([np.nan], [1.0], r"1 of 1 elements are off; worst at \[0\]: received nan, expected 1.0"),
        ([1.0], [np.nan], "received 1.0, expected nan"),
        ([np.inf], [-np.inf], "received inf, expected -inf"),
        ([1e300], [np.inf], r"received 1e\+300, expected inf"),
        ([np.inf, 5.0], [1.0, 1.0], r"2 of 2 elements are off; worst at \[0\]"),
        (
            [[1, 2], [3, 7]],
            [[1, 2], [3, 4]],
            r"1 of 4 elements are off; worst at \[1, 1\]: received 7, expected 4",
        ),
        ([2**53 + 1], [2**53], "received 9007199254740993, expected 9007199254740992"),
        ([255], np.array([-1], np.int8), "received 255, expected -1"),
        ("1", 1, "needs an array of numbers, got str"),
        (["1"], [1], "got str"),
        (None, 0.0, "got NoneType"),
        ([None], [0.0], "got NoneType"),
        (np.array([1, None]), [1, 0], "got dtype object"),
        (np.array(["a"]), [0], "got dtype <U1"),
        ([1j], [1.0], "got complex"),
        (np.array([1j]), [1.0], "got dtype complex128"),
        (np.array(["2020-01-01"], "M8[D]"), [1], "got dtype datetime64"),
        (dt.date(2020, 1, 1), 1, "got date"),
        ([[1, 2], [3]], [[1, 2], [3, 0]], "got a ragged list"),
        ({0: 1}, [1], "got dict"),
        (iter([1]), [1], "got list_iterator"),
        (AlwaysEqual(), np.zeros(3), "got AlwaysEqual"),
        ([AlwaysEqual()], [0.0], "got AlwaysEqual"),
        (np.ones(3).view(Liar), np.zeros(3), "got Liar"),
        (LyingFloat(1), 0.0, "got LyingFloat"),
        (LyingScalar(1), 0.0, "got LyingScalar"),
        (np.ma.masked_array([1.0], [True]), [0.0], "got MaskedArray"),
    ],
)
def test_different(actual, expected, message):
    with pytest.raises(AssertionError, match=message):
        assert_close(actual, expected)


def test_a_wrong_expected_value_is_the_tests_own_fault():
    with pytest.raises(TypeError, match="expected value: needs an array of numbers, got NoneType"):
        assert_close(1.0, None)


def test_message_comes_first():
    with pytest.raises(AssertionError, match=r"^IoU of two boxes: 1 of 1 elements"):
        assert_close(0.5, 0.25, message="IoU of two boxes")


def test_default_tolerance_follows_the_coarser_dtype():
    one = np.array([1.0])
    assert_close(np.float32(one + 5e-6), one)
    assert_close(one + 5e-6, np.float32(one))
    for dtype, off in ((np.float64, 1e-8), (np.float32, 1e-4)):
        with pytest.raises(AssertionError):
            assert_close((one + off).astype(dtype), one.astype(dtype))


def test_default_tolerance_grows_with_the_size_of_the_whole_array():
    assert_close([1e6, 1e-6], [1e6, 0.0])
    with pytest.raises(AssertionError):
        assert_close([1.0, 1e-6], [1.0, 0.0])


def test_tolerances_can_be_set():
    assert_close([1.1], [1.0], rtol=0.2)
    assert_close([1.1], [1.0], atol=0.2)
    with pytest.raises(AssertionError, match=r"allowed: 0\)"):
        assert_close([np.nextafter(1.0, 2)], [1.0], rtol=0, atol=0)
    assert_close([3], [4], atol=1)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6), st.integers(0, 5), st.floats(1e-3, 1e3))
def test_one_moved_element_is_found(values, position, off):
    moved = list(values)
    position %= len(values)
    moved[position] += off
    with pytest.raises(
        AssertionError, match=rf"1 of {len(values)} elements are off; worst at \[{position}\]"
    ):
        assert_close(moved, values)


def test_arguments_are_not_changed():
    a = np.array([1.0, np.nan])
    a.flags.writeable = False
    assert_close(a, a)


def test_plain_array_of_nothing():
    assert plain_array([]).shape == (0,)
    assert plain_array(np.bool_(True)).dtype == bool
