"""An exercise and its banks."""

import numpy as np
import pytest

from scratchcv.boxes import box_area
from scratchcv.errors import InputError
from scratchcv.grading.sheets.sheet import load_sheet


def test_banks(small_sheet):
    exercise = small_sheet.exercise("box_area")
    assert exercise.reference is box_area
    assert [variant.name for variant in exercise.misconceptions] == ["one_too_long", "perimeter"]
    assert exercise.misconceptions[0].text.startswith("Your sides are one too long")
    assert [variant.name for variant in exercise.solutions] == ["loop", "product"]
    assert small_sheet.exercise("match_rpn").misconceptions == ()


def test_a_variant_is_a_whole_submission(small_sheet):
    for variant in small_sheet.exercise("box_area").solutions:
        namespace = {}
        exec(variant.source, namespace)
        assert namespace["box_area"](np.array([[0, 0, 2, 3.0]])).tolist() == [6.0]


def test_cases_are_needed(small_folder):
    (small_folder / "cases" / "match_rpn.py").unlink()
    with pytest.raises(InputError, match=r"match_rpn has no cases/match_rpn.py"):
        _ = load_sheet(small_folder).exercise("match_rpn").cases


@pytest.mark.parametrize(
    ("text", "message"),
    [("1 / 0\n", "ZeroDivisionError"), ("def (\n", "SyntaxError"), ("VISIBLE = ()\n", "tuple HIDDEN")],
)
def test_a_broken_bank_is_named(small_folder, text, message):
    (small_folder / "cases" / "match_rpn.py").write_text(text)
    with pytest.raises(InputError, match=rf"match_rpn.py: .*{message}"):
        _ = load_sheet(small_folder).exercise("match_rpn").cases
