"""Trials: questions with their judges, and the process that texts are tried in."""

import functools

import numpy as np
import pytest

from scratchcv.grading.process.sandbox import Limits, Sandbox
from scratchcv.grading.proof.trial import Bench, empty_answers, questions, trial_seed
from scratchcv.grading.sheets.case import Call

RIGHT = "def box_area(boxes):\n    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])\n"
HANGS = "def box_area(boxes):\n    while len(boxes) == 1: pass\n    return boxes\n"


@pytest.fixture
def exercise(small_sheet):
    return small_sheet.exercise("box_area")


@pytest.fixture
def bench(exercise):
    with Bench(exercise, functools.partial(Sandbox, Limits(seconds=0.5))) as bench:
        yield bench


def test_questions_are_the_hidden_ones_and_the_same_each_time(exercise):
    first, second, other = (questions(exercise, number) for number in (1, 1, 2))
    assert [question.kind.name for question in first] == ["some", "one", "single", "none"]
    assert all(np.array_equal(a.expected, b.expected) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[1].expected, other[1].expected)
    assert trial_seed(exercise, 1) != trial_seed(exercise, 2)


def test_they_know_right_from_wrong(exercise):
    for question in questions(exercise, 0)[:3]:
        areas = question.call.apply(exercise.reference)
        assert question.judge(areas) == ""
        assert question.judge(areas + 1).startswith("is ")
        assert question.judge((areas,)) != ""


def test_a_difference_in_a_part_is_placed(small_sheet):
    exercise = small_sheet.exercise("match_rpn")
    question = questions(exercise, 0)[0]
    assert question.judge(question.expected) == ""


def test_empty_answers(exercise):
    question = questions(exercise, 0)[0]
    answers = empty_answers(question)
    assert answers["None"] is None
    assert answers["zeros"].shape == question.expected.shape
    assert not answers["zeros"].any()
    assert answers["its first argument"] is question.call.arguments[0]
    keywords = type(question)(question.kind, Call(x=1), {"a": np.ones(2), "b": None, "c": "text"}, len)
    assert str(empty_answers(keywords)) == str(
        {"None": None, "zeros": {"a": np.zeros(2), "b": None, "c": ""}}
    )


def test_texts_are_tried_one_after_the_other(exercise, bench):
    question = questions(exercise, 0)[0]
    assert bench.load(RIGHT) == ""
    assert bench.ask(question) == ""
    assert bench.load(RIGHT.replace("* (", "+ (")) == ""
    assert bench.ask(question).startswith("is ")
    assert bench.load("def box_area(boxes):\n    return 1 / 0\n") == ""
    assert bench.ask(question) == "ZeroDivisionError: division by zero"
    assert bench.load("x = 1 / 0") == "ZeroDivisionError: division by zero"
    assert bench.grade(RIGHT, 0).earned == 6
    assert bench.ask(question) == ""


def test_a_text_that_dies_is_loaded_again(exercise, bench):
    some, one, *_ = questions(exercise, 0)
    bench.load(HANGS)
    assert bench.is_alive()
    assert "within 0.5 s" in bench.ask(one)
    assert not bench.is_alive()
    assert bench.ask(some).startswith("has shape")
    assert bench.is_alive()


def test_a_text_that_dies_at_once(exercise, bench):
    assert "ended by itself" in bench.load("import os\nos._exit(3)")
    assert not bench.is_alive()
    assert bench.ask(questions(exercise, 0)[0]) == "its process dies"
