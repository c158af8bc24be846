"""What grading found: of a case, an exercise, a submission; as JSON and back."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from scratchcv.errors import InputError

FORMAT = "scratchcv/result/1"

LARGEST_DETAIL = 4096
"""Arrays of visible cases with more elements than this are described, not written down."""


@dataclass(frozen=True)
class CaseResult:
    """One call of a student's function.

    Attributes
    ----------
    kind, title : str
        Which kind of input it was; students may read the title.
    visible, edge, passed : bool
        Whether the student may see the numbers, whether a function doing nothing would pass, the outcome.
    reason : str
        ``""`` when passed, else that of a `Difference`, or "raised", "bad return", "timeout", "died",
        "state", "not run".
    message : str
        One clause, with numbers: for the student where the case is visible.
    detail : dict
        Of visible cases: arguments, keywords, expected, found, index; see `plain`.
    """

    kind: str
    title: str
    visible: bool
    edge: bool
    passed: bool
    reason: str = ""
    message: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ExerciseResult:
    """What a submission earned in an exercise, and what it should be told.

    Attributes
    ----------
    function : str
        Dotted name of the original.
    points, earned : float
        What the exercise is worth, and what was got.
    cases : tuple of CaseResult
    problem : str
        Why nothing could be called: the function is missing, not done yet, its line could not be run.
    hint : str
        What the student seems to have misunderstood, or how the answers differ.
    misconception : str
        Which mistake of the bank it is; ``""`` where the hint is a general one.
    printed : str
        What the visible calls printed.
    seed : str
        Hexadecimal; with it the same inputs are drawn again.
    """

    function: str
    points: float
    earned: float
    cases: tuple[CaseResult, ...] = ()
    problem: str = ""
    hint: str = ""
    misconception: str = ""
    printed: str = ""
    seed: str = ""

    @property
    def name(self) -> str:
        """Return the function's name."""
        return self.function.rpartition(".")[2]

    def passed(self, *, visible: bool) -> tuple[int, int]:
        """Return how many of the visible or of the hidden kinds passed, and how many there are."""
        cases = [case for case in self.cases if case.visible == visible]
        return sum(case.passed for case in cases), len(cases)


@dataclass(frozen=True)
class SubmissionResult:
    """The outcome of a submission.

    Attributes
    ----------
    sheet, sheet_digest : str
        The sheet, and its state.
    student, digest : str
        Whose submission, and the SHA-256 of what was handed in.
    status : {"graded", "unreadable", "not graded", "checked"}
        "unreadable" is the submission's fault, "not graded" the grader's; "checked" has visible cases only.
    fault : str
        The reason for the last three but "checked".
    exercises : tuple of ExerciseResult
    notes : tuple of str
        What was left out of the submission: magics, plots.
    level : str
        How the submission was shut in: "sealed", "guarded", "self-check".
    environment : dict
        Versions, limits, probes: what it takes to repeat it.

    Examples
    --------
    >>> result = SubmissionResult("a1_boxes", "", "ada", "", "graded")
    >>> SubmissionResult.from_json(result.to_json()) == result
    True
    """

    sheet: str
    sheet_digest: str
    student: str
    digest: str
    status: str
    fault: str = ""
    exercises: tuple[ExerciseResult, ...] = ()
    notes: tuple[str, ...] = ()
    level: str = ""
    environment: dict[str, Any] = field(default_factory=dict)

    @property
    def earned(self) -> float:
        """Return the points of all exercises, to the hundredth."""
        return round(sum(exercise.earned for exercise in self.exercises), 2)

    @property
    def points(self) -> float:
        """Return what all exercises are worth."""
        return sum(exercise.points for exercise in self.exercises)

    def to_json(self) -> str:
        """Return the result as text; the same result gives the same text."""
        return (
            json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False, allow_nan=False)
            + "\n"
        )

    @staticmethod
    def from_json(text: str) -> "SubmissionResult":
        """Return the result that was written as this text.

        Raises
        ------
        InputError
            When it is something else.
        """
        try:
            fields = json.loads(text)
            if fields.pop("format") != FORMAT:
                raise ValueError(f"the format must be {FORMAT}")
            exercises = tuple(
                ExerciseResult(**{**one, "cases": tuple(CaseResult(**case) for case in one["cases"])})
                for one in fields.pop("exercises")
            )
            return SubmissionResult(**{**fields, "exercises": exercises, "notes": tuple(fields["notes"])})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"not a grading result: {error}") from error


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it; an array becomes its dtype, its shape and its numbers.

    NaN and infinities become text, large arrays are cut.

    Examples
    --------
    >>> plain(np.array([1.0, np.nan]))
    {'dtype': 'float64', 'shape': [2], 'values': [1.0, 'nan']}
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        values = [plain(item) for item in value.reshape(-1)[:LARGEST_DETAIL].tolist()]
        return {"dtype": value.dtype.name, "shape": list(value.shape), "values": values}
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if np.isfinite(value) else str(value)
    return value if value is None or isinstance(value, bool | int | str) else repr(value)
