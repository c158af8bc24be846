"""Feedback: the mistake that explains the answers, or how they differ."""

import numpy as np
import pytest

from scratchcv.grading.compare import judge
from scratchcv.grading.feedback import Answer, explain, general_hint
from scratchcv.grading.sheets.case import Call, Kind
from scratchcv.grading.sheets.exercise import Variant

KIND = Kind("any", "Any boxes", Call, False, False)


def answers_of(exercise, function, count=5):
    """Return the answers of a function to random boxes."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(count):
        corners = rng.uniform(0, 9, (3, 2))
        call = Call(np.concatenate([corners, corners + 1 + rng.uniform(0, 9, (3, 2))], axis=1))
        expected = call.apply(exercise.reference)
        try:
            answer = call.apply(function)
        except Exception as error:
            found.append(Answer(KIND, call, expected, raised=type(error).__name__))
            continue
        found.append(Answer(KIND, call, expected, answer, "", judge(answer, expected, call)))
    return found


@pytest.fixture
def exercise(small_sheet):
    return small_sheet.exercise("box_area")


def test_right_answers_need_no_hint(exercise):
    assert explain(exercise, answers_of(exercise, exercise.reference)) == ("", "")
    assert explain(exercise, []) == ("", "")


def test_each_mistake_gets_its_own_hint(exercise):
    for variant in exercise.misconceptions:
        assert explain(exercise, answers_of(exercise, variant.function)) == (variant.text, variant.name)


def test_a_mistake_of_shape_is_recognised_where_there_are_magnitudes(exercise, monkeypatch):
    def doubled(boxes):
        return np.repeat(boxes[:, 2:].prod(axis=1), 2)

    mistake = Variant("doubled", "You return two numbers for each box.", doubled, "")
    monkeypatch.setitem(vars(exercise), "misconceptions", (mistake,))
    monkeypatch.setattr(exercise.cases, "magnitude", exercise.reference)
    assert explain(exercise, answers_of(exercise, lambda boxes: doubled(boxes) + 1))[1] == ""
    assert explain(exercise, answers_of(exercise, doubled)) == (mistake.text, "doubled")


def test_a_mistake_that_explains_most(exercise):
    answers = answers_of(exercise, exercise.misconceptions[0].function)[:3]
    answers += answers_of(exercise, lambda boxes: np.zeros(len(boxes)))[3:]
    hint, name = explain(exercise, answers)
    assert name == "one_too_long"
    assert hint.startswith("On 3 of 5 inputs that went wrong: Your sides")


def test_zeros_do_not_tell_which_mistake_it_is(exercise, monkeypatch):
    def zeros(boxes):
        return np.zeros(len(boxes))

    mistake = Variant("zeros", "You return zeros.", zeros, "")
    monkeypatch.setitem(vars(exercise), "misconceptions", (mistake,))
    answers = answers_of(exercise, zeros)[:4] + answers_of(exercise, lambda boxes: -boxes[:, 0] - 1)[4:]
    assert explain(exercise, answers)[1] == ""
    assert explain(exercise, answers[:4]) == (mistake.text, "zeros")


def test_an_unknown_mistake_gets_a_general_hint(exercise):
    hint, name = explain(exercise, answers_of(exercise, lambda boxes: 2 * exercise.reference(boxes)))
    assert name == ""
    assert hint.startswith("Any boxes: the factor is 2")


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (lambda x: None, "nothing is returned"),
        (lambda x: x / 0 if isinstance(x, int) else {}["a"], "the function raises KeyError"),
        (lambda x: x.T, "transposed"),
        (lambda x: -x, "the sign is flipped"),
        (lambda x: 0 * x, "zero everywhere"),
        (lambda x: x[::-1], "reversed along axis 0"),
        (lambda x: x[[1, 2, 0]], "stand in another order"),
        (lambda x: x + 1, "off by the same amount"),
        (lambda x: np.where(x > 5, 0, x), "values are right"),
        (lambda x: np.log(x * 0), "NaN or infinity"),
        (lambda x: (x, x), "the result is a tuple of 2"),
        (lambda x: x[0], "an array of shape (4,), and should be an array of shape (3, 4)"),
        (lambda x: x.T[:, :2], "the result is an array of shape (4, 2)"),
    ],
)
def test_general_hints(function, hint):
    x = np.arange(1.0, 13).reshape(3, 4) ** 1.5
    with np.errstate(all="ignore"):
        try:
            answer = Answer(KIND, Call(x), x, function(x), "", judge(function(x), x, Call(x)))
        except KeyError:
            answer = Answer(KIND, Call(x), x, raised="KeyError")
    assert not answer.passed
    assert hint in general_hint([answer])


def test_hints_of_parts():
    expected = {"loss": 1.0, "gradients": (np.ones(2), np.array([1.0, 2.0]))}
    found = {"loss": 1.0, "gradients": (np.ones(2), np.array([-1.0, -2.0]))}
    answer = Answer(KIND, Call(), expected, found, "", judge(found, expected, Call()))
    assert general_hint([answer]) == (
        "Any boxes: in part 'gradients' of the result in part 1 of the result the sign is flipped."
    )


def test_names_that_students_give_exceptions_are_not_repeated():
    answer = Answer(KIND, Call(), 1.0, raised="X_31_4159")
    assert general_hint([answer]) == "Any boxes: the function raises an exception of its own."
