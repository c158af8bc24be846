"""otter: its own programs give the points of `grade`."""

import json
import runpy
import zipfile

import pytest

from scratchcv.grading.exporters.grade_file import grade_file
from scratchcv.grading.exporters.kit import Kit
from scratchcv.grading.exporters.otter import export_otter, question_tests
from scratchcv.grading.sheets.sheet import load_sheet, sheet_names
from tests.grading.exporters.conftest import needs, run_module
from tests.grading.exporters.gradescope_format import faults


@pytest.fixture
def folder(kit, tmp_path):
    export_otter(kit, tmp_path / "otter")
    return tmp_path / "otter"


def master(folder):
    return json.loads((folder / "master" / "small.ipynb").read_text())


def test_test_files_are_in_otters_format(folder, kit):
    found = runpy.run_path(str(folder / "check" / "tests" / "q_box_area.py"))
    assert found["OK_FORMAT"] is True
    (suite,) = found["test"]["suites"]
    assert suite["type"] == "doctest"
    assert [case["points"] for case in suite["cases"]] == [1.5] * 4
    assert all(case["hidden"] for case in suite["cases"])
    assert suite["cases"][0]["code"].splitlines() == [
        ">>> from scratchcv.grading.exporters.in_notebook import verdict",
        ">>> print(verdict('small_grader.zip', 'box_area', 'some'))",
        "passes",
    ]


def test_students_have_the_librarys_sheets_and_so_the_visible_cases():
    sheet = load_sheet(sheet_names()[0])
    first = question_tests(Kit(sheet, bytes(16)), sheet.exercises[0])[0]
    assert (first["hidden"], first["points"]) == (False, 0)
    assert first["code"][-1] == f"check({sheet.name!r}, {sheet.exercises[0].name!r})"


def test_questions_are_bracketed(folder):
    raw = ["".join(cell["source"]) for cell in master(folder)["cells"] if cell["cell_type"] == "raw"]
    assert raw[0].startswith("# ASSIGNMENT CONFIG\nname: ")
    question = ["BEGIN QUESTION", "BEGIN PROMPT", "END PROMPT", "BEGIN SOLUTION", "END SOLUTION"]
    question += ["BEGIN TESTS", "END TESTS", "END QUESTION"]
    assert [cell.splitlines()[0] for cell in raw[1:]] == [f"# {mark}" for mark in question * 2]


def test_solutions_are_marked_from_their_first_line_to_their_last(folder):
    sources = ["".join(cell["source"]) for cell in master(folder)["cells"]]
    solutions = [text for text in sources if "return" in text and "def match_rpn" in text]
    assert len(solutions) == 1
    assert solutions[0].startswith("# BEGIN SOLUTION NO PROMPT\n")
    assert solutions[0].endswith("\n# END SOLUTION")


def break_file(archive, name):
    """Empty a file in a zip archive."""
    with zipfile.ZipFile(archive) as opened:
        files = {entry: opened.read(entry) for entry in opened.namelist()}
    with zipfile.ZipFile(archive, "w") as opened:
        for entry, data in files.items():
            opened.writestr(entry, b"" if entry.endswith(name) else data)


def hand_in(folder, name, text):
    """Put a text into the student's notebook that `otter assign` made."""
    notebook = json.loads((folder / "master" / "dist" / "student" / "small.ipynb").read_text())
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if text and cell["cell_type"] == "code" and "def box_area" in source:
            cell["source"] = f"{text}\nopen({str(folder / 'canary')!r}, 'w')\n"
        elif text and "def match_rpn" in source:
            cell["source"] = ""
    path = folder / "submissions" / name / "small.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))
    return path


@needs("otter")
def test_points_are_those_of_grade_and_no_students_code_runs(folder, kit, submissions):
    run_module(folder / "master", "otter", "assign", "small.ipynb", "dist")
    student = (folder / "master" / "dist" / "student" / "small.ipynb").read_text()
    assert "argmax" not in student  # it is in the solution of match_rpn
    assert kit.secret.hex() not in student
    (archive,) = (folder / "master" / "dist" / "autograder").glob("small-autograder*.zip")
    for name, (text, points) in submissions.items():
        path = hand_in(folder, name, "" if name == "empty" else text)
        out = folder / "out" / name
        out.mkdir(parents=True)
        run_module(folder, "otter", "run", "--no-logo", "-a", archive, "-o", out, path)
        results = json.loads((out / "results.json").read_text())
        assert faults(results) == []
        earned = sum(test.get("score", 0) for test in results["tests"])
        assert earned == pytest.approx(points, abs=1e-9)
        assert earned == pytest.approx(grade_file(kit, path, student=name).earned, abs=1e-9)
    assert not (folder / "canary").exists()


@needs("otter")
def test_where_the_grader_fails_there_is_no_score(folder, kit, submissions):
    run_module(folder / "master", "otter", "assign", "small.ipynb", "dist")
    (archive,) = (folder / "master" / "dist" / "autograder").glob("small-autograder*.zip")
    break_file(archive, kit.file_name)
    path = hand_in(folder, "full", submissions["full"][0])
    process = run_module(folder, "otter", "run", "--no-logo", "-a", archive, "-o", folder, path, check=False)
    assert process.returncode != 0
    assert "not graded" in process.stderr
    assert not (folder / "results.json").exists()


@needs("otter")
@pytest.mark.parametrize("ending", [".py", ".ipynb"])
def test_check(folder, submissions, tmp_path, ending):
    for name, (text, points) in submissions.items():
        path = folder / "check" / f"{name}{ending}"
        source = text.splitlines(keepends=True)
        cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "id": "a"}
        cell["execution_count"] = None
        notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        path.write_text(text if ending == ".py" else json.dumps(notebook))
        shown = run_module(folder / "check", "otter", "check", path.name, "-t", "tests").stdout
        failed = shown.count("Test case failed")
        assert failed == {10: 0, 4.5: 2, 0: 5}[points]
        assert ("All tests passed!" in shown) == (points == 10)
        path.unlink()
