"""Grading through real sealed processes."""

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.grade import LEVELS, grade_source
from scratchcv.grading.process.sandbox import Limits

SECRET = b"0123456789abcdef"


def test_the_librarys_own_code_earns_all(small_sheet):
    result = grade_source(small_sheet, small_sheet.solution(), SECRET, require="self-check")
    assert result.status == "graded"
    assert (result.earned, result.points) == (10, 10)
    assert result.level in LEVELS
    assert result.environment["numpy"]


def test_the_empty_sheet_earns_nothing(small_sheet):
    result = grade_source(small_sheet, small_sheet.stubs(), SECRET, require="self-check")
    assert result.earned == 0
    assert {exercise.problem for exercise in result.exercises} == {"not done yet"}


def test_mistakes_get_their_hints_and_solutions_all_points(small_sheet):
    for variant in small_sheet.exercise("box_area").misconceptions:
        result = grade_source(small_sheet, variant.source, SECRET, only=["box_area"], require="self-check")
        assert result.exercises[0].misconception == variant.name
        assert result.earned < 6
    for variant in small_sheet.exercise("box_area").solutions:
        result = grade_source(small_sheet, variant.source, SECRET, only=["box_area"], require="self-check")
        assert result.earned == 6


def test_visible_cases_alone(small_sheet):
    result = grade_source(small_sheet, small_sheet.solution(), b"", hidden=False)
    assert (result.status, result.earned) == ("checked", 0)
    assert all(case.visible and case.passed for one in result.exercises for case in one.cases)


def test_the_same_seed_gives_the_same_result(small_sheet):
    source = "def box_area(boxes):\n    return boxes[:, 2] * 2\n"
    first, second = (
        grade_source(small_sheet, source, SECRET, student="ada", require="self-check") for _ in range(2)
    )
    assert first == second
    seeds = {exercise.function: bytes.fromhex(exercise.seed) for exercise in first.exercises}
    again = grade_source(small_sheet, source, b"other", seeds=seeds, student="ada", require="self-check")
    assert again == first


def test_a_submission_that_hangs_ends(small_sheet):
    source = "def box_area(boxes):\n    while True: pass\n"
    limits = Limits(seconds=1.0)
    result = grade_source(small_sheet, source, SECRET, limits=limits, only=["box_area"], require="self-check")
    assert result.earned == 0
    assert {case.reason for case in result.exercises[0].cases} == {"timeout", "not run"}


def test_a_required_level_is_required(small_sheet):
    with pytest.raises(InputError, match="submissions must be sealed, and on this system are self-check"):
        grade_source(small_sheet, "", SECRET, layers=(), require="sealed")
