"""The sheet of layers: its banks are as large as promised, and tell right from wrong."""

import functools
import itertools
import json

import numpy as np
import pytest

from scratchcv.grading.compare import in_float64, judge
from scratchcv.grading.feedback import Answer, explain
from scratchcv.grading.sheets.sheet import load_sheet

SHEET = load_sheet("a2_layers")
SEEDS = (b"one", b"two")
EXERCISES = pytest.mark.parametrize("exercise", SHEET.exercises, ids=lambda exercise: exercise.name)


@functools.cache
def expectations(exercise, seed):
    """Return every kind, its call and the right answer; the visible ones are the same for all seeds."""
    kinds = [pair for visible in (True, False) for pair in exercise.cases.draw(seed, visible=visible)]
    return [(kind, call, in_float64(call).apply(exercise.reference)) for kind, call in kinds]


def difference(exercise, call, expected, found):
    return judge(found, expected, call, exercise.cases.magnitude, exercise.cases.accepts)


@functools.cache
def answers(exercise, function, seed):
    """Return what a function answers to every kind."""
    found = []
    for kind, call, expected in expectations(exercise, seed):
        result = call.apply(function)
        found.append(Answer(kind, call, expected, result, "", difference(exercise, call, expected, result)))
    return found


def wrong(exercise, function, seed=SEEDS[0]):
    return [answer.kind for answer in answers(exercise, function, seed) if not answer.passed]


def each(value, change):
    """Return the same structure with every array changed."""
    return tuple(map(change, value)) if isinstance(value, tuple) else change(value)


def are_alike(mine, theirs):
    """Say whether two wrong answers are one, whatever their shape."""
    sizes = each(theirs.found, lambda part: np.max(abs(part[np.isfinite(part)]), initial=0))
    return judge(mine.found, theirs.found, mine.call, lambda *_, **__: sizes) is None


def test_points_sum_to_100():
    assert SHEET.points == 100


@EXERCISES
def test_banks_are_as_large_as_promised(exercise):
    visible = [kind for kind in exercise.cases.kinds if kind.visible]
    assert len(visible) >= 5
    assert len(exercise.cases.kinds) - len(visible) >= 15
    assert len(exercise.solutions) >= 5
    assert len({variant.text for variant in exercise.misconceptions}) == len(exercise.misconceptions) >= 8
    assert exercise.task


@EXERCISES
def test_what_students_get_runs_without_the_library(exercise):
    namespace = {}
    exec(SHEET.solution(), namespace)
    assert wrong(exercise, namespace[exercise.name]) == []


@EXERCISES
def test_right_solutions_pass(exercise):
    failed = [
        (variant.name, seed, kind.name)
        for variant in exercise.solutions
        for seed in SEEDS
        for kind in wrong(exercise, variant.function, seed)
    ]
    assert failed == []


@EXERCISES
def test_doing_nothing_fails_but_for_the_edges(exercise):
    passed = [
        (kind.name, name)
        for kind, call, expected in expectations(exercise, SEEDS[0])
        if not kind.edge
        for name, found in enumerate([each(expected, np.zeros_like), None, *call.arguments])
        if difference(exercise, call, expected, found) is None
    ]
    assert passed == []


@EXERCISES
def test_hidden_kinds_catch_every_mistake(exercise):
    caught = {
        variant.name: any(not kind.visible and not kind.edge for kind in wrong(exercise, variant.function))
        for variant in exercise.misconceptions
    }
    assert all(caught.values()), caught


@EXERCISES
def test_mistakes_are_told_apart(exercise):
    for one, other in itertools.combinations(exercise.misconceptions, 2):
        pairs = zip(*(answers(exercise, mistake.function, SEEDS[0]) for mistake in (one, other)), strict=True)
        apart = any(mine.passed != theirs.passed or not are_alike(mine, theirs) for mine, theirs in pairs)
        assert apart, f"{one.name} and {other.name} answer everything alike"


@pytest.mark.parametrize("name", ["max_pool2d", "roi_pool"])
def test_any_of_equal_maxima_may_be_named_and_no_other_pixel(name):
    exercise = SHEET.exercise(name)
    tied = [item for item in expectations(exercise, SEEDS[0]) if item[0].name == "equal_maxima"]
    [(_, call, (y, first))] = tied
    loops = next(variant for variant in exercise.solutions if variant.name == "loops")
    assert (call.apply(loops.function)[1] != first).any()  # it names the last of equals
    for found in ((y, first + 1), (y + 1, first), (y, np.zeros_like(first)), (y[:, :, :1], first[:, :, :1])):
        assert difference(exercise, call, (y, first), found) is not None


@pytest.mark.slow
@EXERCISES
def test_every_mistake_gets_its_own_hint(exercise):
    hints = {
        variant.name: explain(exercise, answers(exercise, variant.function, SEEDS[0]))
        for variant in exercise.misconceptions
    }
    assert hints == {variant.name: (variant.text, variant.name) for variant in exercise.misconceptions}


def test_the_guide_checks_every_exercise_in_turn():
    notebook = json.loads((SHEET.folder / "guide.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    marks = [cell["metadata"].get("scratchcv", {}) for cell in code]
    assert marks[0] == {"setup": True}
    checks = {
        mark["exercise"]: "".join(cell["source"])
        for mark, cell in zip(marks, code, strict=True)
        if "exercise" in mark
    }
    assert checks == {exercise.name: f'check("{exercise.name}")' for exercise in SHEET.exercises}
    assert list(checks) == [exercise.name for exercise in SHEET.exercises]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
