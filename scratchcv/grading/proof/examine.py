"""Examinations that a sheet's proof consists of: of right texts, mistakes, mutants, and of doing nothing."""

import functools
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace

from scratchcv.grading.process.sandbox import Limits, Sandbox
from scratchcv.grading.proof.mutants import mutants
from scratchcv.grading.proof.trial import Bench, Question, empty_answers, questions
from scratchcv.grading.result import CaseResult, ExerciseResult
from scratchcv.grading.sheets.cut import cut
from scratchcv.grading.sheets.exercise import Exercise, Variant
from scratchcv.grading.sheets.sheet import Sheet

GRADINGS = 3
"""A mistake or a mutant is graded so many times, and must fail each time."""

MUTANT_SECONDS = 1.0
"""A mutant that takes longer for a call hangs."""

LIBRARY = "the library's own code"

_SUBJECTS = {
    "right": "solution ",
    "wrong": "misconception ",
    "mutant": "mutant ",
    "kind": "kind ",
    "stub": "",
}

_CPU_SECONDS = 3600  # a process serves for many gradings


@dataclass(frozen=True)
class Verdict:
    """What became of a text, or of a kind of input that a function doing nothing is asked.

    Attributes
    ----------
    exercise, subject, name : str
        Of which exercise; "right", "wrong", "mutant", "kind" or "stub"; which one.
    gradings, failed : int
        How often it was graded, and how often that found something wrong.
    hinted : int
        How often a mistake got its own hint.
    message : str
        What was said first.
    kinds : frozenset of str
        The hidden kinds of input that it failed.
    """

    exercise: str
    subject: str
    name: str
    gradings: int
    failed: int
    hinted: int = 0
    message: str = ""
    kinds: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        """Say what was judged."""
        return f"{self.exercise}, {_SUBJECTS[self.subject]}{self.name}"

    def joined(self, other: "Verdict") -> "Verdict":
        """Return the verdict on the gradings of both."""
        return replace(
            self,
            gradings=self.gradings + other.gradings,
            failed=self.failed + other.failed,
            hinted=self.hinted + other.hinted,
            message=self.message or other.message,
            kinds=self.kinds | other.kinds,
        )


def examine(sheet: Sheet, exercise: Exercise, subject: str, part: range) -> list[Verdict]:
    """Carry out a part of a proof.

    Parameters
    ----------
    sheet : Sheet
    exercise : Exercise
    subject : {"right", "wrong", "mutant", "stub"}
        Where it is "right", the kinds of inputs are looked at too.
    part : range
        Which seeds of "right", which texts of "wrong" and "mutant".
    """
    seconds = MUTANT_SECONDS if subject == "mutant" else Limits.seconds
    start = functools.partial(Sandbox, Limits(seconds, cpu_seconds=_CPU_SECONDS), numba=sheet.numba)
    if subject == "right":
        return _right(exercise, start, part)
    with Bench(exercise, start) as bench:
        if subject == "stub":
            return [_stub(bench, sheet.stubs())]
        if subject == "wrong":
            return [_mistake(bench, exercise.misconceptions[index]) for index in part]
        return _mutants(bench, part)


def right_texts(exercise: Exercise) -> dict[str, str]:
    """Return the texts that must earn all points: the library's own, and the solutions of the bank."""
    return {
        LIBRARY: cut([exercise.function]),
        **{variant.name: variant.source for variant in exercise.solutions},
    }


class _Tally:
    """How often each text or kind failed, and what was said first."""

    def __init__(self) -> None:
        self.failed: Counter[str] = Counter()
        self.messages: dict[str, str] = {}

    def note(self, name: str, failed: bool, message: str) -> None:
        self.failed[name] += failed
        self.messages[name] = self.messages.get(name) or message

    def verdicts(self, exercise: Exercise, subject: str, gradings: int) -> list[Verdict]:
        return [
            Verdict(exercise.name, subject, name, gradings, failed, message=self.messages[name])
            for name, failed in self.failed.items()
        ]


def _right(exercise: Exercise, start: Callable[[], Sandbox], seeds: range) -> list[Verdict]:
    """Put the questions of many gradings to all right texts, and to functions that do nothing."""
    texts, right, kinds = right_texts(exercise), _Tally(), _Tally()
    with ExitStack() as stack:
        benches = {name: stack.enter_context(Bench(exercise, start)) for name in texts}
        for name, bench in benches.items():
            bench.load(texts[name])
        for seed in seeds:
            asked = questions(exercise, seed)
            for question in asked:
                lucky = _doing_nothing(question)
                kinds.note(question.kind.name, not lucky, lucky)
            for name, bench in benches.items():
                # The first grading is one in full: visible inputs, the order, what is asked again.
                message = _ask_all(bench, asked) if seed else _first_failure(bench.grade(texts[name], seed))
                right.note(name, bool(message), message)
    return [*right.verdicts(exercise, "right", len(seeds)), *kinds.verdicts(exercise, "kind", len(seeds))]


def _ask_all(bench: Bench, asked: list[Question]) -> str:
    """Return what was wrong first."""
    answers = [(question, bench.ask(question)) for question in asked]
    return next((f"{question.kind.title}: {message}" for question, message in answers if message), "")


def _first_failure(result: ExerciseResult) -> str:
    failures = [f"{case.title}: {case.message}" for case in result.cases if _is_failed(case)]
    return result.problem or "".join(failures[:1])


def _doing_nothing(question: Question) -> str:
    """Return which answer is right that nothing was computed for, if one is."""
    return next((name for name, answer in empty_answers(question).items() if not question.judge(answer)), "")


def _mistake(bench: Bench, variant: Variant) -> Verdict:
    """Grade a mistake several times."""
    results = [bench.grade(variant.source, number) for number in range(GRADINGS)]
    others = [result.misconception for result in results if result.misconception != variant.name]
    hint = f"the hint of {others[0]}" if others and others[0] else "a general hint"
    return Verdict(
        bench.exercise.name,
        "wrong",
        variant.name,
        GRADINGS,
        failed=sum(result.earned < result.points for result in results),
        hinted=GRADINGS - len(others),
        message=hint if others else "",
        kinds=frozenset(case.kind for result in results for case in result.cases if _is_failed(case)),
    )


def _mutants(bench: Bench, part: range) -> list[Verdict]:
    """Ask mutants the questions of several gradings; one that hangs or dies is asked no more."""
    exercise = bench.exercise
    gradings = [questions(exercise, number) for number in range(GRADINGS)]
    verdicts = []
    for mutant in mutants(exercise)[part.start : part.stop]:
        problem = bench.load(mutant.source)
        kinds: list[set[str]] = []
        for asked in gradings:
            if problem or not bench.is_alive():
                break
            kinds.append(
                {question.kind.name for question in asked if bench.is_alive() and bench.ask(question)}
            )
        failed = sum(map(bool, kinds)) + GRADINGS - len(kinds)
        failing = frozenset[str]().union(*kinds)
        verdicts.append(Verdict(exercise.name, "mutant", mutant.change, GRADINGS, failed, kinds=failing))
    return verdicts


def _stub(bench: Bench, stubs: str) -> Verdict:
    """Grade the empty sheet: it must fail, and earn nothing."""
    result = bench.grade(stubs, 0)
    message = f"earns {result.earned:g} of {result.points:g} points"
    return Verdict(bench.exercise.name, "stub", "the empty sheet", 1, int(not result.earned), message=message)


def _is_failed(case: CaseResult) -> bool:
    return not (case.visible or case.passed)
