"""What the cells and tests of exported notebooks call: a check of the visible cases, and the points."""

import functools
import json
import sys
from pathlib import Path

from scratchcv.errors import InputError
from scratchcv.grading.check import check_source
from scratchcv.grading.exporters.exercise_text import hidden_text
from scratchcv.grading.exporters.grade_file import grade_file
from scratchcv.grading.exporters.kit import Kit, read_kit
from scratchcv.grading.notebook import NotebookText, place, read_notebook
from scratchcv.grading.report_markdown import report_markdown
from scratchcv.grading.result import ExerciseResult
from scratchcv.grading.sheet import load_sheet
from scratchcv.grading.sheet_file import Wanted
from scratchcv.grading.submission import read_submission


class NotGradedError(Exception):
    """The grader failed: there is no score, and none must be written down."""


def check(sheet: str, exercise: str) -> None:
    """Run an exercise's visible cases on what was typed into this notebook, and print what came of it.

    Parameters
    ----------
    sheet : str
        A sheet's name, or the folder of one's own.
    exercise : str
        The function's name.

    Raises
    ------
    AssertionError
        When a case fails; it says which, and how.
    """
    try:
        loaded = load_sheet(sheet)
    except InputError as error:
        print(f"{exercise}: cannot be checked here: {error}")
        return
    typed = _typed()
    if typed is not None and Wanted(sheet, (exercise,)).defines(typed.source):
        cells = typed.cells
        result = check_source(loaded, typed.source, only=[exercise], place=lambda line: place(cells, line))
    else:
        file = read_submission(submitted(loaded.name), Wanted(loaded.name, (exercise,)))
        result = check_source(loaded, file.source, only=[exercise], place=file.where)
    passed, count = result.exercises[0].passed(visible=True)
    if result.exercises[0].problem or passed < count:
        raise AssertionError(report_markdown(result))
    print(f"{exercise}: all {count} visible cases pass.")


def points(kit: str, exercise: str, student: str = "") -> float:
    """Grade an exercise in the notebook that is in the working folder, print the hint, and return the points.

    Parameters
    ----------
    kit : str
        Path of the grader's file.
    exercise : str
        The function's name.
    student : str
        Whose notebook it is.

    Raises
    ------
    NotGradedError
        When the grader fails.
    """
    result = _graded(kit, exercise, student)
    print(hidden_text(result))
    return result.earned


def passes(kit: str, exercise: str, kind: str) -> bool:
    """Tell whether a hidden kind of inputs gives points, for platforms whose tests pass or fail.

    Parameters
    ----------
    kit, exercise : str
        As in `points`.
    kind : str
        The kind's name.

    Raises
    ------
    NotGradedError
        When the grader fails.
    """
    result = _graded(kit, exercise, "")
    return result.earned > 0 and any(case.kind == kind and case.passed for case in result.cases)


def submitted(sheet: str) -> Path:
    """Return the file in the working folder that is graded: a notebook, or else a Python file.

    Raises
    ------
    InputError
        When there is none, or it is not clear which.
    """
    folder = Path.cwd()
    expected = folder / f"{sheet}.ipynb"
    notebooks = [expected] if expected.is_file() else sorted(folder.glob("*.ipynb"))
    files = notebooks or [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
    if len(files) != 1:
        found = ", ".join(path.name for path in files) or "none"
        raise InputError(f"{folder}: there must be one notebook or Python file, got {found}")
    return files[0]


def _graded(kit: str, exercise: str, student: str) -> ExerciseResult:
    path = Path(kit).resolve()
    try:
        file = submitted(_kit(path).sheet.name)
        return _grade(path, exercise, student, file, file.stat().st_mtime_ns)
    except InputError as error:
        raise NotGradedError(str(error)) from error


@functools.cache
def _kit(path: Path) -> Kit:
    return read_kit(path)


@functools.cache
def _grade(path: Path, exercise: str, student: str, file: Path, changed: int) -> ExerciseResult:
    kit = _kit(path)
    result = grade_file(kit, file, student=student, only=[exercise])
    if result.status == "not graded":
        raise NotGradedError(result.fault)
    if result.status == "unreadable":
        found = kit.sheet.exercise(exercise)
        return ExerciseResult(found.function, found.points, 0.0, problem=result.fault)
    return result.exercises[0]


def _typed() -> NotebookText | None:
    """Return what Jupyter has run so far in this process; None where there is no such thing."""
    inputs = getattr(sys.modules["__main__"], "In", None)
    if not isinstance(inputs, list) or len(inputs) < 2:
        return None
    cells = [{"cell_type": "code", "source": str(text)} for text in inputs[1:]]
    return read_notebook(json.dumps({"cells": cells}).encode(), "this notebook")
