"""The parts of a report that are for instructors: hidden cases, seeds, all that it takes to repeat it."""

import json

from scratchcv.grading.reports.tables import escape
from scratchcv.grading.result import ExerciseResult, SubmissionResult


def hidden_cases(exercise: ExerciseResult) -> str:
    """Return all about an exercise's hidden cases, as HTML.

    Examples
    --------
    >>> "seed 00ff" in hidden_cases(ExerciseResult("m.f", 1, 0, seed="00ff"))
    True
    """
    rows = [
        f"<tr><td>{escape(case.kind)}{' (edge)' if case.edge else ''}</td><td>{escape(case.title)}</td>"
        f"<td>{'right' if case.passed else escape(case.reason)}</td><td>{escape(case.message, 400)}</td></tr>"
        for case in exercise.cases
        if not case.visible
    ]
    facts = [f"seed {exercise.seed}"]
    if exercise.misconception:
        facts.insert(0, f"misconception {exercise.misconception}")
    return (
        "<h3>Hidden cases</h3>"
        f'<p>{escape(", ".join(facts))}</p><div class="wide"><table class="hidden">'
        f"<tr><th>kind</th><th>title</th><th></th><th>message</th></tr>{''.join(rows)}</table></div>"
    )


def environment(result: SubmissionResult) -> str:
    """Return versions, limits, layers and probes, as HTML.

    Examples
    --------
    >>> "digest: 12" in environment(SubmissionResult("a1", "", "ada", "12", "graded"))
    True
    """
    facts = json.dumps(result.environment, indent=1, ensure_ascii=False, default=str)
    return (
        f"<pre>digest: {escape(result.digest)}\nsheet: {escape(result.sheet_digest)}\n"
        f"{escape(facts, 20_000)}</pre>"
    )
