"""The sheet of boxes: its banks are as large as promised, and tell right from wrong."""

import functools
import itertools
import json
import types

import numpy as np
import pytest

from scratchcv.assignments.a1_boxes.draw import clear_of, draw_crowds, draw_scores
from scratchcv.boxes.iou import box_iou_numpy
from scratchcv.grading.compare import in_float64, judge
from scratchcv.grading.sheets.case import Call
from scratchcv.grading.sheets.sheet import load_sheet

SHEET = load_sheet("a1_boxes")
SEEDS = (b"first", b"second")
EXERCISES = pytest.mark.parametrize("exercise", SHEET.exercises, ids=lambda exercise: exercise.name)


@functools.cache
def calls(exercise, seed):
    """Return each hidden kind, a call of it, and the right answer."""
    drawn = exercise.cases.draw(seed, visible=False)
    return [(kind, call, in_float64(call).apply(exercise.reference)) for kind, call in drawn]


def fault(exercise, call, expected, found):
    return judge(found, expected, call, exercise.cases.magnitude, exercise.cases.accepts)


@functools.cache
def answers(exercise, function, seed):
    return [call.apply(function) for _, call, _ in calls(exercise, seed)]


def failed(exercise, function, seed):
    """Return the names of the hidden kinds that a function answers wrongly."""
    pairs = zip(calls(exercise, seed), answers(exercise, function, seed), strict=True)
    return [kind.name for (kind, call, right), found in pairs if fault(exercise, call, right, found)]


def alike(one, other):
    """Say whether two answers are the same, up to rounding."""
    if isinstance(one, tuple) or isinstance(other, tuple):
        return (
            isinstance(one, tuple)
            and isinstance(other, tuple)
            and len(one) == len(other)
            and all(map(alike, one, other))
        )
    if one is None or other is None:
        return one is other
    one, other = np.asarray(one), np.asarray(other)
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-9, atol=1e-13, equal_nan=True)


def test_points_sum_to_100():
    assert SHEET.points == 100


@EXERCISES
def test_the_banks_are_as_large_as_promised(exercise):
    kinds = exercise.cases.kinds
    assert sum(kind.visible for kind in kinds) >= 5
    assert sum(not kind.visible for kind in kinds) >= 15
    assert len(exercise.solutions) >= 5
    assert len({mistake.text for mistake in exercise.misconceptions}) == len(exercise.misconceptions) >= 8
    assert exercise.task


@EXERCISES
def test_what_students_get_has_a_right_answer(exercise):
    names = {}
    exec(SHEET.solution(), names)
    assert failed(exercise, names[exercise.name], SEEDS[0]) == []


@EXERCISES
@pytest.mark.parametrize("seed", SEEDS)
def test_right_solutions_pass(exercise, seed):
    wrong = {solution.name: failed(exercise, solution.function, seed) for solution in exercise.solutions}
    assert not any(wrong.values()), wrong


@EXERCISES
@pytest.mark.parametrize("seed", SEEDS)
def test_mistakes_fail(exercise, seed):
    assert [m.name for m in exercise.misconceptions if not failed(exercise, m.function, seed)] == []


@EXERCISES
def test_mistakes_are_told_apart(exercise):
    twins = [
        (one.name, other.name)
        for one, other in itertools.combinations(exercise.misconceptions, 2)
        if all(map(alike, *(answers(exercise, mistake.function, SEEDS[0]) for mistake in (one, other))))
    ]
    assert twins == []


@EXERCISES
def test_doing_nothing_fails_but_for_the_edges(exercise):
    passed = []
    for kind, call, right in calls(exercise, SEEDS[0]):
        zeros = tuple(map(np.zeros_like, right)) if isinstance(right, tuple) else np.zeros_like(right)
        idle = [zeros, None, *call.arguments]
        passed += [kind.name for found in idle if not kind.edge and not fault(exercise, call, right, found)]
    assert passed == []


def test_any_order_of_equal_scores_is_right_and_nothing_else():
    accepts = SHEET.exercise("nms").cases.accepts
    boxes = np.array([[0, 0, 10, 10], [20, 0, 30, 10], [0, 0, 10, 9.0]])
    call = Call(boxes, np.array([0.5, 0.9, 0.5]), 0.5)

    def verdict(*kept):
        return call.apply(lambda *arguments: accepts(np.array(kept), None, *arguments))

    assert verdict(1, 0) == verdict(1, 2) == ""
    assert "decreasing score" in verdict(0, 1)
    assert "overlap too much" in verdict(1, 0, 2)
    assert "missing" in verdict(1)
    assert "twice" in verdict(1, 0, 0)
    assert "not one of the 3 boxes" in verdict(1, 3)


def test_the_guide_has_a_place_for_each_exercise_and_no_outputs():
    notebook = json.loads((SHEET.folder / "guide.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    marks = [cell["metadata"].get("scratchcv", {}) for cell in code]
    assert marks[0] == {"setup": True}
    assert [m["exercise"] for m in marks if "exercise" in m] == [e.name for e in SHEET.exercises]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("filled_in", [False, True])
def test_the_guide_runs_from_top_to_bottom(filled_in, capsys):
    notebook = json.loads((SHEET.folder / "guide.ipynb").read_text(encoding="utf-8"))
    functions, names = {}, {"check": SHEET.exercise}
    exec(SHEET.solution() if filled_in else SHEET.stubs(), functions)
    names["assignment"] = types.SimpleNamespace(function=functions.__getitem__)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "setup" not in cell["metadata"].get("scratchcv", {}):
            exec("".join(cell["source"]), names)
    printed = capsys.readouterr().out
    assert printed.count(": to do") == (0 if filled_in else len(SHEET.exercises))
    assert ("labels: [0, 1, 2, 0, 2]" in printed) == filled_in


def test_crowds_overlap_and_scores_differ():
    rng = np.random.default_rng(3)
    boxes = draw_crowds(rng, 3, 4)
    assert ((box_iou_numpy(boxes, boxes) > 0).sum(axis=1) == 4).all()
    assert np.diff(np.sort(draw_scores(rng, 50))).min() > 1e-3
    assert not clear_of(1.0, boxes)
