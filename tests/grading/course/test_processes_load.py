"""A thousand submissions of all kinds, at 1, 4 and 16 at once."""

import functools

import pytest

from scratchcv.grading.course.batch import Terms, grade_batch
from scratchcv.grading.course.gradebook import gradebook
from scratchcv.grading.course.processes import run_in_processes
from scratchcv.grading.process.sandbox import Limits
from tests.grading.leftovers import linux, nothing_left
from tests.grading.mixed import check, mixed, only_areas


@linux
@pytest.mark.slow
@pytest.mark.parametrize(("jobs", "seconds"), [(1, 2.0), (4, 3.0), (16, 8.0)])
def test_a_thousand(small_folder, tmp_path, monkeypatch, jobs, seconds):
    sheet = only_areas(small_folder)
    terms = Terms.of(sheet, b"0123456789abcdef", Limits(seconds=seconds), "self-check")
    submissions, run = mixed(1000, 4), functools.partial(run_in_processes, jobs=jobs)
    with nothing_left(tmp_path / "tmp", monkeypatch):
        results = list(grade_batch(terms, submissions, tmp_path / "graded", run))
    check(results, submissions)
    stored = list(grade_batch(terms, submissions, tmp_path / "graded", run))
    assert gradebook(sheet, stored) == gradebook(sheet, results)
    assert len([*(tmp_path / "graded" / "results").iterdir()]) == 1000
