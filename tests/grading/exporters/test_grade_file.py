"""Grading one file: the points of `grade`, and no wrong zero."""

import signal
import time

import pytest

from scratchcv.grading.exporters import grade_file as module
from scratchcv.grading.exporters.grade_file import OutOfTimeError, at_most, grade_file, grade_submission
from scratchcv.grading.grade import grade_source
from scratchcv.grading.process.sandbox import SandboxFaultError
from scratchcv.grading.submissions.submission import Submission
from tests.grading.exporters.conftest import slow


@pytest.mark.parametrize("name", ["partly", *slow("full", "empty")])
def test_the_points_are_those_of_grade(kit, submissions, tmp_path, name):
    text, points = submissions[name]
    (tmp_path / "small.py").write_text(text)
    result = grade_file(kit, tmp_path / "small.py", student="ada")
    same = grade_source(kit.sheet, text, kit.secret, student="ada", digest=result.digest)
    assert result.earned == same.earned == points
    assert [exercise.seed for exercise in result.exercises] == [exercise.seed for exercise in same.exercises]
    assert (result.status, result.level, result.student) == ("graded", same.level, "ada")


def test_what_is_no_submission_is_unreadable(kit, tmp_path):
    (tmp_path / "small.txt").write_text("")
    result = grade_file(kit, tmp_path / "small.txt")
    assert result.status == "unreadable"
    assert "must be a .py, .ipynb or .zip file" in result.fault


def fault(times, monkeypatch):
    """Make the first gradings fail by the grader's own fault."""
    failures = [SandboxFaultError("no process could be started")] * times

    def flaky(*arguments, **keywords):
        if failures:
            raise failures.pop()
        return grade_source(*arguments, **keywords)

    monkeypatch.setattr(module, "grade_source", flaky)


def test_a_fault_of_the_graders_is_tried_again(kit, submissions, monkeypatch):
    fault(1, monkeypatch)
    assert grade_submission(kit, Submission("ada", submissions["full"][0], "")).earned == 10


def test_a_fault_of_the_graders_is_no_zero(kit, submissions, monkeypatch):
    fault(2, monkeypatch)
    result = grade_submission(kit, Submission("ada", submissions["full"][0], ""))
    assert (result.status, result.exercises) == ("not graded", ())
    assert result.fault == "SandboxFaultError: no process could be started"


def test_an_exercise_that_takes_too_long_costs_its_own_points_alone(kit, submissions, monkeypatch):
    def late(*arguments, only, **keywords):
        if only == ["box_area"]:
            raise OutOfTimeError
        return grade_source(*arguments, only=only, **keywords)

    monkeypatch.setattr(module, "grade_source", late)
    result = grade_submission(kit, Submission("ada", submissions["full"][0], ""), seconds=600)
    assert [exercise.earned for exercise in result.exercises] == [0, 4]
    assert result.exercises[0].problem.startswith("was stopped: it took longer than the 300 seconds")
    assert result.level


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarm clock")
def test_the_alarm_clock_rings_and_is_put_back():
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(OutOfTimeError), at_most(0.05):
        time.sleep(30)
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
