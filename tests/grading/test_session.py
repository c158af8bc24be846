"""A submission at work: what its answers, errors and deaths are worth."""

import numpy as np
import pytest

from scratchcv.grading.process.outcome import BadReturnError, ChildDiedError, LoadProblem, StudentError
from scratchcv.grading.session import DEATHS, Session

SEED = b"seed"


class Box:
    """Stands for the sealed process: calls the function here, and dies where it raises `SystemExit`."""

    def __init__(self, function, problems=(), defined=True):
        self.function, self.problems, self.defined = function, list(problems), defined
        self.status, self.printed, self.open = None, "", True

    def load(self, source, filename="submission.py"):
        assert source == "text"
        return self.problems

    def call(self, name, arguments, keywords, *, most_bytes=None):
        assert self.open
        assert name == "box_area"
        if not self.defined:
            raise StudentError("NameError", "submission.py does not define box_area", [])
        try:
            return self.function(*arguments, **keywords)
        except SystemExit:
            raise ChildDiedError("timeout", "it took longer than 5 s") from None
        except TypeError as error:
            raise BadReturnError(str(error)) from None
        except Exception as error:
            raise StudentError(type(error).__name__, str(error), [12]) from None

    def close(self):
        self.open = False


@pytest.fixture
def grade(small_sheet):
    """Return a function that grades an implementation of `box_area`; it keeps the boxes it started."""
    boxes = []

    def run(function, *, hidden=True, **box):
        def start():
            boxes.append(Box(function, **box))
            return boxes[-1]

        with Session(small_sheet.exercise("box_area"), "text", "line {}".format, start) as session:
            return session.grade(SEED, hidden=hidden)

    run.boxes = boxes
    yield run
    assert not any(box.open for box in boxes)


def right(boxes):
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def reasons(result):
    return {case.kind: case.reason for case in result.cases}


def test_a_right_answer_earns_all(grade):
    result = grade(right)
    assert result.earned == 6
    assert [case.kind for case in result.cases] == ["square", "some", "one", "single", "none"]
    assert result.passed(visible=False) == (4, 4)
    assert (result.hint, result.misconception, result.problem) == ("", "", "")


def test_the_visible_case_shows_its_numbers_and_hidden_ones_do_not(grade):
    cases = grade(lambda boxes: right(boxes) + 1).cases
    assert cases[0].detail["expected"] == {"dtype": "float64", "shape": [1], "values": [4.0]}
    assert cases[0].detail["found"]["values"] == [5.0]
    assert cases[0].detail["index"] == [0]
    assert cases[0].message == "the result is 5.0 at [0], expected 4.0"
    assert not any(case.detail for case in cases[1:])


def test_half_right_earns_half(grade):
    result = grade(lambda boxes: right(boxes) if len(boxes) != 1 else np.zeros(1))
    assert reasons(result) == {"square": "value", "some": "", "one": "value", "single": "", "none": ""}
    assert result.earned == 6 * 3 / 4


def test_doing_nothing_earns_nothing(grade):
    """The empty input would be right; it counts only beside something else."""
    result = grade(lambda boxes: np.zeros(len(boxes)))
    assert reasons(result)["none"] == ""
    assert result.earned == 0


def test_visible_cases_alone_earn_nothing(grade):
    result = grade(right, hidden=False)
    assert result.earned == 0
    assert [case.kind for case in result.cases] == ["square"]


def test_an_exception_names_its_line(grade):
    def divide(boxes):
        raise ZeroDivisionError("division by zero")

    result = grade(divide)
    assert set(reasons(result).values()) == {"raised"}
    assert result.cases[0].message == "raises ZeroDivisionError in line 12: division by zero"
    assert result.hint == "One square: the function raises ZeroDivisionError."


def test_an_empty_stub_is_not_done_yet(grade):
    def stub(boxes):
        raise NotImplementedError("box_area: to do")

    result = grade(stub)
    assert (result.earned, result.problem, result.hint) == (0, "not done yet", "")
    assert [case.kind for case in result.cases] == ["square"]


def test_a_missing_function(grade):
    assert grade(right, defined=False).problem == "there is no function box_area"


def test_a_file_that_cannot_be_read(grade, small_sheet):
    problem = LoadProblem(3, "SyntaxError", "invalid syntax")
    result = grade(right, problems=[problem], defined=False)
    assert result.problem == "Python cannot read the file: line 3: invalid syntax"
    problem = LoadProblem(2, "NameError", "name 'nq' is not defined")
    result = grade(right, problems=[problem], defined=False)
    assert result.problem == (
        "there is no function box_area; line 2 raised NameError: name 'nq' is not defined"
    )
    assert grade(right, problems=[problem]).earned == 6


def test_after_two_deaths_it_is_not_called_any_more(grade):
    def hang(boxes):
        raise SystemExit

    result = grade(hang)
    assert result.earned == 0
    assert sorted(reasons(result).values()) == ["not run"] * 3 + ["timeout"] * DEATHS
    assert "it took longer than 5 s" in result.hint
    assert len(grade.boxes) == 1 + DEATHS


def test_one_death_costs_one_case(grade):
    def dies_of_nothing(boxes):
        if not len(boxes):
            raise SystemExit
        return right(boxes)

    result = grade(dies_of_nothing)
    assert reasons(result)["none"] == "timeout"
    assert result.earned == 6 * 3 / 4


def test_what_cannot_travel_is_wrong(grade):
    def odd(boxes):
        raise TypeError("a set cannot be compared")

    result = grade(odd)
    assert set(reasons(result).values()) == {"bad return"}
    assert result.earned == 0


def test_a_function_that_remembers_is_found_out(grade):
    seen = {}

    def remembers(boxes):
        key = boxes.tobytes()
        seen[key] = seen.get(key, 0) + 1
        return right(boxes) * seen[key]

    result = grade(remembers)
    assert list(reasons(result).values()).count("state") == 1
    assert result.earned == 6 * 3 / 4


def test_hidden_inputs_follow_the_seed(small_sheet):
    asked = []

    def remember(boxes):
        asked.append(boxes.tobytes())
        return right(boxes)

    for seed in (b"1", b"1", b"2"):
        with Session(
            small_sheet.exercise("box_area"), "text", "line {}".format, lambda: Box(remember)
        ) as session:
            session.grade(seed, hidden=True)
    third = len(asked) // 3
    assert asked[:third] == asked[third : 2 * third] != asked[2 * third :]
