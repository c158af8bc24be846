"""The gradebook: a table of students and points, for a spreadsheet or a learning platform."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from scratchcv.grading.course.results_folder import write_atomically
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.sheets.sheet import Sheet

GRADEBOOK = "gradebook.csv"

FORMULAS = ("=", "+", "-", "@", "\t")
"""A spreadsheet takes what begins so for a formula, and students choose their files' names."""


def gradebook(sheet: Sheet, results: Iterable[SubmissionResult]) -> str:
    """Return the table as CSV: student, points of each exercise, total, status, level, note.

    Who handed in something unreadable has 0 points; who was not graded has none written down.

    Parameters
    ----------
    sheet : Sheet
    results : iterable of SubmissionResult
        In any order; rows are sorted by student.

    Returns
    -------
    str
        The same results give the same text.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["student", *(exercise.name for exercise in sheet.exercises), "total", "status", "level", "note"]
    )
    for result in sorted(results, key=lambda result: (result.student, result.digest)):
        earned = {exercise.function: exercise.earned for exercise in result.exercises}
        points = [earned.get(exercise.function, 0.0) for exercise in sheet.exercises]
        numbers = [_number(value) for value in (*points, result.earned)]
        if result.status == "not graded":
            numbers = [""] * len(numbers)
        note = result.fault or "; ".join(result.notes)
        writer.writerow([_text(result.student), *numbers, result.status, result.level, _text(note)])
    return text.getvalue()


def write_gradebook(folder: Path, sheet: Sheet, results: Iterable[SubmissionResult]) -> Path:
    """Write the gradebook into a results folder."""
    path = folder / GRADEBOOK
    write_atomically(path, gradebook(sheet, results))
    return path


def _number(value: float) -> str:
    return f"{round(value, 2):.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    line = " ".join(text.splitlines())
    return f"'{line}" if line.startswith(FORMULAS) else line
