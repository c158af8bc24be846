"""What runs in the runner of Classroom 50: the pushed folder is graded into ``result.json``."""

import datetime as dt
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scratchcv.errors import InputError
from scratchcv.grading.exporters.exercise_text import hidden_text
from scratchcv.grading.exporters.grade_file import grade_file
from scratchcv.grading.exporters.kit import Kit
from scratchcv.grading.reports.markdown import report_markdown
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.sheets.sheet import Sheet, load_sheet

SCHEMA = "classroom50/result/v1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade the working folder; write ``result.json`` and ``release-body.md``.

    Parameters
    ----------
    arguments : sequence of str, optional
        The sheet; by default that of this process.

    Returns
    -------
    int
        Not zero where the grader failed: Classroom 50 then records an error, and no score.

    Notes
    -----
    The environment's SCRATCHCV_SECRET decides the hidden inputs. Without it they are other ones each time.
    """
    (name,) = sys.argv[1:] if arguments is None else arguments
    sheet = load_sheet(name)
    check_points(sheet)
    secret = os.environ.get("SCRATCHCV_SECRET", "").encode() or secrets.token_bytes(32)
    result = grade_file(Kit(sheet, secret), Path.cwd(), student=os.environ.get("USERNAME", ""))
    if result.status == "not graded":
        print(result.fault)
        return 1
    written = json.dumps(classroom50_result(result, sheet, os.environ), indent=1)
    Path("result.json").write_text(written, encoding="utf-8")
    Path("release-body.md").write_text(report_markdown(result), encoding="utf-8")
    return 0


def check_points(sheet: Sheet) -> None:
    """Refuse a sheet whose points Classroom 50 cannot hold.

    Raises
    ------
    InputError
        When an exercise is not worth a whole number.
    """
    for exercise in sheet.exercises:
        if exercise.points != int(exercise.points):
            raise InputError(
                f"Classroom 50 counts whole points, and {exercise.name} is worth {exercise.points:g}"
            )


def classroom50_result(
    result: SubmissionResult, sheet: Sheet, environment: Mapping[str, str]
) -> dict[str, Any]:
    """Return a result in the form that Classroom 50 reads; parts of a point are dropped.

    Parameters
    ----------
    result : SubmissionResult
    sheet : Sheet
    environment : mapping of str to str
        That of the runner.
    """
    found = {exercise.name: exercise for exercise in result.exercises}
    tests = []
    for exercise in sheet.exercises:
        graded = found.get(exercise.name)
        score = 0 if graded is None else int(round(graded.earned, 6))
        test = {"test-name": exercise.name, "passed": score == exercise.points, "score": score}
        output = result.fault if graded is None else hidden_text(graded)
        tests.append(test | {"max-score": int(exercise.points), "output": output})
    return {
        "schema": SCHEMA,
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        "submission": environment["SUBMISSION_TAG"],
        "commit": environment["COMMIT_URL"],
        "release": environment["RELEASE_URL"],
        "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        "datetime": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }


if __name__ == "__main__":
    sys.exit(main())
