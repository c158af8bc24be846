import numpy as np
import pytest

from scratchcv.testing import check_answer

OPEN = "Fill in your answer above, then run this cell again."


def test_an_open_exercise():
    assert check_answer(None, 3) == OPEN


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (1.07, 1.0667),
        (0.01, 0.01),
        (0.333, 1 / 3),
        (-0.4999, -0.5),
        (12, 12.0),
        (0, 1e-17),
        (12, np.int64(12)),
    ],
)
def test_three_digits_are_right(answer, right):
    assert check_answer(answer, right) == "Right."
    assert check_answer(np.array(answer), right) == "Right."


@pytest.mark.parametrize(
    ("answer", "right"),
    [(0.0085, 0.01), (1.06, 1.0667), (0.5, -0.5), (320, 319), (48_120, 48_000), (0.001, 0), (3.01, 3)],
)
def test_others_are_not(answer, right):
    assert check_answer(answer, right) == "Not yet."


def test_a_mistake_gets_its_hint():
    mistakes = [(0.5, "half"), (0.25, "a quarter"), (48_120, "with biases")]
    assert check_answer(0.25, 1 / 3, mistakes) == "a quarter"
    assert check_answer(0.2505, 1 / 3, mistakes) == "a quarter"
    assert check_answer(48_120, 48_000, mistakes) == "with biases"
    assert check_answer(0.3, 1 / 3, mistakes) == "Not yet."


def test_the_nearest_number_decides():
    right, mistakes = 0.7722, [(0.77, "three digits")]
    assert check_answer(0.772, right, mistakes) == "Right."
    assert check_answer(0.77, right, mistakes) == "three digits"
    assert check_answer(3, 3, [(3, "a mistake that is none")]) == "Right."


def test_the_tolerance_is_a_setting():
    assert check_answer(0.4985, 0.5) == "Right."
    assert check_answer(0.4985, 0.5, rtol=1e-6) == "Not yet."


@pytest.mark.parametrize("answer", ["a half", [1, 2], {}, np.ones(2)])
def test_one_number_please(answer):
    assert check_answer(answer, 0.5).startswith("One number, please, got ")


def test_nan_is_not_right():
    assert check_answer(float("nan"), 0.5) == "Not yet."
