"""Trials of one exercise: texts are asked the hidden questions, in a sealed process."""

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np

from scratchcv.grading.compare import in_float64, judge
from scratchcv.grading.process.outcome import BadReturnError, ChildDiedError, StudentError
from scratchcv.grading.process.sandbox import Sandbox
from scratchcv.grading.result import ExerciseResult
from scratchcv.grading.session import Session
from scratchcv.grading.sheets.case import Call, Kind, exercise_seed
from scratchcv.grading.sheets.exercise import Exercise

Judge = Callable[[Any], str]


@dataclass(frozen=True)
class Question:
    """A hidden call, the right answer, and what is wrong with another one: ``""`` where it is right too."""

    kind: Kind
    call: Call
    expected: Any
    judge: Judge


def trial_seed(exercise: Exercise, number: int) -> bytes:
    """Return the seed of one of the gradings that a proof consists of; they are the same each time."""
    return exercise_seed(b"proof", str(number), exercise.function)


def questions(exercise: Exercise, number: int) -> list[Question]:
    """Return the hidden questions of a grading.

    Parameters
    ----------
    exercise : Exercise
    number : int
        Which grading; see `trial_seed`.
    """
    return [
        _question(exercise, *drawn)
        for drawn in exercise.cases.draw(trial_seed(exercise, number), visible=False)
    ]


def _question(exercise: Exercise, kind: Kind, call: Call) -> Question:
    cases = exercise.cases
    exact = in_float64(call)
    expected = exact.apply(exercise.reference)
    # Many texts answer the same question: what it may be off by is computed once.
    sizes = None if cases.magnitude is None else exact.apply(cases.magnitude)
    magnitude = None if cases.magnitude is None else lambda *arguments, **keywords: sizes

    def wrong(found: Any) -> str:
        difference = judge(found, expected, call, magnitude, cases.accepts)
        return "" if difference is None else f"{difference.place} {difference.message}".strip()

    return Question(kind, call, expected, wrong)


def empty_answers(question: Question) -> dict[str, Any]:
    """Return what functions answer that do nothing, by name.

    Examples
    --------
    >>> kind = Kind("any", "Any number", Call, False, False)
    >>> empty_answers(Question(kind, Call(3.0), (1.5, 2), lambda found: ""))
    {'None': None, 'zeros': (0.0, 0), 'its first argument': 3.0}
    """
    answers = {"None": None, "zeros": _zeros(question.expected)}
    if question.call.arguments:
        answers["its first argument"] = question.call.arguments[0]
    return answers


def _zeros(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(map(_zeros, value))
    if isinstance(value, dict):
        return {key: _zeros(item) for key, item in value.items()}
    return (
        np.zeros_like(value) if isinstance(value, np.ndarray) else value if value is None else type(value)()
    )


class Bench:
    """A sealed process in which texts are tried, one after the other; a new one where a text kills it.

    Parameters
    ----------
    exercise : Exercise
    start : callable
        Starts a sandbox.
    """

    def __init__(self, exercise: Exercise, start: Callable[[], Sandbox]) -> None:
        self.exercise, self.start = exercise, start
        self._box: Sandbox | None = None
        self._loaded = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._box is not None:
            self._box.close()
        self._box = None

    def grade(self, source: str, number: int) -> ExerciseResult:
        """Return what a text earns, as a student's submission would; see `trial_seed`."""
        session = Session(self.exercise, source, "line {}".format, self.start)
        session.box = self._box or self.start()
        self._loaded = source
        try:
            return session.grade(trial_seed(self.exercise, number), hidden=True)
        finally:
            self._box = session.box

    def load(self, source: str) -> str:
        """Put a text in the place of the one before; return why that failed, or ``""``."""
        self._box = self._box or self.start()
        self._loaded = source
        try:
            problems = self._box.load(source)
        except ChildDiedError as error:
            self.close()
            return str(error)
        return f"{problems[0].kind}: {problems[0].message}" if problems else ""

    def ask(self, question: Question) -> str:
        """Return what is wrong with the answer of the text that was loaded last, or ``""``."""
        if self._box is None:
            self.load(self._loaded)
        if self._box is None:
            return "its process dies"
        try:
            found = self._box.call(self.exercise.name, question.call.arguments, question.call.keywords)
        except (StudentError, BadReturnError) as error:
            return str(error)
        except ChildDiedError as error:
            self.close()
            return str(error)
        return question.judge(found)

    def is_alive(self) -> bool:
        """Tell whether the process that was asked last still runs."""
        return self._box is not None
