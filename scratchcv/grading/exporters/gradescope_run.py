"""What runs on Gradescope's machine: a submission is graded, and the results are written as it reads them."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scratchcv.grading.exporters.exercise_text import hidden_text, visible_text
from scratchcv.grading.exporters.grade_file import grade_file
from scratchcv.grading.exporters.kit import read_kit
from scratchcv.grading.process.sandbox import Limits
from scratchcv.grading.reports.text import clean
from scratchcv.grading.result import SubmissionResult

SECONDS = 480.0
"""For a submission: Gradescope stops after ten minutes, and then nothing is graded."""

MEMORY = 384 << 20
"""For a submission's process: with the grader's own it stays below the machine's 768 MB."""

STOPPED = "Not graded: the grader was stopped before it had finished. This is not the submission's fault."


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade ``ROOT/submission`` with a kit, and write ``ROOT/results/results.json``.

    Parameters
    ----------
    arguments : sequence of str, optional
        Root and kit; by default those of this process.
    """
    root, kit_file = map(Path, sys.argv[1:] if arguments is None else arguments)
    target = root / "results" / "results.json"
    _write(target, ungraded(STOPPED))  # stands if this process is killed
    started = time.monotonic()
    try:
        kit = read_kit(kit_file)
        student = _student(root / "submission_metadata.json")
        limits = Limits(memory=MEMORY)
        result = grade_file(kit, root / "submission", student=student, limits=limits, seconds=SECONDS)
        written = results(result, kit.visibility)
    except Exception as error:
        written = ungraded(f"Not graded: the grader failed: {type(error).__name__}.")
        print(f"{type(error).__name__}: {error}")  # for the course's staff alone
    else:
        print(
            f"{result.status}: {result.earned:g} of {result.points:g} points, {result.level or result.fault}"
        )
    _write(target, written | {"execution_time": round(time.monotonic() - started)})
    return 0


def results(result: SubmissionResult, visibility: str) -> dict[str, Any]:
    """Return a result in the form that Gradescope reads.

    Parameters
    ----------
    result : SubmissionResult
    visibility : str
        When students see the hidden cases' entries.

    Notes
    -----
    Without a score Gradescope gives none: so it is where the grader failed.

    Examples
    --------
    >>> results(SubmissionResult("a1_boxes", "", "", "", "not graded", "no disk"), "visible")["output"]
    'Not graded: no disk'
    """
    if result.status == "not graded":
        return ungraded(f"Not graded: {clean(result.fault)}")
    if result.status == "unreadable":
        return ungraded(f"This cannot be graded: {clean(result.fault)}") | {"score": 0.0}
    tests: list[dict[str, Any]] = []
    for number, exercise in enumerate(result.exercises, start=1):
        passed, count = exercise.passed(visible=True)
        tests.append(
            {
                "name": f"{exercise.name}: visible cases",
                "number": f"{number}.1",
                "status": "passed" if passed == count and not exercise.problem else "failed",
                "output": visible_text(result, exercise),
                "output_format": "md",
                "visibility": "visible",
            }
        )
        tests.append(
            {
                "name": f"{exercise.name}: hidden cases",
                "number": f"{number}.2",
                "score": round(exercise.earned, 2),
                "max_score": exercise.points,
                "output": hidden_text(exercise),
                "output_format": "md",
                "visibility": visibility,
            }
        )
    return {
        "score": result.earned,
        "output": "\n".join(map(clean, result.notes)),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {"level": result.level, "digest": result.digest, "environment": result.environment},
        "tests": tests,
    }


def ungraded(message: str) -> dict[str, Any]:
    """Return the results of a submission that gets no score."""
    return {"output": message, "output_format": "text", "stdout_visibility": "hidden", "tests": []}


def _student(metadata: Path) -> str:
    """Return what tells the students of a submission apart; nothing where Gradescope says nothing of them."""
    try:
        users = json.loads(metadata.read_text(encoding="utf-8"))["users"]
        return "+".join(sorted(str(user["id"]) for user in users))
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _write(target: Path, written: dict[str, Any]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_text(json.dumps(written, indent=1, allow_nan=False), encoding="utf-8")
    part.replace(target)


if __name__ == "__main__":
    sys.exit(main())
