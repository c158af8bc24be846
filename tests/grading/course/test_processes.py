"""Grading processes: all kinds of submissions at once, killed graders, and nothing is left of it."""

import dataclasses
import os
import signal

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.course import processes
from scratchcv.grading.course.batch import Terms
from scratchcv.grading.course.processes import Grader, run_in_processes
from scratchcv.grading.process.sandbox import Limits
from scratchcv.grading.submissions.submission import Submission
from tests.grading.leftovers import linux, nothing_left
from tests.grading.mixed import RIGHT, check, mixed, only_areas

SECRET = b"0123456789abcdef"


@pytest.fixture
def terms(small_folder):
    return Terms.of(only_areas(small_folder), SECRET, Limits(seconds=1.0), "self-check")


@pytest.fixture
def graders(monkeypatch):
    """All graders that are started."""
    started = []

    class Remembered(Grader):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            started.append(self)

    monkeypatch.setattr(processes, "Grader", Remembered)
    return started


def rights(count):
    return [Submission(f"right {number}", RIGHT, str(number)) for number in range(count)]


@linux
def test_all_kinds_at_once(terms, tmp_path, monkeypatch):
    with nothing_left(tmp_path / "tmp", monkeypatch):
        check(run_in_processes(terms, [*mixed(17, 1)], jobs=4), mixed(17, 1))


@linux
def test_who_stops_early_leaves_nothing(terms, tmp_path, monkeypatch):
    with nothing_left(tmp_path / "tmp", monkeypatch):
        results = run_in_processes(terms, rights(4), jobs=2)
        next(results)
        results.close()


def test_a_killed_grader_loses_nothing(terms, graders):
    submissions = rights(4)
    results = run_in_processes(terms, submissions, jobs=2)
    found = [next(results)]
    os.kill(graders[0].process.pid, signal.SIGKILL)
    found += results
    assert sorted(result.student for result in found) == [one.name for one in submissions]
    assert {(result.status, result.earned) for result in found} == {("graded", 6)}
    assert len(graders) == 3


def test_a_submission_that_kills_graders_is_not_graded(terms, graders, monkeypatch):
    give = Grader.give

    def give_and_kill(grader, submission):
        give(grader, submission)
        if submission.name == "right 1":
            os.kill(grader.process.pid, signal.SIGKILL)

    monkeypatch.setattr(Grader, "give", give_and_kill)
    found = {result.student: result for result in run_in_processes(terms, rights(2), jobs=1)}
    assert {name: result.status for name, result in found.items()} == {
        "right 0": "graded",
        "right 1": "not graded",
    }
    assert found["right 1"].fault.endswith("its process ended twice (exit code -9)")
    assert len(graders) == 2


def test_what_concerns_all_stops_all(terms):
    missing = dataclasses.replace(terms, sheet="nowhere")
    with pytest.raises(InputError, match="nowhere: neither a sheet"):
        list(run_in_processes(missing, rights(1), jobs=1))
    other = dataclasses.replace(terms, sheet_digest="other")
    with pytest.raises(InputError, match="is in another state"):
        list(run_in_processes(other, rights(1), jobs=1))


def test_graders_that_cannot_begin(terms, graders, monkeypatch):
    results = run_in_processes(terms, rights(1), jobs=1)
    wait = processes.wait

    def kill_first(connections):
        for grader in graders:
            os.kill(grader.process.pid, signal.SIGKILL)
        return wait(connections)

    monkeypatch.setattr(processes, "wait", kill_first)
    with pytest.raises(RuntimeError, match=r"ended before it began \(exit code -9\)"):
        next(results)


@linux
def test_the_secret_is_in_nobodys_arguments(terms, graders):
    results = run_in_processes(terms, rights(2), jobs=1)
    next(results)
    for name in ("cmdline", "environ"):
        with open(f"/proc/{graders[0].process.pid}/{name}", "rb") as file:  # noqa: PTH123
            assert SECRET not in file.read()
    results.close()


def test_nobody(terms):
    assert list(run_in_processes(terms, [], jobs=3)) == []
