"""Results: written, and read again as they were."""

import json

import numpy as np
import pytest

from scratchcv.errors import InputError
from scratchcv.grading.result import CaseResult, ExerciseResult, SubmissionResult, plain


@pytest.fixture
def result():
    cases = (
        CaseResult("one", "One", True, False, True, detail={"found": plain(np.ones((1, 2)))}),
        CaseResult("two", "Two", False, False, True),
        CaseResult("three", "Three", False, False, False, "value", "is 1, expected 2"),
    )
    exercise = ExerciseResult("scratchcv.boxes.iou.box_iou", 10, 5.0, cases, hint="Think.", seed="00")
    return SubmissionResult("a1_boxes", "ab", "ada", "cd", "graded", "", (exercise, exercise), ("a plot",))


def test_it_is_read_as_it_was_written(result):
    assert SubmissionResult.from_json(result.to_json()) == result


def test_sums(result):
    assert (result.earned, result.points) == (10.0, 20)
    assert result.exercises[0].name == "box_iou"
    assert result.exercises[0].passed(visible=False) == (1, 2)
    assert result.exercises[0].passed(visible=True) == (1, 1)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "other"}', "null"])
def test_other_text_is_refused(text):
    with pytest.raises(InputError, match="not a grading result"):
        SubmissionResult.from_json(text)


def test_values_become_json():
    value = {"a": (np.float32(0.5), None), "b": np.array([[np.inf, 2]]), "c": "x", 1: True, "d": {1, 2}}
    assert json.loads(json.dumps(plain(value), allow_nan=False)) == {
        "a": [0.5, None],
        "b": {"dtype": "float64", "shape": [1, 2], "values": ["inf", 2.0]},
        "c": "x",
        "1": True,
        "d": "{1, 2}",
    }


def test_large_arrays_are_cut():
    assert len(plain(np.zeros(10_000))["values"]) == 4096
