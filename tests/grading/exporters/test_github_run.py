"""What GitHub shows: marks at functions, in which nothing of a student's can be a command."""

import pytest

from scratchcv.grading.course.results_folder import ResultsFolder
from scratchcv.grading.exporters.github_run import annotations, main
from scratchcv.grading.grade import grade_source
from scratchcv.grading.result import ExerciseResult, SubmissionResult
from scratchcv.grading.submissions.submission import Submission


def test_functions_that_are_not_right_are_marked(small_sheet, submissions):
    source = submissions["partly"][0]
    result = grade_source(small_sheet, source, b"secret")
    box_area, match_rpn, points = annotations(result, Submission("ada", source, ""))
    assert box_area.startswith("::error file=small.py,line=5,title=box_area::3 of 4 hidden cases pass")
    assert match_rpn.startswith("::error file=small.py,title=match_rpn::No points")
    assert points == "4.5 of 10 points"


def test_a_notebook_has_no_lines():
    exercise = ExerciseResult("m.nms", 5, 0, problem="not done yet")
    result = SubmissionResult("a1", "", "ada", "", "graded", "", (exercise,))
    mark, _ = annotations(result, Submission("ada", "def nms(): ...", "", (), ((1, 1),)))
    assert mark.startswith("::error file=a1.ipynb,title=nms::")


@pytest.mark.parametrize("source", ["def nms(:", ""])
def test_what_does_not_parse_has_no_lines_either(source):
    exercise = ExerciseResult("m.nms", 5, 0, problem="Python cannot read the file")
    result = SubmissionResult("a1", "", "ada", "", "graded", "", (exercise,))
    assert annotations(result, Submission("ada", source, ""))[0].startswith("::error file=a1.py,title=nms::")


def test_no_command_can_hide_in_a_message():
    problem = "line 1 raised X: 50%\n::set-output name=score::100\r::stop-commands::x"
    exercise = ExerciseResult("m.nms", 5, 0, problem=problem)
    result = SubmissionResult("a1", "", "ada", "", "graded", "", (exercise,))
    mark, points = annotations(result, Submission("ada", "", ""))
    assert len((mark + "\n" + points).splitlines()) == 2
    assert "50%25%0A" in mark


def test_main(small_sheet, submissions, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    store = ResultsFolder(tmp_path / "graded")
    source = submissions["partly"][0]
    store.write(grade_source(small_sheet, source, b"secret"), Submission("", source, ""))
    assert main([str(tmp_path / "graded")]) == 1
    assert capsys.readouterr().out.endswith("4.5 of 10 points\n")
    assert "# small: 0 of 2 exercises right, 4.5 of 10 points" in (tmp_path / "summary.md").read_text()


def test_main_where_all_is_right(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    store = ResultsFolder(tmp_path / "graded")
    exercise = ExerciseResult("m.nms", 5, 5.0)
    store.write(SubmissionResult("a1", "", "", "", "graded", "", (exercise,)), Submission("", "", ""))
    assert main([str(tmp_path / "graded")]) == 0


def test_main_where_nothing_was_graded(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    assert main([str(tmp_path / "graded")]) == 1
