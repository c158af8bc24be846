"""result.json: as Classroom 50's documentation says, in whole points."""

import dataclasses
import json

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.exporters import classroom50 as module
from scratchcv.grading.exporters.classroom50 import check_points, classroom50_result, main
from scratchcv.grading.exporters.grade_file import grade_file
from scratchcv.grading.result import ExerciseResult, SubmissionResult

ENVIRONMENT = {
    "CLASSROOM": "vision",
    "ASSIGNMENT": "areas",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://example.org/commit",
    "RELEASE_URL": "https://example.org/release",
}
FIELDS = {
    "schema": str,
    "classroom": str,
    "assignment": str,
    "submission": str,
    "commit": str,
    "release": str,
    "review": str,
    "datetime": str,
    "score": int,
    "max-score": int,
    "tests": list,
}
TEST = {"test-name": str, "passed": bool, "score": int, "max-score": int, "output": str}


def check_form(written):
    assert {name: type(value) for name, value in written.items()} == FIELDS
    for test in written["tests"]:
        assert {name: type(value) for name, value in test.items()} == TEST
    for name in ("score", "max-score"):
        assert written[name] == sum(test[name] for test in written["tests"])


def test_result(kit, submissions, tmp_path):
    (tmp_path / "small.py").write_text(submissions["partly"][0])
    written = classroom50_result(grade_file(kit, tmp_path / "small.py"), kit.sheet, ENVIRONMENT)
    check_form(written)
    assert (written["score"], written["max-score"]) == (4, 10)  # 4.5: parts of a point are dropped
    assert [test["passed"] for test in written["tests"]] == [False, False]
    assert written["review"] == ENVIRONMENT["COMMIT_URL"]


def test_all_points_in_spite_of_rounding(small_sheet):
    exercises = tuple(
        ExerciseResult(exercise.function, exercise.points, exercise.points - 1e-12)
        for exercise in small_sheet.exercises
    )
    result = SubmissionResult("small", "", "", "", "graded", "", exercises)
    written = classroom50_result(result, small_sheet, ENVIRONMENT)
    assert written["score"] == 10
    assert all(test["passed"] for test in written["tests"])


def test_what_cannot_be_read_has_no_points(small_sheet):
    result = SubmissionResult("small", "", "", "", "unreadable", "there is nothing")
    written = classroom50_result(result, small_sheet, ENVIRONMENT)
    check_form(written)
    assert (written["score"], written["tests"][0]["output"]) == (0, "there is nothing")


def test_main(small_folder, submissions, tmp_path, monkeypatch):
    (tmp_path / "push").mkdir()
    monkeypatch.chdir(tmp_path / "push")
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "push" / "small.py").write_text(submissions["full"][0])
    assert main([str(small_folder)]) == 0
    written = json.loads((tmp_path / "push" / "result.json").read_text())
    check_form(written)
    assert written["score"] == 10
    assert "10 of 10 points" in (tmp_path / "push" / "release-body.md").read_text()


def test_the_graders_own_fault_is_no_result(small_folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    failed = SubmissionResult("small", "", "", "", "not graded", "no process")
    monkeypatch.setattr(module, "grade_file", lambda *arguments, **keywords: failed)
    assert main([str(small_folder)]) == 1
    assert not (tmp_path / "result.json").exists()


def test_points_must_be_whole(small_sheet):
    half = dataclasses.replace(small_sheet.exercises[0], points=2.5)
    with pytest.raises(InputError, match=r"whole points, and box_area is worth 2\.5"):
        check_points(dataclasses.replace(small_sheet, exercises=(half,)))
