"""Comparison of answers: nothing passes by accident, nothing fails for its rounding."""

import numpy as np
import pytest

from scratchcv.grading.compare import ROUNDINGS, compare, describe, in_float64, judge
from scratchcv.grading.sheets.case import Call

ONE = np.ones((2, 3))


@pytest.mark.parametrize(
    ("found", "expected", "reason"),
    [
        (np.zeros((0,)), np.ones(1), "shape"),
        (np.ones((2, 1)), ONE, "shape"),
        (1.0, ONE, "shape"),
        (np.zeros((3, 0)), np.zeros((0, 3)), "shape"),
        (np.ones(1), 1.0, "shape"),
        (None, ONE, "structure"),
        ("1", ONE, "structure"),
        ((ONE, ONE), ONE, "structure"),
        ([ONE, np.ones(3)], ONE, "structure"),
        (ONE, (ONE, ONE), "structure"),
        ((ONE,), (ONE, ONE), "structure"),
        ({"box": 1.0}, {"boxes": 1.0}, "structure"),
        ({"box": 1.0}, (1.0,), "structure"),
        (np.ones(2), np.array([1, 1]), "kind"),
        (np.array([1, 0]), np.array([True, False]), "kind"),
        (np.array([True, True]), np.ones(2), "kind"),
        (np.ones(2, np.float16), np.ones(2), "kind"),
        (np.array([1.0, np.nan]), np.ones(2), "nan"),
        (np.ones(2), np.array([1.0, np.nan]), "nan"),
        (np.array([1.0, -np.inf]), np.array([1.0, np.inf]), "value"),
        (np.array([1.0, 1.1]), np.ones(2), "value"),
        (np.array([0, 253], np.uint8), np.array([0, -3]), "value"),
        (0.0, None, "value"),
        ("a", "b", "value"),
    ],
)
def test_wrong_answers(found, expected, reason):
    difference = compare(found, expected)
    assert difference is not None
    assert difference.reason == reason


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (ONE, ONE),
        (ONE.astype(np.float32), ONE),
        (np.ones((2, 3), int), ONE),
        (1, 1.0),
        (np.float64(1), 1.0),
        (np.array(1.0), 1.0),
        ([ONE, 2.0], (ONE, 2.0)),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        ({"a": 1.0, "b": ONE}, {"b": ONE, "a": 1.0}),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
        (np.array([1, 0], np.int32), np.array([1, 0])),
        (np.zeros((0, 4)), np.zeros((0, 4), np.int64)),
        (None, None),
        ((), ()),
    ],
)
def test_right_answers(found, expected):
    assert compare(found, expected) is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("length", [9, 576, 4608])
def test_the_order_of_summation_does_not_matter(dtype, length):
    rng = np.random.default_rng(length)
    for _ in range(50):
        a, b = rng.standard_normal((2, length)).astype(dtype)
        right, S = a.astype(float) @ b.astype(float), abs(a.astype(float)) @ abs(b.astype(float))
        sums = [a @ b, (a * b).sum(), np.cumsum((a * b)[::-1], dtype=dtype)[-1], sum(a * b)]
        eps = float(np.finfo(dtype).eps)
        assert [compare(one, right, S, eps) for one in sums] == [None] * 4
        assert compare(right + 2 * ROUNDINGS * eps * S, right, S, eps) is not None


def test_the_bound_is_of_the_coarsest_dtype():
    x = np.float32([0.1, 0.2, 0.3])
    assert judge(x.sum(), float(np.sum(x.astype(float))), Call(x)) is None
    assert judge(0.6 + 1e-7, 0.6, Call(np.array([0.1, 0.2, 0.3]))).reason == "value"
    assert judge(np.float32(0.6), 0.6, Call(np.array([0.1, 0.2, 0.3]))) is None


def test_the_difference_names_its_place():
    expected = {"loss": 1.0, "gradients": (ONE, ONE)}
    found = {"loss": 1.0, "gradients": (ONE, ONE + np.eye(2, 3) * [[0], [1]])}
    difference = compare(found, expected)
    assert (difference.place, difference.index) == ("['gradients'][1]", (1, 1))
    assert difference.message == "is 2.0 at [1, 1], expected 1.0"


def test_objects_cannot_persuade():
    class Always(np.ndarray):
        def __array_ufunc__(self, *args, **kwargs):
            return True

        __eq__ = lambda self, other: True  # noqa: E731

    assert compare(np.zeros(2).view(Always), np.ones(2)).reason == "structure"


def test_several_answers_are_right():
    def accepts(found, expected, scores):
        return "" if sorted(found) == sorted(expected) else "other boxes are kept"

    call = Call(np.array([0.5, 0.5]))
    assert judge(np.array([1, 0]), np.array([0, 1]), call, None, accepts) is None
    assert judge(np.array([1]), np.array([0, 1]), call, None, accepts).message == "other boxes are kept"
    assert judge(np.array([1.0, 0]), np.array([0, 1]), call, None, accepts).reason == "kind"
    assert judge(None, np.array([0, 1]), call, None, accepts).reason == "structure"


def test_an_odd_answer_does_not_stop_the_judge():
    def accepts(found, expected):
        return "" if (expected[found] == expected).all() else "no"

    difference = judge(np.array([7]), np.array([0]), Call(), None, accepts)
    assert difference.message == "the result is not of the form that was asked for"


def test_memory_that_was_never_written_is_compared_in_silence():
    signalling = np.array([0x7FA00000], np.uint32).view(np.float32)  # a NaN that warns when it is cast
    assert compare(signalling, np.array([1.0])).reason == "nan"


def test_magnitudes_scale_the_bound():
    difference = 1e-9
    assert compare(difference, 0.0, magnitude=0.0).reason == "value"
    assert compare(difference, 0.0, magnitude=1e6) is None
    pair = (np.array([difference]), 0.0)
    assert compare(pair, (np.zeros(1), 0.0), magnitude=(1e6, 0.0)) is None


def test_inputs_in_float64():
    call = in_float64(Call([np.float32([1])], {"a": np.float32(2)}, np.array([1]), size=(np.zeros(1, "f2"),)))
    assert call.arguments[0][0].dtype == call.arguments[1]["a"].dtype == np.float64
    assert call.arguments[2].dtype == np.array([1]).dtype
    assert call.keywords["size"][0].dtype == np.float64


def test_description_holds_no_numbers():
    assert describe([1.5, "x", None]) == "a list of 3: a number, a string, None"
    assert describe(np.array(1.5)) == "a number"
    assert describe({"a": 1}) == "a dict with the keys 'a'"
