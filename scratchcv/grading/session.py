"""A submission at work on one exercise: its calls, its answers, its deaths."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scratchcv.grading.compare import Difference, in_float64, judge
from scratchcv.grading.feedback import Answer, explain
from scratchcv.grading.process.outcome import BadReturnError, ChildDiedError, LoadProblem, StudentError
from scratchcv.grading.process.sandbox import Sandbox
from scratchcv.grading.result import CaseResult, ExerciseResult, plain
from scratchcv.grading.sheets.case import Call, Cases, Kind
from scratchcv.grading.sheets.exercise import Exercise

UNREADABLE = ("SyntaxError", "IndentationError", "TabError")

DEATHS = 2
"""A function that has killed or blocked its process so often is not called any more."""

Place = Callable[[int], str]
"""Says where a line of the submission's text stands in what the student wrote."""


class Session:
    """A child process that knows the submission, and a new one where it dies.

    Parameters
    ----------
    exercise : Exercise
    source : str
        The submission's text.
    place : callable
        Turns a line of it into what the student knows.
    start : callable
        Starts a sandbox.
    """

    def __init__(self, exercise: Exercise, source: str, place: Place, start: Callable[[], Sandbox]) -> None:
        self.exercise, self.source, self.place, self.start = exercise, source, place, start
        self.problems: list[LoadProblem] = []
        self.missing = False
        self.fatal: list[str] = []
        self.answers: list[Answer] = []
        self.results: list[CaseResult] = []

    def __enter__(self) -> "Session":
        self.box = self.start()
        self.status = self.box.status
        return self

    def __exit__(self, *error: object) -> None:
        self.box.close()

    def grade(self, seed: bytes, *, hidden: bool) -> ExerciseResult:
        """Ask for everything, and say what it was worth."""
        cases = self.exercise.cases
        problem = self._load()
        if not problem:
            for kind, call in cases.draw(seed, visible=True):
                self._ask(kind, call)
            problem = self._undone()
        printed = self.box.printed
        if hidden and not problem:
            calls = list(cases.draw(seed, visible=False))
            random.Random(seed).shuffle(calls)
            for kind, call in calls:
                self._ask(kind, call)
            self._ask_again(calls)
        hint, misconception = ("", "") if problem else explain(self.exercise, self.answers)
        return ExerciseResult(
            function=self.exercise.function,
            points=self.exercise.points,
            earned=_earned(self.exercise, self.results) if hidden else 0.0,
            cases=_in_order(cases, self.results),
            problem=problem,
            hint=" ".join(filter(None, [hint, *dict.fromkeys(self.fatal)])),
            misconception=misconception,
            printed=printed,
            seed=seed.hex(),
        )

    def _load(self) -> str:
        """Run the submission's top level; return why there is nothing to call, if so."""
        try:
            self.problems = self.box.load(self.source)
        except ChildDiedError as error:
            return f"the file could not be run: {error}"
        for problem in self.problems:
            if problem.kind in UNREADABLE:
                return f"Python cannot read the file: {self.place(problem.line)}: {problem.message}"
        return ""

    def _undone(self) -> str:
        """Say so where the visible calls showed that there is no function, or nothing in it yet."""
        if self.missing:
            happened = [f"; {self.place(p.line)} raised {p.kind}: {p.message}" for p in self.problems[:1]]
            return f"there is no function {self.exercise.name}{''.join(happened)}"
        raised = {answer.raised for answer in self.answers}
        return "not done yet" if raised == {"NotImplementedError"} and not self.fatal else ""

    def _ask(self, kind: Kind, call: Call) -> None:
        """Make one call, and note what came of it."""
        if len(self.fatal) >= DEATHS:
            message = "was not run: the function had blocked or killed its process before"
            self._note(kind, {}, "not run", message)
            return
        expected = in_float64(call).apply(self.exercise.reference)
        answer = self._answer(kind, call, expected)
        if answer is None:
            return
        self.answers.append(answer)
        if answer.raised:
            return
        difference = answer.difference
        detail = _detail(call, expected, answer.found, difference) if kind.visible else {}
        reason, message = ("", "") if difference is None else (difference.reason, _sentence(difference))
        self._note(kind, detail, reason, message)

    def _answer(self, kind: Kind, call: Call, expected: Any) -> Answer | None:
        """Return the student's answer; None, noted, where there is none that could be looked at."""
        cases = self.exercise.cases
        detail = _detail(call, expected, None, None) if kind.visible else {}
        most_bytes = 4 * _bytes(expected) + 65536
        own = call.copy()
        try:
            found = self.box.call(self.exercise.name, own.arguments, own.keywords, most_bytes=most_bytes)
        except StudentError as error:
            self.missing |= error.kind == "NameError" and not error.lines
            lines = f" in {self.place(error.lines[-1])}" if error.lines else ""
            self._note(kind, detail, "raised", f"raises {error.kind}{lines}: {error.message}")
            return Answer(kind, call, expected, raised=error.kind)
        except BadReturnError as error:
            self._note(kind, detail, "bad return", f"returns what cannot be compared: {error}")
            return None
        except ChildDiedError as error:
            self.fatal.append(f"{kind.title}: {error}.")
            self._note(kind, detail, "timeout" if error.reason == "timeout" else "died", str(error))
            self.box.close()
            self.box = self.start()
            self.box.load(self.source)
            return None
        difference = judge(found, expected, call, cases.magnitude, cases.accepts)
        return Answer(kind, call, expected, found, "", difference)

    def _ask_again(self, calls: Sequence[tuple[Kind, Call]]) -> None:
        """Repeat the first right answer; who answers otherwise now has kept something from call to call."""
        right = {
            answer.kind.name: answer for answer in self.answers if answer.passed and not answer.kind.edge
        }
        repeated = next(((kind, call) for kind, call in calls if kind.name in right), None)
        if repeated is None or len(self.fatal) >= DEATHS:
            return
        kind, call = repeated
        again = self._answer(kind, call, right[kind.name].expected)
        if again is None or not again.passed:
            self.results = [case for case in self.results if case.kind != kind.name]
            self._note(kind, {}, "state", "is right at first and wrong when it is asked again")

    def _note(self, kind: Kind, detail: dict[str, Any], reason: str, message: str) -> None:
        flags = kind.visible, kind.edge, not reason
        self.results.append(CaseResult(kind.name, kind.title, *flags, reason, message, detail))


def _earned(exercise: Exercise, results: Sequence[CaseResult]) -> float:
    """Return the points: the share of hidden kinds that passed, edges counted once something else passed."""
    hidden = [case for case in results if not case.visible]
    passed = sum(case.passed for case in hidden)
    if not any(case.passed and not case.edge for case in hidden):
        return 0.0
    return exercise.points * passed / len(hidden)


def _in_order(cases: Cases, results: list[CaseResult]) -> tuple[CaseResult, ...]:
    order = {kind.name: number for number, kind in enumerate(cases.kinds)}
    return tuple(sorted(results, key=lambda case: order[case.kind]))


def _sentence(difference: Difference) -> str:
    return (
        f"the result{difference.place} {difference.message}"
        if difference.reason != "property"
        else difference.message
    )


def _detail(call: Call, expected: Any, found: Any, difference: Difference | None) -> dict[str, Any]:
    detail = {"arguments": call.arguments, "keywords": call.keywords, "expected": expected, "found": found}
    written: dict[str, Any] = plain(detail)
    if difference is not None:
        written |= {"place": difference.place, "index": list(difference.index)}
    return written


def _bytes(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    items = value.values() if isinstance(value, dict) else value if isinstance(value, tuple | list) else ()
    return sum(map(_bytes, items), 8)
