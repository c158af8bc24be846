"""The proof that a sheet is sound, as a table; and what fell short."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scratchcv.grading.proof.equivalents import EQUIVALENTS, Equivalent
from scratchcv.grading.proof.examine import Verdict
from scratchcv.grading.sheets.exercise import Exercise

SHARE = 0.95
"""So many of the mistakes must get their own hints, and so many of the mutants must be caught."""

HEAD = ("exercise", "kinds", "right", "accepted", "wrong", "caught", "own hint", "mutants", "caught")


@dataclass(frozen=True)
class Proof:
    """What verification found.

    Attributes
    ----------
    sheet : str
    exercises : sequence of Exercise
        Those that were verified.
    verdicts : sequence of Verdict
        On each text and each kind of input.
    equivalents : sequence of Equivalent
        The mutants that no input can catch.
    seconds : float
        How long it took.
    failures : list of str
        What must not be; empty where the sheet is sound.
    remarks : list of str
        What may be and should be known: single mistakes without their own hints, single mutants that are not
        caught, kinds of input that catch nothing.
    """

    sheet: str
    exercises: Sequence[Exercise]
    verdicts: Sequence[Verdict]
    equivalents: Sequence[Equivalent] = ()
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list, init=False)
    remarks: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verdicts", merge(self.verdicts))
        self.failures.extend(self._wrong_judgements())
        wrong, mutants = self.of("wrong"), self.of("mutant")
        for lines, count in ((self.without_hint(), len(wrong)), (self.survivors(), len(mutants))):
            (self.failures if len(lines) > (1 - SHARE) * count else self.remarks).extend(lines)
        self.failures.extend(self._wrong_equivalents())
        self.remarks.extend(self._idle_kinds())

    @property
    def ok(self) -> bool:
        """Say whether the sheet is sound."""
        return not self.failures

    def of(self, subject: str, exercise: str = "") -> list[Verdict]:
        """Return the verdicts on a subject, of one exercise or of all; equivalent mutants are left out."""
        return [
            one
            for one in self.verdicts
            if one.subject == subject and exercise in ("", one.exercise)
            if subject != "mutant"
            or not any(entry.covers(one.exercise, one.name) for entry in self.equivalents)
        ]

    def without_hint(self) -> list[str]:
        """Return a line on each mistake that is not always given its own hint."""
        return [
            f"{one.place}: gets {one.message} in {one.gradings - one.hinted} of {one.gradings} gradings"
            for one in self.of("wrong")
            if one.hinted < one.gradings
        ]

    def survivors(self) -> list[str]:
        """Return a line on each mutant that is not always caught, and not listed as equivalent."""
        return [
            f"{one.place}: not caught in {one.gradings - one.failed} of {one.gradings} gradings"
            for one in self.of("mutant")
            if one.failed < one.gradings
        ]

    def table(self) -> str:
        """Return the proof as text."""
        rows = [HEAD, *(self._row(exercise) for exercise in self.exercises)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
        outcome = "proven" if self.ok else f"not sound: {len(self.failures)} failures"
        notes = [
            *(f"FAILURE  {line}" for line in self.failures),
            *(f"remark   {line}" for line in self.remarks),
        ]
        return "\n".join([*lines, "", *notes, f"{self.sheet}: {outcome}; {self.seconds:.0f} s"])

    def _row(self, exercise: Exercise) -> tuple[str, ...]:
        visible = sum(kind.visible for kind in exercise.cases.kinds)
        right, wrong, mutants = (self.of(subject, exercise.name) for subject in ("right", "wrong", "mutant"))
        every = len(
            [one for one in self.verdicts if (one.subject, one.exercise) == ("mutant", exercise.name)]
        )
        gradings = max((one.gradings for one in right), default=0)
        equivalent = f" + {every - len(mutants)} equivalent" if every > len(mutants) else ""
        return (
            exercise.name,
            f"{visible} + {len(exercise.cases.kinds) - visible}",
            f"{len(right)} × {gradings}",
            f"{sum(not one.failed for one in right)}",
            f"{len(wrong)}",
            f"{sum(one.failed == one.gradings for one in wrong)}",
            f"{sum(one.hinted == one.gradings for one in wrong)}",
            f"{len(mutants)}{equivalent}",
            f"{sum(one.failed == one.gradings for one in mutants)}",
        )

    def _wrong_judgements(self) -> Iterable[str]:
        for one in self.verdicts:
            passed = f"in {one.gradings - one.failed} of {one.gradings} gradings"
            if one.subject == "stub" and not one.failed:
                yield f"{one.place}: {one.message}"
            if one.subject == "right" and one.failed:
                yield f"{one.place}: refused in {one.failed} of {one.gradings} gradings: {one.message}"
            if one.subject == "wrong" and one.failed < one.gradings:
                yield f"{one.place}: gets all points {passed}"
            if one.subject == "kind" and one.failed < one.gradings and not self._is_edge(one):
                yield f"{one.place}: an answer of {one.message} is right {passed}"

    def _wrong_equivalents(self) -> Iterable[str]:
        names = {exercise.name for exercise in self.exercises}
        for entry in self.equivalents:
            covered = [
                one
                for one in self.verdicts
                if one.subject == "mutant" and entry.covers(one.exercise, one.name)
            ]
            if entry.exercise in names and not covered:
                yield f"{EQUIVALENTS}: {entry.exercise} has no mutant {entry.change!r}"
            for one in covered:
                if one.failed:
                    yield f"{EQUIVALENTS}: {one.place}: caught in {one.failed} of {one.gradings} gradings"

    def _idle_kinds(self) -> Iterable[str]:
        for exercise in self.exercises:
            texts = self.of("wrong", exercise.name) + self.of("mutant", exercise.name)
            busy = frozenset[str]().union(*(one.kinds for one in texts))
            for kind in exercise.cases.kinds:
                if not kind.visible and kind.name not in busy:
                    yield f"{exercise.name}, kind {kind.name}: no mistake and no mutant fails it"

    def _is_edge(self, verdict: Verdict) -> bool:
        kinds = next(one for one in self.exercises if one.name == verdict.exercise).cases.kinds
        return any(kind.edge for kind in kinds if kind.name == verdict.name)


def merge(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Return one verdict for each text or kind, where several tasks looked at parts of it, in a fixed order.

    Examples
    --------
    >>> merge([Verdict("nms", "right", "loop", 50, 0), Verdict("nms", "right", "loop", 50, 1)])[0].gradings
    100
    """
    merged: dict[tuple[str, str, str], Verdict] = {}
    for one in verdicts:
        key = one.exercise, one.subject, one.name
        merged[key] = one.joined(merged[key]) if key in merged else one
    return tuple(merged[key] for key in sorted(merged))
