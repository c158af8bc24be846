"""Which picture shows a wrong answer, if any: boxes over each other, or maps beside their difference."""

import functools
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading.reports.parts import argument_names, mismatch, returns
from scratchcv.grading.reports.text import array_of
from scratchcv.grading.result import CaseResult, ExerciseResult

BOXES = r"box|anchor|prior|proposal|roi"
"""What is called so is boxes, where it looks like some: deltas and sizes have four columns too."""

LEAST_SIDE = 3
"""A map that is smaller is better read as numbers."""


def picture(exercise: ExerciseResult, case: CaseResult) -> tuple[bytes, str] | None:
    """Return a picture of a visible case that went wrong, as PNG, and what it shows.

    Parameters
    ----------
    exercise : ExerciseResult
    case : CaseResult
        One of its visible cases.

    Returns
    -------
    tuple of bytes and str, or None
        None where a picture would not help, or matplotlib is not installed.

    Examples
    --------
    >>> picture(ExerciseResult("m.f", 1, 0), CaseResult("k", "Any", True, False, False))
    """
    drawn = None if _other_format(case) else _draw(exercise, case)
    if drawn is None:
        return None
    from scratchcv.visualize.figure import figure_png

    try:
        return figure_png(drawn[0](), dpi=150), drawn[1]
    except ImportError:
        return None


def _draw(exercise: ExerciseResult, case: CaseResult) -> tuple[Callable[[], Any], str] | None:
    """Return what draws the picture, and what it shows."""
    from scratchcv.visualize.answers import boxes_figure, difference_figure

    wrong = mismatch(case)
    expected, found = array_of(wrong.expected), array_of(wrong.found)
    if expected is not None and found is not None:
        if _answers_boxes(exercise, expected) and looks_like_boxes(found):
            sets = {"expected": expected, "got": found}
            words = "The boxes that were expected, and those that came."
            row = dict.fromkeys(sets, wrong.index[0]) if wrong.index and len(expected) > 1 else {}
            return functools.partial(boxes_figure, sets, row), words
        if _is_map(expected) and expected.shape == found.shape:
            outer = wrong.index[:-2] or (0,) * (expected.ndim - 2)
            words = f"The result{f' at {list(outer)}' if outer else ''}, as greys."
            return functools.partial(difference_figure, expected[outer], found[outer]), words
    sets = _boxes_among(exercise, case)
    if not sets:
        return None
    marked: dict[str, int] = {}
    if expected is not None and wrong.index and tuple(map(len, sets.values())) == expected.shape:
        marked = dict(zip(sets, wrong.index, strict=True))
    return functools.partial(boxes_figure, sets, marked), "The boxes that went in."


def looks_like_boxes(array: Array) -> bool:
    """Say whether these are boxes: corners in order, and at least one box.

    Examples
    --------
    >>> looks_like_boxes(np.array([[0.0, 0, 2, 3]])), looks_like_boxes(np.array([[5.0, 0, 2, 3]]))
    (True, False)
    """
    if array.ndim != 2 or array.shape[1] != 4 or not len(array) or array.dtype.kind not in "iuf":
        return False
    ordered = (array[:, 2:] >= array[:, :2]).all() and (array[:, 2:] > array[:, :2]).any()
    return bool(np.isfinite(array).all() and ordered)


def _answers_boxes(exercise: ExerciseResult, expected: Array) -> bool:
    words = f"{exercise.name} {returns(exercise)}".lower()
    return looks_like_boxes(expected) and re.search(f"{BOXES}|xyxy", words) is not None


def _other_format(case: CaseResult) -> bool:
    """Say whether boxes go in or come out as centre or size: they would be drawn wrongly."""
    given = [*case.detail.get("arguments", []), *case.detail.get("keywords", {}).values()]
    return any(value in ("xywh", "cxcywh") for value in given if isinstance(value, str))


def _is_map(array: Array) -> bool:
    return array.ndim >= 2 and min(array.shape[-2:]) >= LEAST_SIDE and array.dtype.kind in "biuf"


def _boxes_among(exercise: ExerciseResult, case: CaseResult) -> dict[str, Array]:
    """Return the arguments that look like boxes, by name."""
    names = argument_names(exercise)
    given: list[tuple[str, Any]] = list(zip(names, case.detail.get("arguments", []), strict=False))
    given += case.detail.get("keywords", {}).items()
    arrays = {name: array_of(written) for name, written in given}
    return {
        name: array
        for name, array in arrays.items()
        if array is not None and re.search(BOXES, name) and looks_like_boxes(array)
    }
