"""The sheet of losses: its banks are as large as promised, and tell right from wrong."""

import functools
import itertools

import numpy as np
import pytest

from scratchcv.grading.compare import in_float64, judge
from scratchcv.grading.feedback import Answer, explain
from scratchcv.grading.sheets.sheet import load_sheet

SHEET = load_sheet("a3_losses")
SEEDS = (b"first", b"second")
EXERCISES = pytest.mark.parametrize("exercise", SHEET.exercises, ids=lambda exercise: exercise.name)


@functools.cache
def calls(exercise, seed):
    """Return every kind, a call of it, and the right answer."""
    drawn = [pair for visible in (True, False) for pair in exercise.cases.draw(seed, visible=visible)]
    return [(kind, call, in_float64(call).apply(exercise.reference)) for kind, call in drawn]


@functools.cache
def answers(exercise, function, seed):
    """Return what a function answers, as the grader sees it."""
    found = []
    for kind, call, expected in calls(exercise, seed):
        result = call.apply(function)
        difference = judge(result, expected, call, exercise.cases.magnitude, exercise.cases.accepts)
        found.append(Answer(kind, call, expected, result, "", difference))
    return found


def wrong(exercise, function, seed):
    return [answer.kind.name for answer in answers(exercise, function, seed) if not answer.passed]


def nothing(value):
    """Return zeros of the same structure."""
    if isinstance(value, dict):
        return {name: nothing(item) for name, item in value.items()}
    return tuple(map(nothing, value)) if isinstance(value, tuple) else np.zeros_like(value)


def test_the_points_sum_to_100():
    assert SHEET.points == 100


@EXERCISES
def test_the_banks_are_as_large_as_promised(exercise):
    kinds = exercise.cases.kinds
    assert sum(kind.visible for kind in kinds) >= 5
    assert sum(not kind.visible for kind in kinds) >= 15
    assert len(exercise.misconceptions) >= 8
    assert len(exercise.solutions) >= 5
    assert len({variant.text for variant in exercise.misconceptions}) == len(exercise.misconceptions)
    assert exercise.task


@EXERCISES
@pytest.mark.parametrize("seed", SEEDS)
def test_right_solutions_are_right(exercise, seed):
    for variant in exercise.solutions:
        assert wrong(exercise, variant.function, seed) == [], variant.name


@EXERCISES
def test_the_librarys_own_text_is_right(exercise):
    namespace = {}
    exec(SHEET.solution(), namespace)
    assert wrong(exercise, namespace[exercise.name], SEEDS[0]) == []


@EXERCISES
def test_doing_nothing_is_wrong_but_for_the_edges(exercise):
    for kind, call, expected in calls(exercise, SEEDS[0]):
        if kind.edge:
            continue
        for found in (nothing(expected), call.arguments[0], call.arguments[-1], None):
            bank = exercise.cases
            assert judge(found, expected, call, bank.magnitude, bank.accepts) is not None, kind.name


@EXERCISES
def test_every_mistake_is_caught_by_a_hidden_kind(exercise):
    hidden = {kind.name for kind in exercise.cases.kinds if not kind.visible}
    for variant in exercise.misconceptions:
        assert hidden & set(wrong(exercise, variant.function, SEEDS[0])), variant.name


@EXERCISES
def test_mistakes_are_told_apart(exercise):
    for one, other in itertools.combinations(exercise.misconceptions, 2):
        pairs = zip(*(answers(exercise, mistake.function, SEEDS[0]) for mistake in (one, other)), strict=True)
        assert any(
            mine.passed != theirs.passed or differ(exercise, mine, theirs) for mine, theirs in pairs
        ), f"{one.name} and {other.name} answer everything alike"


def differ(exercise, mine, theirs):
    return judge(mine.found, theirs.found, mine.call, exercise.cases.magnitude) is not None


@pytest.mark.slow
@EXERCISES
@pytest.mark.parametrize("seed", SEEDS)
def test_every_mistake_gets_its_own_hint(exercise, seed):
    for variant in exercise.misconceptions:
        hint, name = explain(exercise, answers(exercise, variant.function, seed))
        assert (name, hint) == (variant.name, variant.text)
