"""Grading what one student handed in, so that whatever happens there is a result."""

import functools
import signal
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from scratchcv.errors import InputError
from scratchcv.grading.check_file import wanted
from scratchcv.grading.exporters.kit import Kit
from scratchcv.grading.grade import grade_source
from scratchcv.grading.process.levels import LEVELS
from scratchcv.grading.process.sandbox import Limits, SandboxFaultError
from scratchcv.grading.result import ExerciseResult, SubmissionResult
from scratchcv.grading.submissions.submission import Submission, read_submission


class OutOfTimeError(Exception):
    """The time for an exercise is used up."""


def grade_file(
    kit: Kit, path: Path, *, student: str = "", limits: Limits | None = None, seconds: float | None = None
) -> SubmissionResult:
    """Grade a student's file.

    Parameters
    ----------
    kit : Kit
    path : Path
        As in `read_submission`.
    student : str
        Whose it is.
    limits, seconds
        As in `grade_submission`.

    Returns
    -------
    SubmissionResult
        "unreadable" when the file is not a submission, "not graded" when the grader fails.
    """
    try:
        submission = read_submission(path, wanted(kit.sheet), student)
    except InputError as error:
        return SubmissionResult(kit.sheet.name, kit.sheet.digest, student, "", "unreadable", str(error))
    return grade_submission(kit, replace(submission, name=student), limits=limits, seconds=seconds)


def grade_submission(
    kit: Kit,
    submission: Submission,
    *,
    only: Sequence[str] | None = None,
    limits: Limits | None = None,
    seconds: float | None = None,
) -> SubmissionResult:
    """Grade a submission that has been read.

    Parameters
    ----------
    kit : Kit
    submission : Submission
    only : sequence of str, optional
        Names of the exercises to grade; all by default.
    limits : Limits, optional
        Of each call.
    seconds : float, optional
        For all exercises together, each having its share; only on systems that have an alarm clock.

    Returns
    -------
    SubmissionResult
        "not graded" when the grader fails.
    """
    exercises = kit.sheet.exercises if only is None else [kit.sheet.exercise(name) for name in only]
    share = None if seconds is None else seconds / len(exercises)
    blank = SubmissionResult(
        kit.sheet.name, kit.sheet.digest, submission.name, submission.digest, "graded", notes=submission.notes
    )
    parts = []
    for exercise in exercises:
        try:
            with at_most(share), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # nbgrader takes a warning for a failure
                parts.append(_grade(kit, submission, exercise.name, limits))
        except OutOfTimeError:
            problem = f"was stopped: it took longer than the {share:.0f} seconds that an exercise has here"
            late = ExerciseResult(exercise.function, exercise.points, 0.0, problem=problem)
            parts.append(replace(blank, exercises=(late,)))
        except Exception as error:
            return replace(blank, status="not graded", fault=f"{type(error).__name__}: {error}")
    return replace(
        max(parts, key=lambda part: len(part.environment)),
        exercises=tuple(part.exercises[0] for part in parts),
        level=min((part.level for part in parts if part.level), key=LEVELS.index, default=""),
    )


def _grade(kit: Kit, submission: Submission, name: str, limits: Limits | None) -> SubmissionResult:
    grade = functools.partial(
        grade_source,
        kit.sheet,
        submission.source,
        kit.secret,
        student=submission.name,
        digest=submission.digest,
        notes=submission.notes,
        place=submission.where,
        limits=limits,
        only=[name],
        require=kit.require,
    )
    try:
        return grade()
    except SandboxFaultError:
        return grade()  # a busy machine may have failed once


@contextmanager
def at_most(seconds: float | None) -> Iterator[None]:
    """Interrupt what takes longer.

    Parameters
    ----------
    seconds : float, optional
        No limit by default; a limit takes a system with an alarm clock, and the main thread.

    Raises
    ------
    OutOfTimeError
        When the time is up.

    Examples
    --------
    >>> with at_most(None):
    ...     print("at leisure")
    at leisure
    """
    if seconds is None:
        yield
        return

    def stop(*_: object) -> None:
        raise OutOfTimeError

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
