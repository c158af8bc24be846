"""What GitHub shows of a grading: a summary of the job, and a mark at each function that is not right."""

import ast
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from scratchcv.grading.course.results_folder import RESULTS, read_result, stored_submission
from scratchcv.grading.exporters.exercise_text import hidden_text
from scratchcv.grading.reports.markdown import report_markdown
from scratchcv.grading.reports.parts import state
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.submissions.submission import Submission

RIGHT, NOT_RIGHT = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the results in a folder that ``scratchcv grade`` wrote, and return whether all of it is right.

    Parameters
    ----------
    arguments : sequence of str, optional
        The folder; by default that of this process.
    """
    (folder,) = sys.argv[1:] if arguments is None else arguments
    paths = sorted(Path(folder, RESULTS).glob("*.json"))
    right = bool(paths)
    for path in paths:
        result = read_result(path)
        with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
            summary.write(report_markdown(result))
        submission = stored_submission(path) if result.status == "graded" else None
        print("\n".join(annotations(result, submission)))
        right = right and result.status == "graded" and result.earned == result.points
    return RIGHT if right else NOT_RIGHT


def annotations(result: SubmissionResult, submission: Submission | None) -> list[str]:
    """Return GitHub's commands that mark what is not right, and a line with the points.

    Parameters
    ----------
    result : SubmissionResult
    submission : Submission, optional
        What was graded; it says where functions are.

    Examples
    --------
    >>> annotations(SubmissionResult("a1_boxes", "", "ada", "", "unreadable", "no file"), None)
    ['::error title=a1_boxes::unreadable: no file']
    """
    if submission is None:
        return [_command({"title": result.sheet}, f"{result.status}: {result.fault}")]
    lines = _lines(submission)
    commands = []
    for exercise in result.exercises:
        if state(exercise) != "right":
            place = {"file": f"{result.sheet}.ipynb" if submission.cells else f"{result.sheet}.py"}
            if exercise.name in lines:
                place["line"] = str(lines[exercise.name])
            commands.append(_command(place | {"title": exercise.name}, hidden_text(exercise)))
    return [*commands, f"{result.earned:g} of {result.points:g} points"]


def _command(properties: dict[str, str], message: str) -> str:
    """Return an error command, in which nothing can begin another one."""
    words = ",".join(f"{name}={_escape(value, ':,')}" for name, value in properties.items())
    return f"::error {words}::{_escape(message, '')}"


def _escape(text: str, more: str) -> str:
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _lines(submission: Submission) -> dict[str, int]:
    """Return the line of each function, where a line of the text is one of the file."""
    if submission.cells:
        return {}
    try:
        tree = ast.parse(submission.source)
    except SyntaxError:  # the message says where
        return {}
    return {node.name: node.lineno for node in tree.body if isinstance(node, ast.FunctionDef)}


if __name__ == "__main__":
    sys.exit(main())
