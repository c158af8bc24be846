"""What the cells and tests of exported notebooks call: a check of the visible cases, and the points."""

import functools
import hashlib
import json
import sys
from pathlib import Path

from scratchcv.errors import InputError
from scratchcv.grading.check import check_source
from scratchcv.grading.check_file import wanted
from scratchcv.grading.exporters.exercise_text import hidden_text
from scratchcv.grading.exporters.grade_file import grade_submission
from scratchcv.grading.exporters.kit import Kit, read_kit
from scratchcv.grading.reports.markdown import report_markdown
from scratchcv.grading.reports.text import clean
from scratchcv.grading.result import ExerciseResult
from scratchcv.grading.sheets.sheet import Sheet, load_sheet
from scratchcv.grading.submissions.notebook import read_notebook
from scratchcv.grading.submissions.sheet_file import Wanted
from scratchcv.grading.submissions.submission import Submission, read_submission

PASSES = "passes"


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
    submission = typed(exercise) or handed_in(loaded)
    result = check_source(loaded, submission.source, only=[exercise], place=submission.where)
    passed, count = result.exercises[0].passed(visible=True)
    if result.exercises[0].problem or passed < count:
        raise AssertionError(report_markdown(result))
    print(passed_text(exercise, count))


def passed_text(exercise: str, count: int) -> str:
    """Return what `check` prints where nothing is wrong.

    Examples
    --------
    >>> passed_text("nms", 5)
    'nms: all 5 visible cases pass.'
    """
    return f"{exercise}: all {count} visible cases pass."


def points(kit: str, exercise: str, student: str = "") -> float:
    """Grade an exercise in the file that is in the working folder, print the hint, and return the points.

    Parameters
    ----------
    kit : str
        Path of the grader's file.
    exercise : str
        The function's name.
    student : str
        Whose file it is.

    Raises
    ------
    NotGradedError
        When the grader fails.
    """
    try:
        opened = _open(Path(kit).resolve())
        result = _grade(opened, handed_in(opened.sheet, student), exercise)
    except InputError as error:
        raise NotGradedError(str(error)) from error
    print(hidden_text(result))
    return result.earned


def verdict(kit: str, exercise: str, kind: str) -> str:
    """Return `PASSES` where a hidden kind of inputs gives points, else the hint.

    This is for platforms whose tests pass or fail: one for each kind.

    What is graded is what was typed into this notebook, or else the file in the working folder.

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
    try:
        opened = _open(Path(kit).resolve())
        result = _grade(opened, typed(exercise) or handed_in(opened.sheet), exercise)
    except InputError as error:
        raise NotGradedError(str(error)) from error
    if result.earned > 0 and any(case.kind == kind and case.passed for case in result.cases):
        return PASSES
    return clean(result.problem or result.hint or "wrong")


def typed(exercise: str) -> Submission | None:
    """Return what Jupyter has run so far in this process; None where the exercise is not among it."""
    inputs = getattr(sys.modules["__main__"], "In", None)
    if not isinstance(inputs, list) or len(inputs) < 2:
        return None
    cells = [{"cell_type": "code", "source": str(text)} for text in inputs[1:]]
    text = read_notebook(json.dumps({"cells": cells}).encode(), "this notebook")
    if not Wanted("", (exercise,)).defines(text.source):
        return None
    return Submission("", text.source, hashlib.sha256(text.source.encode()).hexdigest(), (), text.cells)


def handed_in(sheet: Sheet, student: str = "") -> Submission:
    """Return the submission in the working folder: the notebook of the sheet's name, or else the only file.

    Raises
    ------
    InputError
        When there is none, or it is not clear which.
    """
    folder = Path.cwd()
    expected = folder / f"{sheet.name}.ipynb"
    notebooks = [expected] if expected.is_file() else sorted(folder.glob("*.ipynb"))
    files = notebooks or [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
    if len(files) != 1:
        found = ", ".join(path.name for path in files) or "none"
        raise InputError(f"{folder}: there must be one notebook or Python file, got {found}")
    return read_submission(files[0], wanted(sheet), student)


@functools.cache
def _open(path: Path) -> Kit:
    return read_kit(path)


@functools.cache
def _grade(kit: Kit, submission: Submission, exercise: str) -> ExerciseResult:
    result = grade_submission(kit, submission, only=[exercise])
    if result.status == "not graded":
        raise NotGradedError(result.fault)
    return result.exercises[0]
