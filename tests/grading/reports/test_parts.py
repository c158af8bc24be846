"""What reports share: which case, which hint, what next."""

import pytest

from scratchcv.grading.reports.parts import (
    argument_names,
    call_text,
    failed_hidden,
    failing_case,
    hint_of,
    mismatch,
    next_step,
    returns,
    state,
)
from scratchcv.grading.result import plain
from tests.grading.results import BOXES, exercise, hidden, right, submission, wrong, wrong_iou


def test_calls_as_students_type_them():
    detail = plain({"arguments": [BOXES, "xyxy", None], "keywords": {"stride": (1, 2)}})
    assert call_text(exercise(), detail) == "box_iou([[0.0, 0.0, 2.0, 2.0]], 'xyxy', None, stride=[1, 2])"


def test_the_part_that_differs():
    expected, found = {"loss": (1.0, BOXES)}, {"loss": (1.0, 2 * BOXES)}
    part = mismatch(wrong([], expected, found, place="['loss'][1]", index=(0, 2)))
    assert part.index == (0, 2)
    assert part.expected == plain(BOXES)
    assert part.found == plain(2 * BOXES)


def test_a_place_that_the_answer_does_not_have():
    part = mismatch(wrong([], (1.0, 2.0), None, place="[1]"))
    assert (part.expected, part.found) == ([1.0, 2.0], None)


def test_the_first_failing_visible_case():
    first = wrong_iou()
    assert failing_case(exercise(right(), hidden(), first, wrong_iou())) is first
    assert failing_case(exercise(right(), hidden())) is None
    assert failed_hidden(exercise(right(visible=False), hidden("Boxes that touch"))) == ["Boxes that touch"]


@pytest.mark.parametrize(
    ("reason", "hint", "misconception", "shown"),
    [
        ("value", "Two boxes: the sign is flipped.", "", "The sign is flipped."),
        ("value", "Two boxes: the values differ.", "", ""),
        ("value", "Many boxes: the sign is flipped.", "", "Many boxes: the sign is flipped."),
        ("raised", "Two boxes: the function raises KeyError.", "", ""),
        ("property", "Two boxes: the result is a list of 4.", "", ""),
        ("value", "Two boxes: too long.", "one_too_long", "Two boxes: too long."),
    ],
)
def test_hints_repeat_nothing(reason, hint, misconception, shown):
    case = wrong([BOXES], 1.0, 2.0, reason=reason)
    assert hint_of(exercise(case, hint=hint, misconception=misconception)) == shown


def test_how_an_exercise_stands():
    assert state(exercise(right())) == "right"
    assert state(exercise(right(), hidden())) == "wrong"
    assert state(exercise(problem="not done yet")) == "to do"
    assert state(exercise(problem="there is no function box_iou")) == "cannot run"
    assert state(exercise()) == "wrong"


def test_what_next():
    todo, broken = exercise(problem="not done yet"), exercise(problem="cannot be read")
    assert next_step(submission(exercise(right()), todo)) == "Write box_iou, and check again."
    assert next_step(submission(todo, exercise(wrong_iou()))) == "Mend box_iou, and check again."
    assert next_step(submission(exercise(wrong_iou()), broken)) == "Make box_iou run, and check again."
    assert next_step(submission(exercise(right()))).startswith("All visible cases pass.")
    assert next_step(submission(todo, status="graded")) == "Look at box_iou first."
    assert "Well done" in next_step(submission(exercise(right()), status="graded"))
    assert "again" in next_step(submission(status="not graded", fault="the disk was full"))
    assert "first" in next_step(submission(status="unreadable", fault="a1_boxes.py: is empty"))


def test_what_the_original_says_of_itself():
    assert argument_names(exercise()) == ["boxes1", "boxes2"]
    assert returns(exercise()).startswith("ndarray of shape (N, M)")
    unknown = exercise(function="nobody.knows.this")
    assert argument_names(unknown) == []
    assert returns(unknown) == ""
