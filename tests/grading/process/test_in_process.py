"""A submission in the grader's own process, as in a browser."""

import numpy as np
import pytest

from scratchcv.grading.process.in_process import InProcess
from scratchcv.grading.process.outcome import BadReturnError, LoadProblem, StudentError
from scratchcv.grading.process.sandbox import Limits

SOURCE = """
print("loading")
import no_such_module
def double(x):
    print("doubling")
    x *= 2
    return x
def fails(x):
    return x["a"]
def leaves():
    raise SystemExit(3)
def returns(): return object()
def stops(): raise KeyboardInterrupt
"""


@pytest.fixture
def box():
    box = InProcess()
    message = "No module named 'no_such_module'"
    assert box.load(SOURCE) == [LoadProblem(3, "ModuleNotFoundError", message)]
    return box


def test_answers_are_copies(box):
    x = np.arange(3.0)
    assert box.call("double", (x,), {}).tolist() == [0, 2, 4]
    assert box.printed == "loading\ndoubling\n"


def test_what_a_function_raises(box):
    with pytest.raises(StudentError) as caught:
        box.call("fails", ({},), {})
    assert (caught.value.kind, caught.value.lines) == ("KeyError", [9])
    with pytest.raises(StudentError, match="SystemExit"):
        box.call("leaves", (), {})
    with pytest.raises(StudentError, match="does not define missing"):
        box.call("missing", (), {})


def test_what_cannot_be_compared(box):
    with pytest.raises(BadReturnError, match="type object"):
        box.call("returns", (), {})


def test_who_works_here_can_interrupt_it(box):
    with pytest.raises(KeyboardInterrupt):
        box.call("stops", (), {})


def test_it_is_a_self_check_and_keeps_the_beginning_of_what_is_printed():
    box = InProcess(Limits(kept_output=10), numba=True, layers=())
    assert box.status.level == "self-check"
    box.load("print('a' * 100)")
    assert box.printed == "a" * 10
    box.close()
