"""The visible cases, asked in a process of its own or in this one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scratchcv.errors import InputError
from scratchcv.grading import check
from scratchcv.grading.check import check_source

ROOT = Path(__file__).resolve().parents[2]

RIGHT = """
def box_area(boxes):
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
"""


@pytest.mark.parametrize("processes", [True, False])
def test_visible_cases_alone(small_sheet, processes, monkeypatch):
    monkeypatch.setattr(check, "can_start_processes", lambda: processes)
    result = check_source(small_sheet, RIGHT)
    assert result.status == "checked"
    assert result.earned == 0
    assert [exercise.passed(visible=True) for exercise in result.exercises] == [(1, 1), (0, 1)]
    assert [exercise.passed(visible=False) for exercise in result.exercises] == [(0, 0), (0, 0)]
    assert result.exercises[1].problem == "there is no function match_rpn"
    if not processes:
        assert result.level == "self-check"


def test_some_exercises(small_sheet):
    seen = []

    def progress(names):
        for name in names:
            seen.append(name)
            yield name

    result = check_source(small_sheet, RIGHT, only=["box_area", "box_area"], progress=progress)
    assert [exercise.name for exercise in result.exercises] == seen == ["box_area"]
    with pytest.raises(InputError, match="has no exercise 'area'"):
        check_source(small_sheet, RIGHT, only=["area"])


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("def boxarea(boxes): ...", "there is no function box_area, but a function boxarea"),
        ("def area_of(x): ...\nimport nowhere", "there is no function box_area; line 2 raised"),
    ],
)
def test_a_name_that_is_nearly_right(small_sheet, source, problem):
    (exercise,) = check_source(small_sheet, source, only=["box_area"]).exercises
    assert exercise.problem.startswith(problem)


def test_browsers_start_no_processes(monkeypatch):
    assert check.can_start_processes()
    monkeypatch.setattr("sys.platform", "emscripten")
    assert not check.can_start_processes()


def test_a_python_that_was_called_by_a_winding_path(small_folder):
    python = Path(sys.executable)
    lines = (
        "from scratchcv.grading.check import check_source",
        "from scratchcv.grading.sheets.sheet import load_sheet",
        f"result = check_source(load_sheet({str(small_folder)!r}), 'x = 1')",
        "print(result.status)",
    )
    winding = str(Path("..", python.parent.name, python.name))
    command = [winding, "-c", "; ".join(lines)]
    options = {"cwd": python.parent, "env": os.environ | {"PYTHONPATH": str(ROOT)}}
    done = subprocess.run(command, capture_output=True, text=True, check=True, **options)
    assert done.stdout == "checked\n"
