"""A grading result as Markdown that reads well on a terminal too.

What a student's code may have made stands in blocks of code, where nothing is a mark of Markdown's.
"""

import re
import textwrap
from collections.abc import Iterator

from scratchcv.grading.reports.parts import (
    call_text,
    failed_hidden,
    failing_case,
    hint_of,
    isolation,
    mismatch,
    next_step,
    problems,
    state,
)
from scratchcv.grading.reports.text import clean, is_array, numbers, short
from scratchcv.grading.result import CaseResult, ExerciseResult, SubmissionResult

WIDTH = 88
"""Characters in a line of prose."""

HIDDEN_TITLES = 6
"""How many hidden cases that went wrong are named."""

PRINTED_LINES, PRINTED_CHARACTERS = 10, 200
"""How many lines of what a student's code printed are shown, and how much of each."""

_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_COLORS = {"right": "\x1b[32m", "wrong": "\x1b[31m", "cannot run": "\x1b[31m", "to do": "\x1b[33m"}


def report_markdown(result: SubmissionResult) -> str:
    """Return what a student may read of a result, as Markdown.

    Parameters
    ----------
    result : SubmissionResult

    Returns
    -------
    str
        A table of exercises; for each that is not right its first failing visible case with numbers, its hint
        and what it printed; what to do next. Of hidden cases titles alone are named.

    Examples
    --------
    >>> area = ExerciseResult("m.box_area", 6, 0, problem="not done yet")
    >>> print(report_markdown(SubmissionResult("a1", "", "", "", "checked", exercises=(area,))))
    # a1: 0 of 1 exercises right
    <BLANKLINE>
    | exercise | visible cases | state |
    |----------|---------------|-------|
    | box_area | –             | to do |
    <BLANKLINE>
    Write box_area, and check again.
    <BLANKLINE>
    """
    return "\n\n".join([*_blocks(result), next_step(result)]) + "\n"


def color_markdown(text: str) -> str:
    r"""Return a report with a terminal's colours in place of Markdown's marks.

    Examples
    --------
    >>> color_markdown("Look at **this**.")
    'Look at \x1b[1mthis\x1b[0m.'
    """
    return "\n".join(map(_color_line, text.split("\n")))


def _color_line(line: str) -> str:
    if line.startswith("    "):  # code, and what a student's program printed
        return line
    if line.startswith("#"):
        return f"{_BOLD}{line.lstrip('# ')}{_PLAIN}"
    if line.startswith("|"):
        first, _, last = line.rstrip(" |").rpartition("| ")
        color = _COLORS.get(last.strip())
        return f"{first}| {color}{last}{_PLAIN}{line[len(first) + 2 + len(last) :]}" if color else line
    return re.sub(r"\*\*(.+?)\*\*", rf"{_BOLD}\1{_PLAIN}", line)


def _blocks(result: SubmissionResult) -> Iterator[str]:
    if result.fault:
        yield f"# {clean(result.sheet)}: {result.status}"
        yield _code(clean(result.fault))
    else:
        yield _title(result)
        yield _table(result)
    if result.notes:
        yield "How the file was read:"
        yield _code("\n".join(map(clean, result.notes)))
    said = problems(result)
    for exercise in result.exercises:
        if exercise.name in said or state(exercise) == "wrong":
            yield from _exercise(exercise)
    if result.level == "self-check":
        yield _prose(isolation(result))


def _title(result: SubmissionResult) -> str:
    right = sum(state(exercise) == "right" for exercise in result.exercises)
    points = f", {result.earned:g} of {result.points:g} points" if result.status == "graded" else ""
    return f"# {clean(result.sheet)}: {right} of {len(result.exercises)} exercises right{points}"


def _table(result: SubmissionResult) -> str:
    graded = result.status == "graded"
    rows = [["exercise", "visible cases", *(["points"] if graded else []), "state"]]
    for exercise in result.exercises:
        passed, count = exercise.passed(visible=True)
        visible = "–" if exercise.problem else f"{passed} of {count}"
        points = [f"{round(exercise.earned, 2):g} of {exercise.points:g}"] if graded else []
        rows.append([exercise.name, visible, *points, state(exercise)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        f"| {' | '.join(word.ljust(width) for word, width in zip(row, widths, strict=True))} |"
        for row in rows
    ]
    lines.insert(1, f"|{'|'.join('-' * (width + 2) for width in widths)}|")
    return "\n".join(lines)


def _exercise(exercise: ExerciseResult) -> Iterator[str]:
    yield f"## {exercise.name}"
    if exercise.problem:
        yield _code(clean(exercise.problem))
    case = failing_case(exercise)
    if case is not None:
        yield from _case(exercise, case)
    if hint := hint_of(exercise):
        yield _prose(f"**Hint:** {clean(hint)}")
    if hidden := failed_hidden(exercise):
        titles = [clean(title) for title in hidden[:HIDDEN_TITLES]]
        more = [f"and {len(hidden) - HIDDEN_TITLES} more"] if len(hidden) > HIDDEN_TITLES else []
        yield _prose(f"Hidden cases that went wrong: {'; '.join([*titles, *more])}.")
    if exercise.printed.strip():
        yield "It printed:"
        yield _code(_cut(exercise.printed))


def _case(exercise: ExerciseResult, case: CaseResult) -> Iterator[str]:
    """Show a visible case: title, call, and where the answer is wrong."""
    yield _prose(f"**{clean(case.title)}**")
    lines = [call_text(exercise, case.detail)]
    wrong = mismatch(case)
    if case.reason in ("value", "nan", "property"):
        expected, found = _answers(case)
        where = f"the result{wrong.place}" + (f" at {list(wrong.index)}" if wrong.index else "")
        lines += [f"{where}:", f"  expected {expected}", f"  got      {found}"]
    if case.reason not in ("value", "nan"):
        lines.append(clean(case.message, 400))
    yield _code("\n".join(lines))


def _answers(case: CaseResult) -> list[str]:
    """Return what was expected and found: one number each where one differs, else the whole."""
    wrong = mismatch(case)
    if wrong.index and is_array(wrong.expected) and is_array(wrong.found):
        position = 0
        for size, step in zip(wrong.expected["shape"], wrong.index, strict=True):
            position = position * size + step
        values = [written["values"][position : position + 1] for written in (wrong.expected, wrong.found)]
        if all(values):
            return numbers(values[0][0], values[1][0])
    return [short(wrong.expected), short(wrong.found)]


def _prose(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False)


def _cut(text: str) -> str:
    lines = text.strip("\n").split("\n")
    more = len(lines) - PRINTED_LINES
    shown = [clean(line, PRINTED_CHARACTERS) for line in lines[:PRINTED_LINES]]
    return "\n".join([*shown, *([f"… ({more:,} more lines)"] if more > 0 else [])])


def _code(text: str) -> str:
    return textwrap.indent(text, "    ", lambda line: True)
