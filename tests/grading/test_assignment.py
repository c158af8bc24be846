"""A sheet in a notebook or a script: the file or the executed cells."""

import sys
from types import SimpleNamespace

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.assignment import Assignment

RIGHT = "def box_area(boxes):\n    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])\n"
WRONG = "def box_area(boxes):\n    return boxes\n"


@pytest.fixture
def assignment(small_folder, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    return Assignment(small_folder, work)


@pytest.fixture
def cells(monkeypatch):
    """Pretend to be in IPython, and return the function that executes a cell."""
    history, names = [""], {}

    def execute(text):
        history.append(text)
        exec(text, names)

    shell = SimpleNamespace(user_ns={"In": history} | names)
    names = shell.user_ns
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    return execute


def passed(assignment):
    return assignment.result("box_area").exercises[0].passed(visible=True)


def test_edits_of_the_file_count(assignment, capsys):
    assignment.file.write_text(WRONG)
    assert assignment.function("box_area")(3) == 3
    assert passed(assignment) == (0, 1)
    assignment.file.write_text(RIGHT)
    assert passed(assignment) == (1, 1)
    assignment.check("box_area")
    assert "| box_area | 1 of 1        | right |" in capsys.readouterr().out


def test_all_exercises(assignment, capsys):
    assignment.file.write_text(RIGHT)
    assignment.check()
    out = capsys.readouterr().out
    assert "# small: 1 of 2 exercises right" in out
    assert "there is no function match_rpn" in out


def test_errors_show_the_line_of_the_file(assignment):
    assignment.file.write_text("x = 1\ndef box_area(boxes):\n    return nothing\n")
    with pytest.raises(NameError) as caught:
        assignment.function("box_area")(1)
    assert str(caught.traceback[-1].path) == str(assignment.file)
    assert caught.traceback[-1].lineno == 2


def test_functions_in_the_notebook(assignment, cells):
    cells(WRONG)
    cells("import numpy as np")
    assert passed(assignment) == (0, 1)
    cells(RIGHT)
    assert passed(assignment) == (1, 1)
    cells("def box_area(boxes):\n    return nothing")
    (exercise,) = assignment.result("box_area").exercises
    assert exercise.cases[0].message == "raises NameError in In 4, line 2: name 'nothing' is not defined"
    assert assignment.function("box_area").__name__ == "box_area"


def test_cells_that_define_nothing_are_passed_over(assignment, cells):
    cells("print(1)")
    cells(RIGHT)
    sys.modules["IPython"].get_ipython().user_ns["In"].append("!ls\n%%")
    assert passed(assignment) == (1, 1)


def test_the_file_counts_where_there_is_one(assignment, cells):
    cells(WRONG)
    assignment.file.write_text(RIGHT)
    assert passed(assignment) == (1, 1)


def test_neither_file_nor_notebook(assignment, monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    for call in (assignment.check, assignment.result, lambda: assignment.function("box_area")):
        with pytest.raises(InputError, match=r"small\.py: there is no such file, and this is no notebook"):
            call()


def test_what_is_not_defined(assignment, cells):
    with pytest.raises(InputError, match="the notebook: there is no function box_area"):
        assignment.function("box_area")
    assignment.file.write_text("x = 1")
    with pytest.raises(InputError, match=r"small\.py: there is no function box_area"):
        assignment.function("box_area")
    with pytest.raises(InputError, match="has no exercise 'area'"):
        assignment.check("area")
