"""nbgrader: its own programs give the points of `grade`, and run none of a student's code."""

import csv
import json

import pytest

from scratchcv.grading.exporters.grade_file import grade_file
from scratchcv.grading.exporters.nbgrader import export_nbgrader, solution
from tests.grading.exporters.conftest import needs, run_module


@pytest.fixture
def course(kit, tmp_path):
    export_nbgrader(kit, tmp_path / "course")
    return tmp_path / "course"


def read(path):
    return json.loads(path.read_text())


def cells(notebook):
    """Return the cells that nbgrader knows, by their ids."""
    known = [cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in known}


def test_cells_are_marked(course):
    found = cells(read(course / "source" / "small" / "small.ipynb"))
    marks = {name: cell["metadata"]["nbgrader"] for name, cell in found.items()}
    assert {name: (mark["grade"], mark["locked"], mark["solution"]) for name, mark in marks.items()} == {
        "given": (False, True, False),
        "box_area": (False, False, True),
        "box_area-visible": (True, True, False),
        "box_area-hidden": (True, True, False),
        "match_rpn": (False, False, True),
        "match_rpn-visible": (True, True, False),
        "match_rpn-hidden": (True, True, False),
    }
    assert {name: mark["points"] for name, mark in marks.items() if mark["grade"]} == {
        "box_area-visible": 0,
        "box_area-hidden": 6,
        "match_rpn-visible": 0,
        "match_rpn-hidden": 4,
    }
    assert all(mark["schema_version"] == 3 for mark in marks.values())


def test_what_is_hidden_can_be_taken_out(course):
    found = cells(read(course / "source" / "small" / "small.ipynb"))
    lines = "".join(found["box_area-hidden"]["source"]).splitlines()
    assert (lines[1], lines[-1]) == ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
    assert lines[-2].startswith('points("../../../grader/small_grader.zip", "box_area"')


def test_nothing_secret_is_in_what_is_released(course, kit):
    for path in (course / "source").rglob("*"):
        assert not path.is_file() or kit.secret.hex() not in path.read_text()


def test_a_stub_stays_python():
    text = solution('def f(x):\n    """Double."""\n    raise NotImplementedError("f: to do")')
    compile(text, "stub", "exec")
    assert text.splitlines()[2:] == [
        "    ### BEGIN SOLUTION",
        '    raise NotImplementedError("f: to do")',
        "    ### END SOLUTION",
    ]


def hand_in(course, student, text):
    """Put a text into the first cell for a solution, and what a cheat would put elsewhere."""
    notebook = read(course / "release" / "small" / "small.ipynb")
    found = cells(notebook)
    if text:
        found["box_area"]["source"] = text
        found["match_rpn"]["source"] = ""
    found["match_rpn-hidden"]["source"] = "4.0"
    canary = course.parent / f"{student}.canary"
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    notebook["cells"].append(cell | {"source": f"open({str(canary)!r}, 'w')"})
    path = course / "submitted" / student / "small" / "small.ipynb"
    path.parent.mkdir(parents=True)
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"cell-{number}"
    path.write_text(json.dumps(notebook))
    return path


def grades(course):
    run_module(course, "nbgrader", "export")
    with (course / "grades.csv").open() as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def check_points(course, kit, submissions, beside):
    run_module(course, "nbgrader", "generate_assignment", "small", "--create")
    files = {name: hand_in(course, name, submissions[name][0]) for name in ("full", "partly")}
    files["empty"] = hand_in(course, "empty", "")
    for name, text in beside.items():
        (files["full"].parent / name).write_text(text)
    run_module(course, "nbgrader", "autograde", "small", "--create")
    run_module(course, "nbgrader", "generate_feedback", "small")
    found = grades(course)
    assert found == {name: points for name, (_, points) in submissions.items()}
    assert found == {name: grade_file(kit, path, student=name).earned for name, path in files.items()}
    feedback = (course / "feedback" / "partly" / "small" / "small.html").read_text()
    assert "3 of 4 hidden cases pass" in feedback


@needs("nbgrader")
def test_points_are_those_of_grade_and_no_students_code_runs(course, kit, submissions):
    module = f"open({str(course.parent / 'module.canary')!r}, 'w')"
    check_points(course, kit, submissions, {"numpy.py": module, "json.py": module})
    assert not list(course.parent.glob("*.canary"))


@needs("nbgrader")
def test_points_are_the_same_where_nbgrader_runs_all_cells(course, kit, submissions):
    config = course / "nbgrader_config.py"
    config.write_text("c = get_config()\nc.Execute.timeout = 300\n")
    check_points(course, kit, submissions, {})
    assert list(course.parent.glob("*.canary"))


@needs("nbgrader")
def test_where_the_grader_fails_there_is_no_score(course, kit, submissions):
    run_module(course, "nbgrader", "generate_assignment", "small", "--create")
    hand_in(course, "full", submissions["full"][0])
    (course / "grader" / kit.file_name).write_bytes(b"")
    process = run_module(course, "nbgrader", "autograde", "small", "--create", check=False)
    assert process.returncode != 0
    assert "not graded" in process.stderr
    assert not (course / "autograded" / "full" / "small").exists()
    kit_file = course / "grader" / kit.file_name
    kit_file.write_bytes(kit.to_bytes())
    run_module(course, "nbgrader", "autograde", "small", "--create")
    assert grades(course) == {"full": 10}
