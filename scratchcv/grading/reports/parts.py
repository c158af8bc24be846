"""What reports in every format share: which case is shown, how an exercise stands, what to do next."""

import ast
import re
from dataclasses import dataclass
from typing import Any

from scratchcv.errors import InputError
from scratchcv.grading.process.levels import MEANING
from scratchcv.grading.reports.advice import advice
from scratchcv.grading.reports.text import short
from scratchcv.grading.result import CaseResult, ExerciseResult, SubmissionResult
from scratchcv.grading.sheets.cut import find_function
from scratchcv.grading.sheets.source import Source

_STEPS = re.compile(r"\[(\d+|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\]")


def call_text(exercise: ExerciseResult, detail: dict[str, Any]) -> str:
    """Return the call of a visible case as a student would type it, large arrays by their shape.

    Examples
    --------
    >>> call_text(ExerciseResult("m.pad", 1, 0), {"arguments": [7], "keywords": {"by": 2}})
    'pad(7, by=2)'
    """
    words = [short(argument) for argument in detail.get("arguments", [])]
    words += [f"{name}={short(value)}" for name, value in detail.get("keywords", {}).items()]
    return f"{exercise.name}({', '.join(words)})"


def argument_names(exercise: ExerciseResult) -> list[str]:
    """Return the names of an exercise's arguments; none where the original is not at hand.

    Examples
    --------
    >>> argument_names(ExerciseResult("scratchcv.boxes.iou.box_iou", 1, 0))
    ['boxes1', 'boxes2']
    """
    try:
        module, name = find_function(exercise.function)
    except InputError:
        return []
    arguments = Source.of(module).function(name).args
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]


def returns(exercise: ExerciseResult) -> str:
    """Return what the original's docstring says of the result; nothing where it says nothing.

    Examples
    --------
    >>> print(returns(ExerciseResult("scratchcv.boxes.clip.clip_boxes_to_image", 1, 0)).splitlines()[0])
    ndarray of shape (N, 4)
    """
    try:
        module, name = find_function(exercise.function)
    except InputError:
        return ""
    text = ast.get_docstring(Source.of(module).function(name)) or ""
    _, _, after = text.partition("\nReturns\n-------\n")
    return re.split(r"\n\n[A-Z]\w+\n-+\n", after)[0]


@dataclass(frozen=True)
class Mismatch:
    """The part of an answer that is wrong: where it is, what was expected there, and what was found."""

    place: str
    index: tuple[int, ...]
    expected: Any
    found: Any


def mismatch(case: CaseResult) -> Mismatch:
    """Return the part of a visible case's answer that differs; the whole where there is no such part.

    Examples
    --------
    >>> detail = {"expected": [1.0, 2.0], "found": [1.0, 3.0], "place": "[1]", "index": []}
    >>> mismatch(CaseResult("k", "Any", True, False, False, "value", "", detail)).found
    3.0
    """
    place, index = case.detail.get("place", ""), tuple(case.detail.get("index", ()))
    expected: Any = case.detail.get("expected")
    found: Any = case.detail.get("found")
    for step in _STEPS.findall(place):
        key = ast.literal_eval(step)
        try:
            expected, found = expected[key], found[key]
        except (KeyError, IndexError, TypeError):
            break
    return Mismatch(place, index, expected, found)


def failing_case(exercise: ExerciseResult) -> CaseResult | None:
    """Return the first visible case that went wrong; none where there is nothing that could be called."""
    if exercise.problem:
        return None
    return next((case for case in exercise.cases if case.visible and not case.passed), None)


def hint_of(exercise: ExerciseResult) -> str:
    """Return the hint, without what the first failing visible case says already.

    Examples
    --------
    >>> case = CaseResult("k", "Any boxes", True, False, False, "raised", "raises KeyError: 'a'")
    >>> hint_of(ExerciseResult("m.f", 1, 0, (case,), hint="Any boxes: the function raises KeyError."))
    ''
    """
    case = failing_case(exercise)
    if exercise.problem:
        return ""
    if case is None or exercise.misconception or not exercise.hint.startswith(f"{case.title}: "):
        return exercise.hint
    if case.reason not in ("value", "nan", "shape", "structure"):
        return advice(case)
    rest = exercise.hint.removeprefix(f"{case.title}: ")
    return "" if rest == "the values differ." else rest[:1].upper() + rest[1:]


def failed_hidden(exercise: ExerciseResult) -> list[str]:
    """Return the titles of the hidden kinds that went wrong: all that a student may know of them."""
    return [case.title for case in exercise.cases if not case.visible and not case.passed]


def state(exercise: ExerciseResult) -> str:
    """Say in a word or two how an exercise stands.

    Examples
    --------
    >>> state(ExerciseResult("m.f", 1, 0, problem="not done yet"))
    'to do'
    """
    if exercise.problem:
        return "to do" if exercise.problem == "not done yet" else "cannot run"
    return "right" if exercise.cases and all(case.passed for case in exercise.cases) else "wrong"


def isolation(result: SubmissionResult) -> str:
    """Say how the submission was shut in, where that level is known.

    Examples
    --------
    >>> isolation(SubmissionResult("a1", "", "", "", "checked", level="self-check")).partition(":")[0]
    'A self-check'
    """
    if result.status == "checked" and result.level == "self-check":
        return "A self-check: your code ran on this computer without isolation, which is right for one's own."
    return f"Level: {result.level}. {MEANING[result.level]}" if result.level in MEANING else ""


def problems(result: SubmissionResult) -> dict[str, str]:
    """Return why exercises cannot be called, by name; what is true of several is said of the first.

    Examples
    --------
    >>> broken = [ExerciseResult(f"m.{name}", 1, 0, problem="line 3: invalid syntax") for name in "fg"]
    >>> problems(SubmissionResult("a1", "", "", "", "checked", exercises=tuple(broken)))
    {'f': 'line 3: invalid syntax'}
    """
    said: dict[str, str] = {}
    for exercise in result.exercises:
        if state(exercise) == "cannot run" and exercise.problem not in said.values():
            said[exercise.name] = exercise.problem
    return said


def next_step(result: SubmissionResult) -> str:
    """Return what the student might do now.

    Examples
    --------
    >>> next_step(SubmissionResult("a1", "", "", "", "not graded", "the disk was full"))
    'Nothing is wrong with what you handed in: it will be graded again.'
    """
    if result.status == "not graded":
        return "Nothing is wrong with what you handed in: it will be graded again."
    if result.status == "unreadable":
        return "Put that right first; nothing could be graded."
    states = {exercise.name: state(exercise) for exercise in result.exercises}
    order = ("cannot run", "wrong", "to do")
    name = next((name for wanted in order for name, word in states.items() if word == wanted), "")
    if result.status == "graded":
        return f"Look at {name} first." if name else "All of it is right. Well done!"
    if not name:
        return "All visible cases pass. The hidden ones have other numbers and shapes."
    verb = {"cannot run": "make {} run", "wrong": "mend {}", "to do": "write {}"}[states[name]].format(name)
    return f"{verb[0].upper()}{verb[1:]}, and check again."
