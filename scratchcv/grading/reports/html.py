"""A grading result as one HTML page: nothing is loaded from elsewhere, nothing in it can run."""

import base64
from collections.abc import Iterator
from pathlib import Path

from scratchcv.grading.reports.instructor import environment, hidden_cases
from scratchcv.grading.reports.parts import (
    call_text,
    failed_hidden,
    failing_case,
    hint_of,
    isolation,
    next_step,
    problems,
    state,
)
from scratchcv.grading.reports.pictures import picture
from scratchcv.grading.reports.tables import answer_tables, escape
from scratchcv.grading.result import CaseResult, ExerciseResult, SubmissionResult

OPEN_TITLES = 6
"""So many hidden cases are listed at once; of more there is the number, and the list on demand."""

_CLASSES = {"right": "right", "wrong": "wrong", "cannot run": "run", "to do": "todo"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def report_html(result: SubmissionResult, *, instructor: bool = False) -> str:
    """Return a result as an HTML page.

    Parameters
    ----------
    result : SubmissionResult
    instructor : bool
        Whether the page tells everything, hidden cases and seeds too. Such a page says that it is not for
        students.

    Returns
    -------
    str
        A page without scripts and without links to elsewhere. The student's has numbers of visible cases
        alone; of hidden ones it has the titles of those that went wrong, and the hint.

    Examples
    --------
    >>> page = report_html(SubmissionResult("a1_boxes", "", "<ada>", "", "graded"))
    >>> "&lt;ada&gt;" in page, "<ada>" in page
    (True, False)
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(result.sheet)} {escape(result.student)}</title>\n"
        "<style>body { margin: 0 } "
        "@media (prefers-color-scheme: dark) { body { background: #14191f } }</style>\n"
        f"</head>\n<body>\n{report_fragment(result, instructor=instructor)}\n</body>\n</html>\n"
    )


def report_fragment(result: SubmissionResult, *, instructor: bool = False, brief: bool = False) -> str:
    """Return a result as HTML to put into a page or a notebook; its style applies to nothing around it.

    Parameters
    ----------
    result : SubmissionResult
    instructor : bool
        As in `report_html`.
    brief : bool
        Whether to leave out the overview and the footer.

    Examples
    --------
    >>> report_fragment(SubmissionResult("a1_boxes", "", "", "", "graded")).startswith("<style>")
    True
    """
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    body = "\n".join(_parts(result, instructor, brief))
    return f'<style>\n{style}</style>\n<div class="scv">\n{body}\n</div>'


def _parts(result: SubmissionResult, instructor: bool, brief: bool) -> Iterator[str]:
    if instructor:
        yield '<p class="warning">For instructors: hidden cases and seeds are below. Not for students.</p>'
    if not brief:
        yield from _header(result)
        yield f"<pre>{escape(result.fault)}</pre>" if result.fault else _overview(result)
        yield _next(result)
    said = problems(result)
    for exercise in result.exercises:
        parts = _exercise(exercise, result.status, said.get(exercise.name, ""), instructor)
        yield "\n".join(["<section>", *parts, "</section>"])
    if brief:
        yield _next(result)
        if result.level == "self-check":
            yield f"<small>{escape(isolation(result))}</small>"
        return
    yield "\n".join(["<footer>", *_footer(result, instructor), "</footer>"])


def _next(result: SubmissionResult) -> str:
    return f'<p class="next">{escape(next_step(result))}</p>'


def _header(result: SubmissionResult) -> Iterator[str]:
    yield f"<h1>{escape(result.sheet)}{f': {escape(result.student)}' if result.student else ''}</h1>"
    right = sum(state(exercise) == "right" for exercise in result.exercises)
    if result.fault:
        yield f'<p class="lead"><strong>{escape(result.status)}</strong></p>'
    elif result.status == "graded":
        yield f'<p class="lead"><strong>{result.earned:g} of {result.points:g} points</strong></p>'
    else:
        words = f"{right} of {len(result.exercises)} exercises right"
        yield f'<p class="lead"><strong>{words}</strong> on the visible cases</p>'


def _overview(result: SubmissionResult) -> str:
    rows = []
    for exercise in result.exercises:
        passed, count = exercise.passed(visible=True)
        share, words = (passed / count if count else 0.0), f"{passed} of {count} visible cases"
        if result.status == "graded":
            share, words = exercise.earned / exercise.points, _points(exercise)
        elif exercise.problem:
            words = state(exercise)
        rows.append(
            f'<span>{escape(exercise.name)}</span><span class="bar">'
            f'<span style="width:{100 * share:.0f}%"></span></span><span class="count">{escape(words)}</span>'
        )
    return f'<div class="overview">{"".join(rows)}</div>'


def _points(exercise: ExerciseResult) -> str:
    return f"{round(exercise.earned, 2):g} of {exercise.points:g} points"


def _exercise(exercise: ExerciseResult, status: str, problem: str, instructor: bool) -> Iterator[str]:
    word = state(exercise)
    points = f'<span class="count">{_points(exercise)}</span>' if status == "graded" else ""
    yield (
        f'<div class="head"><h2>{escape(exercise.name)}</h2>'
        f'<span class="state {_CLASSES[word]}">{word}</span>{points}</div>'
    )
    if problem:
        yield f"<pre>{escape(problem)}</pre>"
    if hint := hint_of(exercise):
        yield f'<aside class="hint"><strong>Hint.</strong> {escape(hint)}</aside>'
    case = failing_case(exercise)
    if case is not None:
        yield from _case(exercise, case)
    yield from _lists(exercise)
    if exercise.printed.strip():
        printed = escape(exercise.printed, 4000)
        yield f"<details><summary>What it printed</summary><pre>{printed}</pre></details>"
    if instructor:
        yield hidden_cases(exercise)


def _case(exercise: ExerciseResult, case: CaseResult) -> Iterator[str]:
    """Show the first failing visible case: what went in, what should have come out and what did."""
    yield f"<h3>{escape(case.title)}</h3>"
    yield f"<pre>{escape(call_text(exercise, case.detail))}</pre>"
    if case.reason not in ("value", "nan"):
        yield f"<p>{escape(case.message, 400)}</p>"
    yield answer_tables(case)
    shown = picture(exercise, case)
    if shown is not None:
        png, words = shown
        data = base64.b64encode(png).decode()
        yield (
            f'<figure class="picture"><img alt="{escape(words)}" src="data:image/png;base64,{data}">'
            f"<figcaption>{escape(words)}</figcaption></figure>"
        )


def _lists(exercise: ExerciseResult) -> Iterator[str]:
    visible = [case for case in exercise.cases if case.visible]
    if visible and not exercise.problem:
        items = [f'<li class="{_mark(case)}">{escape(case.title)}</li>' for case in visible]
        yield _list(f"Visible cases: {len(visible)}", items, opened=state(exercise) != "right")
    if hidden := failed_hidden(exercise):
        items = [f'<li class="fail">{escape(title)}</li>' for title in hidden]
        title = f"Hidden cases that went wrong: {len(hidden)}"
        yield _list(title, items, opened=len(hidden) <= OPEN_TITLES)


def _list(title: str, items: list[str], *, opened: bool) -> str:
    return (
        f"<details{' open' if opened else ''}><summary>{title}</summary>"
        f'<ul class="cases">{"".join(items)}</ul></details>'
    )


def _mark(case: CaseResult) -> str:
    return "pass" if case.passed else "fail"


def _footer(result: SubmissionResult, instructor: bool) -> Iterator[str]:
    for note in result.notes:
        yield f"<p>{escape(note)}</p>"
    yield f"<p>{escape(isolation(result))}</p>"
    names = ("scratchcv", "numpy", "python")
    known = [f"{name} {result.environment[name]}" for name in names if name in result.environment]
    yield f"<p>{escape(', '.join(known))}</p>"
    if instructor:
        yield environment(result)
