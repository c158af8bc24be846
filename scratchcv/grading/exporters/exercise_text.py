"""What a student reads of one exercise, as Markdown: of visible cases the numbers, of hidden ones titles."""

import textwrap
from dataclasses import replace

from scratchcv.grading.reports.markdown import report_markdown
from scratchcv.grading.reports.parts import failed_hidden
from scratchcv.grading.reports.text import clean
from scratchcv.grading.result import ExerciseResult, SubmissionResult


def visible_text(result: SubmissionResult, exercise: ExerciseResult) -> str:
    """Return the report of an exercise as if it had no hidden cases.

    Parameters
    ----------
    result : SubmissionResult
        That the exercise is from.
    exercise : ExerciseResult
    """
    visible = tuple(case for case in exercise.cases if case.visible)
    alone = replace(exercise, cases=visible, hint="" if _passes(exercise, visible=True) else exercise.hint)
    report = report_markdown(replace(result, status="checked", exercises=(alone,), notes=()))
    text = report.partition(f"\n## {exercise.name}\n\n")[2]
    return text or (exercise.problem and "Not done yet.") or f"All {len(visible)} visible cases pass."


def hidden_text(exercise: ExerciseResult) -> str:
    """Return how many hidden cases pass, the titles of those that do not, and the hint.

    Examples
    --------
    >>> print(hidden_text(ExerciseResult("m.area", 6, 0, problem="there is no function area")))
    No points: what was handed in could not be called.
    <BLANKLINE>
        there is no function area
    """
    if exercise.problem:
        problem = textwrap.indent(clean(exercise.problem), "    ", lambda line: True)
        return f"No points: what was handed in could not be called.\n\n{problem}"
    passed, count = exercise.passed(visible=False)
    blocks = [f"{passed} of {count} hidden cases pass: {exercise.earned:.4g} of {exercise.points:g} points."]
    if failed := failed_hidden(exercise):
        blocks.append(f"These go wrong: {'; '.join(map(clean, failed))}.")
    if exercise.hint:
        blocks.append(f"**Hint:** {clean(exercise.hint)}")
    return "\n\n".join(blocks)


def _passes(exercise: ExerciseResult, *, visible: bool) -> bool:
    passed, count = exercise.passed(visible=visible)
    return passed == count
