"""Mutants of an exercise: which code is changed, how they are called, what their text is."""

import pytest

from scratchcv.grading.proof.mutants import mutants, own_definitions
from scratchcv.grading.sheets.sheet import load_sheet

MODULE = '''
"""A function and its helpers."""

from scratchcv.boxes.area import box_area

LEAST = 2


def _check_count(count):
    if count < 1:
        raise ValueError("count must be positive")


def _double(x):
    return x + x


def given(x):
    return x * 5


def function(boxes, count=1):
    """Return something."""
    _check_count(count)
    return _double(box_area(boxes)) + given(count) + LEAST, boxes[0] + boxes[0]
'''

MANIFEST = """
title = "Own"

[[exercise]]
function = "mutated_module.function"
points = 1
given = ["mutated_module.given"]
"""


@pytest.fixture
def exercise(tmp_path, monkeypatch):
    (tmp_path / "mutated_module.py").write_text(MODULE.lstrip())
    (tmp_path / "manifest.toml").write_text(MANIFEST)
    monkeypatch.syspath_prepend(tmp_path)
    yield load_sheet(tmp_path).exercise("function")
    monkeypatch.undo()


def test_only_what_students_write_is_changed(exercise):
    assert [item.name for item in own_definitions(exercise)] == ["LEAST", "_double", "function"]


def test_the_complete_list(exercise):
    whole = "_double(box_area(boxes)) + given(count) + LEAST"
    returned = "boxes[0] + boxes[0]"
    assert [mutant.name for mutant in mutants(exercise)] == [
        "LEAST: LEAST = 2 → LEAST = 3 (line 1 of it)",
        "LEAST: LEAST = 2 → LEAST = 1 (line 1 of it)",
        "_double: x + x → x - x (line 2 of it)",
        "function: count=1 → count=2 (line 1 of it)",
        "function: count=1 → count=0 (line 1 of it)",
        f"function: return ({whole}, {returned}) → return ({returned}, {whole}) (line 4 of it)",
        f"function: {whole} → _double(box_area(boxes)) + given(count) - LEAST (line 4 of it)",
        "function: _double(box_area(boxes)) + given(count)"
        " → _double(box_area(boxes)) - given(count) (line 4 of it)",
        f"function: {returned} → boxes[0] - boxes[0] (line 4 of it)",
        "function: boxes[0] → boxes[1] (line 4 of it)",
        "function: boxes[0] → boxes[-1] (line 4 of it)",
        "function: boxes[0] → boxes[1] [2] (line 4 of it)",
        "function: boxes[0] → boxes[-1] [2] (line 4 of it)",
    ]


def test_the_text_is_a_complete_submission(exercise):
    boxes = [[0.0, 0, 1, 1], [0, 0, 2, 3]]
    answers = []
    for mutant in mutants(exercise)[:3]:
        namespace = {}
        exec(mutant.source, namespace)
        answers.append(namespace["function"]([*map(list, boxes)][:1] * 2, 1)[0].tolist())
    assert answers == [[10.0, 10.0], [8.0, 8.0], [7.0, 7.0]]


def test_they_are_the_same_each_time(exercise):
    assert mutants(exercise) == mutants(exercise)


def test_a_function_of_the_library(small_sheet):
    names = [mutant.change for mutant in mutants(small_sheet.exercise("match_rpn"))]
    assert "match_rpn_numpy: largest < low → largest <= low" in names
    assert len(names) == len(set(names))
