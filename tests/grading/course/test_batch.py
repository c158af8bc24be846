"""Many submissions: nothing is graded twice, nothing is lost, and our faults are nobody's zero."""

import dataclasses

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.course import batch
from scratchcv.grading.course.batch import Terms, grade_batch, grade_safely, not_graded
from scratchcv.grading.process.sandbox import Limits, SandboxFaultError
from scratchcv.grading.result import ExerciseResult, SubmissionResult
from scratchcv.grading.submissions.submission import Submission, Unreadable

SECRET = b"0123456789abcdef"
ADA, BOB = Submission("ada", "x = 1", "1a"), Submission("bob", "x = 2", "2b", ("a note",))


@pytest.fixture
def terms(small_sheet):
    return Terms.of(small_sheet, SECRET, Limits(seconds=1.0))


class Grader:
    """Gives a point to everybody, and remembers whom it was asked to grade."""

    def __init__(self, status="graded"):
        self.status, self.asked = status, []

    def __call__(self, terms, submissions):
        for submission in submissions:
            self.asked.append(submission.name)
            if self.status == "not graded":
                yield not_graded(terms, submission, "no reason")
            else:
                result = SubmissionResult(
                    "small",
                    terms.sheet_digest,
                    submission.name,
                    submission.digest,
                    "graded",
                    exercises=(ExerciseResult("a.b", 1, 1),),
                    environment=terms.settings,
                )
                yield result


def grade(terms, submissions, folder, status="graded"):
    """Return whom it took to grade, and the status of everyone."""
    grader = Grader(status)
    results = list(grade_batch(terms, submissions, folder, grader))
    return grader.asked, {result.student: result.status for result in results}


def test_what_is_graded_stands(tmp_path, terms):
    both = {"ada": "graded", "bob": "graded"}
    assert grade(terms, [ADA, BOB], tmp_path) == (["ada", "bob"], both)
    assert grade(terms, [ADA, BOB], tmp_path) == ([], both)
    resubmitted = dataclasses.replace(BOB, digest="3c")
    assert grade(terms, [ADA, resubmitted], tmp_path) == (["bob"], both)


@pytest.mark.parametrize(
    "change",
    [
        {"secret": b"another secret....."},
        {"limits": Limits(seconds=2.0)},
        {"require": "sealed"},
        {"sheet_digest": "another"},
    ],
)
def test_what_was_graded_otherwise_does_not(tmp_path, terms, change):
    grade(terms, [ADA], tmp_path)
    assert grade(dataclasses.replace(terms, **change), [ADA], tmp_path)[0] == ["ada"]


def test_a_damaged_result_is_graded_again(tmp_path, terms):
    grade(terms, [ADA], tmp_path)
    (path,) = (tmp_path / "results").iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    assert grade(terms, [ADA], tmp_path)[0] == ["ada"]


def test_what_was_not_graded_is_tried_again(tmp_path, terms):
    assert grade(terms, [ADA], tmp_path, "not graded") == (["ada"], {"ada": "not graded"})
    assert grade(terms, [ADA], tmp_path) == (["ada"], {"ada": "graded"})


def test_what_cannot_be_read_is_a_result(tmp_path, terms):
    submissions = [Unreadable("eve", "eve.py: is empty"), ADA]
    assert grade(terms, submissions, tmp_path) == (["ada"], {"eve": "unreadable", "ada": "graded"})
    results = {result.student: result for result in grade_batch(terms, submissions, tmp_path, Grader())}
    assert results["eve"].fault == "eve.py: is empty"


def test_results_are_on_the_disk_when_they_are_seen(tmp_path, terms):
    for number, _ in enumerate(grade_batch(terms, [ADA, BOB], tmp_path, Grader()), start=1):
        assert len(list((tmp_path / "results").iterdir())) == number


@pytest.mark.parametrize(
    "error", [SandboxFaultError("no pipe"), KeyError("x"), RecursionError(), MemoryError()]
)
def test_our_own_fault_is_tried_once_more(terms, small_sheet, monkeypatch, error):
    calls = []

    def fail(*arguments, **keywords):
        calls.append(keywords["student"])
        if len(calls) < 2:
            raise error
        return SubmissionResult("small", "", "bob", "2b", "graded")

    monkeypatch.setattr(batch, "grade_source", fail)
    assert grade_safely(small_sheet, terms, BOB).status == "graded"
    assert calls == ["bob", "bob"]


def test_our_own_fault_is_no_zero(terms, small_sheet, monkeypatch):
    def fail(*arguments, **keywords):
        raise SandboxFaultError("no pipe")

    monkeypatch.setattr(batch, "grade_source", fail)
    result = grade_safely(small_sheet, terms, BOB)
    assert (result.student, result.digest, result.notes) == ("bob", "2b", ("a note",))
    assert result.status == "not graded"
    assert result.fault == "not graded, by a fault of the grader: SandboxFaultError: no pipe"


def test_what_concerns_all_stops_all(terms, small_sheet, monkeypatch):
    def fail(*arguments, **keywords):
        raise InputError("submissions must be sealed")

    monkeypatch.setattr(batch, "grade_source", fail)
    with pytest.raises(InputError, match="must be sealed"):
        grade_safely(small_sheet, terms, BOB)


def test_another_state_of_the_sheet_grades_nothing(terms, small_sheet):
    with pytest.raises(InputError, match="is in another state here"):
        grade_safely(small_sheet, dataclasses.replace(terms, sheet_digest="another"), BOB)


def test_a_sheet_of_ones_own_is_known_by_its_folder(terms, small_folder):
    assert terms.sheet == str(small_folder)
    assert str(SECRET) not in repr(terms)
