"""Which picture shows a wrong answer, if any: boxes over each other, or maps beside their difference."""

import re
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading.report_parts import argument_names, mismatch, returns
from scratchcv.grading.report_text import array_of
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
    try:
        import scratchcv.visualize as draw
    except ImportError:
        return None
    wrong = mismatch(case)
    expected, found = array_of(wrong.expected), array_of(wrong.found)
    same_shape = expected is not None and found is not None and expected.shape == found.shape
    if _other_format(case):
        return None
    if expected is not None and found is not None and _answers_boxes(exercise, expected):
        if looks_like_boxes(found):
            figure = draw.boxes_figure({"expected": expected, "got": found})
            return draw.figure_png(figure, dpi=150), "The boxes that were expected, and those that came."
    elif expected is not None and found is not None and same_shape and _is_map(expected):
        planes = [array[wrong.index[:-2]] if wrong.index else array for array in (expected, found)]
        where = f" at {list(wrong.index[:-2])}" if wrong.index[:-2] else ""
        return draw.figure_png(draw.difference_figure(*planes), dpi=150), f"The result{where}, as greys."
    sets = _boxes_among(exercise, case)
    if not sets:
        return None
    marked: dict[str, int] = {}
    if expected is not None and [len(some) for some in sets.values()] == list(expected.shape) and wrong.index:
        marked = dict(zip(sets, wrong.index, strict=True))
    return draw.figure_png(draw.boxes_figure(sets, marked), dpi=150), "The boxes that went in."


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
