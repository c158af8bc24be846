"""What to tell a student whose answers are wrong: which mistake explains them."""

import builtins
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scratchcv.grading.compare import Difference, compare, describe, judge
from scratchcv.grading.sheets.case import Call, Kind
from scratchcv.grading.sheets.exercise import Exercise, Variant
from scratchcv.testing.causes import name_factor

ENOUGH = 0.5
"""A mistake that explains a smaller share of the wrong answers is not mentioned."""


@dataclass(frozen=True)
class Answer:
    """A student's answer to a call.

    Attributes
    ----------
    kind : Kind
    call : Call
    expected : object
        The right answer.
    found : object
        What the function returned; None where it did not.
    raised : str
        The type of the exception that it raised, else ``""``.
    difference : Difference or None
        What is wrong; None for a right answer.
    """

    kind: Kind
    call: Call
    expected: Any
    found: Any = None
    raised: str = ""
    difference: Difference | None = None

    @property
    def passed(self) -> bool:
        """Say whether the answer is right."""
        return not self.raised and self.difference is None


def explain(exercise: Exercise, answers: Sequence[Answer]) -> tuple[str, str]:
    """Return what to tell the student, and the name of the misconception that says so.

    Parameters
    ----------
    exercise : Exercise
    answers : sequence of Answer
        To all calls that came back, right ones too.

    Returns
    -------
    hint, misconception : str
        Both empty where all is right. The hint of a misconception whose answers equal the student's on all
        inputs; else of the one that equals most of the wrong ones, if that is half of them or more; else how
        the answers differ.

    Notes
    -----
    A mistake that answers a wrongly answered input rightly does not explain it. Hints hold no numbers of
    hidden inputs: they are the bank's sentences, or say shapes, factors and names of exceptions.
    """
    wrong = [not answer.passed for answer in answers]
    if not any(wrong):
        return "", ""
    # Of each mistake: which answers are its own.
    shared = [
        (variant, [_is_answer_of(exercise, variant, answer) for answer in answers])
        for variant in exercise.misconceptions
    ]
    whole = [(sum(same), variant) for variant, same in shared if all(map(operator.ge, same, wrong))]
    if whole:
        _, best = max(whole, key=lambda pair: pair[0])
        return best.text, best.name
    telling = list(map(_tells, answers))
    parts = [(sum(map(operator.and_, same, telling)), variant) for variant, same in shared]
    explained, likely = max(parts, key=lambda pair: pair[0], default=(0, None))
    if likely is None or not explained or explained < ENOUGH * sum(wrong):
        return general_hint([answer for answer in answers if not answer.passed]), ""
    return f"On {explained} of {sum(wrong)} inputs that went wrong: {likely.text}", likely.name


def _tells(answer: Answer) -> bool:
    """Say whether a part of the answers like this one tells a mistake: zeros come of too many."""
    return not answer.passed and (bool(answer.raised) or not _is_zero(answer.found))


def _is_answer_of(exercise: Exercise, variant: Variant, answer: Answer) -> bool:
    try:
        with np.errstate(all="ignore"):
            theirs = answer.call.apply(variant.function)
    except Exception as error:
        return type(error).__name__ == answer.raised
    if answer.raised:
        return False
    cases = exercise.cases
    if (
        not answer.passed
        and judge(theirs, answer.expected, answer.call, cases.magnitude, cases.accepts) is None
    ):
        return False
    try:
        return judge(answer.found, theirs, answer.call, cases.magnitude) is None
    except (ValueError, KeyError, IndexError, TypeError):  # magnitudes have another shape: the right answer's
        return judge(answer.found, theirs, answer.call, lambda *_, **__: _largest(theirs)) is None


def _largest(value: Any) -> Any:
    """Return the size of the largest number of each array in an answer."""
    if isinstance(value, tuple | list):
        return [_largest(item) for item in value]
    if isinstance(value, dict):
        return {key: _largest(item) for key, item in value.items()}
    numbers = np.asarray(value)
    return np.max(abs(numbers[np.isfinite(numbers)]), initial=0) if numbers.dtype.kind in "iufc" else 0


def _is_zero(value: Any) -> bool:
    """Say whether an answer holds no number but zeros."""
    if isinstance(value, dict):
        return all(map(_is_zero, value.values()))
    if isinstance(value, tuple | list):
        return all(map(_is_zero, value))
    return value is not None and not isinstance(value, str) and not np.any(value)


def general_hint(wrong: Sequence[Answer]) -> str:
    """Say how wrong answers differ, where no known mistake explains them.

    Parameters
    ----------
    wrong : sequence of Answer
        One or more.

    Examples
    --------
    >>> kind = Kind("any", "Any number", Call, False, False)
    >>> general_hint([Answer(kind, Call(1.0), -2.0, 2.0, "", Difference("value", "is 2.0, expected -2.0"))])
    'Any number: the sign is flipped.'
    """
    raised = [answer for answer in wrong if answer.raised]
    if len(raised) == len(wrong):
        # The name of an exception that a student defines could carry a hidden input out.
        known = isinstance(getattr(builtins, raised[0].raised, None), type)
        name = raised[0].raised if known else "an exception of its own"
        return f"{raised[0].kind.title}: the function raises {name}."
    answer = next(answer for answer in wrong if not answer.raised)
    clause = _relation(answer.found, answer.expected)
    return f"{answer.kind.title}: {clause}."


def _relation(found: Any, expected: Any) -> str:
    if found is None and expected is not None:
        return "nothing is returned: the return statement is missing, or stands on one branch only"
    if isinstance(expected, tuple | list | dict):
        keys = list(expected) if isinstance(expected, dict) else list(range(len(expected)))
        if not _same_container(found, expected):
            return f"the result is {describe(found)}, and should be {describe(expected)}"
        for key in keys:
            if compare(found[key], expected[key]) is not None:
                return f"in part {key!r} of the result {_relation(found[key], expected[key])}"
        return "the values differ"
    array, wanted = np.asarray(found), np.asarray(expected)
    if array.shape != wanted.shape:
        turned = " (it is transposed)" if array.ndim == 2 and array.T.shape == wanted.shape else ""
        return f"the result is {describe(found)}, and should be {describe(expected)}{turned}"
    if array.dtype.kind != "f" or wanted.dtype.kind != "f" or not wanted.size:
        return "the values differ"
    return _relation_of_numbers(array.astype(np.float64), wanted.astype(np.float64))


def _same_container(found: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return isinstance(found, dict) and found.keys() == expected.keys()
    return isinstance(found, tuple | list) and len(found) == len(expected)


def _relation_of_numbers(found: Any, wanted: Any) -> str:
    if not np.isfinite(found).all():
        return "the result holds NaN or infinity: a division by zero, a logarithm of zero, or an overflow"
    if not found.any():
        return "the result is zero everywhere"
    if found.ndim == 2 and found.T.shape == wanted.shape and np.allclose(found.T, wanted):
        return "the result is transposed"
    for axis in range(found.ndim):
        if np.allclose(np.flip(found, axis), wanted):
            return f"the result is reversed along axis {axis}"
    if np.allclose(np.sort(found, axis=None), np.sort(wanted, axis=None)):
        return "the values are right and stand in another order"
    counts = abs(wanted) > 1e-12 * abs(wanted).max()
    ratios = found[counts] / wanted[counts]
    if ratios.size and np.ptp(ratios) <= 1e-6 * abs(ratios).max():
        return name_factor(float(np.median(ratios)), found.shape)
    right = np.isclose(found, wanted)
    if right.any():
        return f"{int(right.sum())} of {right.size} values are right"
    if np.ptp(found - wanted) <= 1e-6 * abs(found - wanted).max():
        return "every value is off by the same amount"
    return "the values differ"
