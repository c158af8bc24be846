"""What students read: of visible cases the numbers, of hidden ones titles alone."""

import pytest

from scratchcv.grading.exporters.exercise_text import hidden_text, visible_text
from scratchcv.grading.grade import grade_source


@pytest.fixture
def wrong(small_sheet):
    """The result of a mistake that the bank knows, and that tells its inputs to whoever listens."""
    text = next(m for m in small_sheet.exercise("box_area").misconceptions if m.name == "one_too_long").source
    return grade_source(small_sheet, text, b"secret", only=["box_area"])


def test_visible_cases_come_with_numbers(wrong):
    text = visible_text(wrong, wrong.exercises[0])
    assert "One square" in text
    assert "expected 4.0" in text
    assert "Some boxes" not in text


def test_hidden_cases_come_with_titles_and_the_hint(wrong):
    text = hidden_text(wrong.exercises[0])
    assert text.startswith("1 of 4 hidden cases pass: 0 of 6 points.")
    assert "Some boxes; One box far from the origin; Single precision." in text
    assert "**Hint:** Your sides are one too long" in text
    assert "expected" not in text


def test_inputs_that_a_submission_gives_away_are_not_shown(small_sheet):
    text = "def box_area(boxes):\n    raise ValueError(f'canary {boxes[0]}')\n"
    result = grade_source(small_sheet, text, b"secret", only=["box_area"])
    assert "canary" in visible_text(result, result.exercises[0])
    assert "canary" not in hidden_text(result.exercises[0]).replace("canary [1. 1. 3. 3.]", "")


def test_what_is_right(small_sheet):
    result = grade_source(small_sheet, small_sheet.solution(), b"secret", only=["box_area"])
    assert visible_text(result, result.exercises[0]) == "All 1 visible cases pass."
    assert hidden_text(result.exercises[0]) == "4 of 4 hidden cases pass: 6 of 6 points."


def test_what_is_not_done_yet(small_sheet):
    result = grade_source(small_sheet, small_sheet.stubs(), b"secret", only=["box_area"])
    assert visible_text(result, result.exercises[0]) == "Not done yet."
    assert "not done yet" in hidden_text(result.exercises[0])
