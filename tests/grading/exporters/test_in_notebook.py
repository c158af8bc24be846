"""What cells call: on what was typed, or on the file that was handed in."""

import json
import sys

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.exporters import in_notebook as module
from scratchcv.grading.exporters.in_notebook import (
    PASSES,
    NotGradedError,
    check,
    handed_in,
    points,
    typed,
    verdict,
)
from scratchcv.grading.process.sandbox import SandboxFaultError


@pytest.fixture(autouse=True)
def working_folder(small_sheet, tmp_path, monkeypatch):
    """An empty working folder, beside that of the sheet."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def type_in(monkeypatch):
    """Put cells where Jupyter keeps what it has run."""

    def put(*cells):
        monkeypatch.setattr(sys.modules["__main__"], "In", ["", *cells], raising=False)

    return put


def notebook(path, *cells):
    written = [{"cell_type": "code", "metadata": {}, "source": cell} for cell in cells]
    path.write_text(json.dumps({"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def test_what_was_typed_is_checked(small_sheet, submissions, type_in, capsys):
    type_in("%matplotlib inline", submissions["full"][0], "1 / 0")
    check(str(small_sheet.folder), "box_area")
    assert capsys.readouterr().out == "box_area: all 1 visible cases pass.\n"


def test_a_visible_case_that_fails_says_so(small_sheet, type_in):
    type_in("import numpy as np", "def box_area(boxes):\n    return np.array([5.0])")
    with pytest.raises(AssertionError, match=r"One square(.|\n)*expected 4\.0(.|\n)*got      5\.0"):
        check(str(small_sheet.folder), "box_area")


def test_places_are_those_of_cells(small_sheet, type_in):
    type_in("", "def box_area(boxes):\n    raise ValueError('here')")
    with pytest.raises(AssertionError, match="cell 2, line 2: here"):
        check(str(small_sheet.folder), "box_area")


def test_the_file_is_checked_where_nothing_was_typed(
    small_sheet, submissions, working_folder, type_in, capsys
):
    type_in("check()")
    notebook(working_folder / "small.ipynb", submissions["full"][0])
    check(str(small_sheet.folder), "match_rpn")
    assert "all 1 visible cases pass" in capsys.readouterr().out


def test_a_sheet_that_is_not_here_cannot_be_checked(capsys):
    check("nowhere", "box_area")
    assert capsys.readouterr().out.startswith("box_area: cannot be checked here: nowhere: neither a sheet")


def test_points(kit_file, submissions, working_folder, capfd):
    notebook(working_folder / "small.ipynb", submissions["partly"][0])
    assert points(str(kit_file), "box_area", "ada") == 4.5
    shown = capfd.readouterr()
    assert shown.out.startswith("3 of 4 hidden cases pass: 4.5 of 6 points.")
    assert shown.err == ""  # nbgrader takes what is written there for a failure
    assert points(str(kit_file), "match_rpn", "ada") == 0


def test_the_verdict_of_each_kind(kit_file, submissions, type_in):
    type_in(submissions["partly"][0])
    kinds = ("some", "one", "single", "none")
    verdicts = [verdict(str(kit_file), "box_area", kind) for kind in kinds]
    assert [found == PASSES for found in verdicts] == [True, True, False, True]
    assert verdicts[2].startswith("Single precision")


def test_edges_give_nothing_alone(kit_file, small_sheet, type_in):
    type_in("import numpy as np", "def box_area(boxes):\n    return np.zeros(len(boxes))")
    assert verdict(str(kit_file), "box_area", "none") != PASSES


def test_each_exercise_is_graded_once(kit_file, submissions, type_in, monkeypatch):
    type_in(submissions["full"][0])
    graded = []
    real = module.grade_submission
    monkeypatch.setattr(module, "grade_submission", lambda *a, **k: graded.append(1) or real(*a, **k))
    assert {verdict(str(kit_file), "box_area", kind) for kind in ("some", "one", "none")} == {PASSES}
    assert len(graded) == 1


def test_the_graders_own_fault_is_no_zero(kit_file, submissions, type_in, working_folder, monkeypatch):
    def broken(*arguments, **keywords):
        raise SandboxFaultError("no process")

    monkeypatch.setattr("scratchcv.grading.exporters.grade_file.grade_source", broken)
    notebook(working_folder / "small.ipynb", submissions["full"][0])
    with pytest.raises(NotGradedError, match="no process"):
        points(str(kit_file), "box_area")
    type_in(submissions["full"][0])
    with pytest.raises(NotGradedError, match="no process"):
        verdict(str(kit_file), "box_area", "some")


def test_without_a_kit(tmp_path):
    with pytest.raises(NotGradedError, match="not a grader's file"):
        points(str(tmp_path / "nothing.zip"), "box_area")


def test_which_file_is_graded(small_sheet, working_folder):
    with pytest.raises(InputError, match="must be one notebook or Python file, got none"):
        handed_in(small_sheet)
    (working_folder / "__init__.py").touch()
    (working_folder / "ada.py").write_text("a = 1")
    assert handed_in(small_sheet, "ada").source == "a = 1"
    notebook(working_folder / "one.ipynb", "b = 1")
    assert handed_in(small_sheet).source == "b = 1\n"
    notebook(working_folder / "two.ipynb", "c = 1")
    with pytest.raises(InputError, match=r"got one\.ipynb, two\.ipynb"):
        handed_in(small_sheet)
    notebook(working_folder / "small.ipynb", "d = 1")
    assert handed_in(small_sheet).source == "d = 1\n"


def test_nothing_is_typed_outside_jupyter(type_in):
    assert typed("box_area") is None
    type_in()
    assert typed("box_area") is None
