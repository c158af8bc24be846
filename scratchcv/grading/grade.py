"""Grading: a submission's functions, one sealed process for each exercise."""

import functools
import platform
from collections.abc import Callable, Mapping, Sequence

import numpy as np

import scratchcv
from scratchcv.backend import use_backend
from scratchcv.errors import InputError
from scratchcv.grading.process.levels import LEVELS, at_least
from scratchcv.grading.process.sandbox import ALL_LAYERS, Limits, Sandbox
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.session import Place, Session
from scratchcv.grading.sheets.case import exercise_seed
from scratchcv.grading.sheets.sheet import Sheet


def grade_source(
    sheet: Sheet,
    source: str,
    secret: bytes,
    *,
    student: str = "",
    digest: str = "",
    notes: Sequence[str] = (),
    place: Place = "line {}".format,
    limits: Limits | None = None,
    layers: tuple[str, ...] = ALL_LAYERS,
    hidden: bool = True,
    only: Sequence[str] | None = None,
    seeds: Mapping[str, bytes] | None = None,
    require: str = "guarded",
    sandbox: Callable[..., Sandbox] = Sandbox,
) -> SubmissionResult:
    """Grade one submission.

    Parameters
    ----------
    sheet : Sheet
    source : str
        The submission's text.
    secret : bytes
        The course's; with student and digest it decides the hidden inputs.
    student, digest : str
        Whose submission, and the SHA-256 of what was handed in.
    notes : sequence of str
        What was left out of the text.
    place : callable
        Turns a line of `source` into what the student knows: ``"cell 3, line 2"``.
    limits : Limits, optional
        Of time, memory and output.
    layers : tuple of str
        How the process is shut in; all that the system offers by default.
    hidden : bool
        Whether hidden inputs are used and points are given, or the visible ones alone.
    only : sequence of str, optional
        Names of the exercises to grade; all by default.
    seeds : mapping from str to bytes, optional
        Of exercises, to repeat an earlier grading; they replace those that the secret gives.
    require : {"sealed", "guarded", "self-check"}
        The least level at which hidden inputs are used.
    sandbox : callable
        What takes limits, `numba` and `layers` as a `Sandbox` does, and stands in for it.

    Raises
    ------
    InputError
        When this system cannot shut a submission in as well as is required.
    SandboxFaultError
        When the grader itself fails; that is never the submission's fault.

    Examples
    --------
    >>> from scratchcv.grading.sheets.sheet import load_sheet
    >>> sheet = load_sheet("a1_boxes")
    >>> result = grade_source(sheet, "def nms(): ...", b"secret", only=["nms"], require="self-check")
    >>> result.earned, result.points
    (0.0, 14)
    """
    limits = limits or Limits()
    start = functools.partial(sandbox, limits, numba=sheet.numba, layers=layers)
    results, levels, environment = [], [], {}
    for exercise in sheet.exercises if only is None else map(sheet.exercise, only):
        seed = exercise_seed(secret, f"{student}\0{digest}", exercise.function)
        seed = seed if seeds is None else seeds[exercise.function]
        with use_backend("numpy"), Session(exercise, source, place, start) as session:
            level = session.status.level
            if hidden and not at_least(level, require):
                raise InputError(f"submissions must be {require}, and on this system are {level}")
            results.append(session.grade(seed, hidden=hidden))
            levels.append(level)
            environment = {"probes": dict(session.status.probes), "layers": dict(session.status.layers)}
    return SubmissionResult(
        sheet=sheet.name,
        sheet_digest=sheet.digest,
        student=student,
        digest=digest,
        status="graded" if hidden else "checked",
        exercises=tuple(results),
        notes=tuple(notes),
        level=min(levels, key=LEVELS.index, default=""),
        environment={
            **environment,
            "limits": vars(limits).copy(),
            "scratchcv": scratchcv.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
            "machine": platform.machine(),
        },
    )
