"""Checking one's own work: the visible cases of a sheet, asked of a file or of a text."""

import dataclasses
import difflib
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scratchcv.grading.grade import grade_source
from scratchcv.grading.process.in_process import InProcess
from scratchcv.grading.process.sandbox import Sandbox
from scratchcv.grading.result import ExerciseResult, SubmissionResult
from scratchcv.grading.session import Place
from scratchcv.grading.sheets.sheet import Sheet

Progress = Callable[[Iterable[str]], Iterable[str]]


def check_source(
    sheet: Sheet,
    source: str,
    *,
    only: Sequence[str] | None = None,
    notes: Sequence[str] = (),
    place: Place = "line {}".format,
    progress: Progress = iter,
) -> SubmissionResult:
    """Ask the visible cases of a sheet, and give no points.

    Parameters
    ----------
    sheet : Sheet
    source : str
        The submission's text.
    only : sequence of str, optional
        Names of the exercises to check; all by default.
    notes, place
        As `grade_source` takes them.
    progress : callable
        Passes the names of the exercises on, as `tqdm` does.

    Raises
    ------
    InputError
        When the sheet has no exercise of such a name.
    SandboxFaultError
        When the check itself fails; that is never the submission's fault.

    Notes
    -----
    In a browser no process can be started; there the text runs in this one.

    Examples
    --------
    >>> from scratchcv.grading.sheets.sheet import load_sheet
    >>> result = check_source(load_sheet("a1_boxes"), "def nms(): ...", only=["box_iou"])
    >>> result.exercises[0].problem
    'there is no function box_iou'
    """
    names = [sheet.exercise(name).name for name in only or ()]
    names = list(dict.fromkeys(names)) or [exercise.name for exercise in sheet.exercises]
    options: dict[str, Any] = {"notes": notes, "place": place, "hidden": False, "require": "self-check"}
    options["sandbox"] = Sandbox if can_start_processes() else InProcess
    results = [grade_source(sheet, source, b"", only=[name], **options) for name in progress(names)]
    exercises = tuple(_with_likely_name(e, source) for result in results for e in result.exercises)
    return dataclasses.replace(results[0], exercises=exercises)


def _with_likely_name(exercise: ExerciseResult, source: str) -> ExerciseResult:
    """Name the function that may be meant, where the exercise's own is not there."""
    missing = f"there is no function {exercise.name}"
    names = re.findall(r"^def (\w+)", source, re.MULTILINE)
    near = [name for name in difflib.get_close_matches(exercise.name, names) if name != exercise.name]
    if not exercise.problem.startswith(missing) or not near:
        return exercise
    rest = exercise.problem.removeprefix(missing)
    return dataclasses.replace(exercise, problem=f"{missing}, but a function {near[0]}{rest}")


def can_start_processes() -> bool:
    """Say whether this Python can start others; one in a browser cannot."""
    return sys.platform not in ("emscripten", "wasi")
