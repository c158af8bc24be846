"""A grading repeated: the same outcome, or what is different."""

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.course.batch import Terms, grade_safely, not_graded
from scratchcv.grading.course.replay import replay
from scratchcv.grading.course.results_folder import ResultsFolder
from scratchcv.grading.process.sandbox import Limits
from scratchcv.grading.submissions.submission import Submission
from tests.grading.mixed import KINDS, only_areas

SUBMISSION = Submission("ada", KINDS["half"][0], "1a", cells=((1, 2),))


@pytest.fixture
def sheet(small_folder):
    return only_areas(small_folder)


@pytest.fixture
def terms(sheet):
    return Terms.of(sheet, b"0123456789abcdef", Limits(seconds=3.0), "self-check")


@pytest.fixture
def path(tmp_path, sheet, terms):
    result = grade_safely(sheet, terms, SUBMISSION)
    assert result.earned == 4.5
    return ResultsFolder(tmp_path / "graded").write(result, SUBMISSION)


def test_the_same_outcome(path, sheet):
    assert replay(path, sheet) == []


def test_another_outcome(path, sheet):
    text = path.read_text()
    changed = text.replace('"earned": 4.5', '"earned": 6').replace('"reason": "value"', '"reason": ""')
    path.write_text(changed)
    assert replay(path, sheet) == [
        "box_area: earned 6 points, now 4.5",
        "box_area: One square: passed, now value",
        "box_area: One box far from the origin: passed, now value",
    ]


def test_another_submission(path, sheet):
    stored = path.parents[1] / "submissions" / path.name
    stored.write_text(stored.read_text().replace("def box_area", "def box_areas"))
    assert replay(path, sheet)[:2] == [
        "box_area: earned 4.5 points, now 0",
        "box_area: no problem, now there is no function box_area",
    ]


def test_a_sheet_that_was_changed(path, small_folder):
    bank = small_folder / "cases" / "box_area.py"
    bank.write_text(bank.read_text() + "\n")
    with pytest.raises(InputError, match="not in the state in which this was graded"):
        replay(path, only_areas(small_folder))


def test_what_was_not_graded(tmp_path, terms, sheet):
    path = ResultsFolder(tmp_path / "graded").write(not_graded(terms, SUBMISSION, "x"), SUBMISSION)
    with pytest.raises(InputError, match="this submission was not graded"):
        replay(path, sheet)


@pytest.mark.parametrize(("field", "value"), [('"limits"', '"limit"'), ('"seed": "', '"seed": "x')])
def test_a_result_that_lacks_what_it_takes(path, sheet, field, value):
    path.write_text(path.read_text().replace(field, value))
    with pytest.raises(InputError, match="names no limits or seeds"):
        replay(path, sheet)


def test_nothing(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        replay(tmp_path / "results" / "nowhere.json")
