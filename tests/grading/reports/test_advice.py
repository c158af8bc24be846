"""Advice for exceptions and for calls that never end."""

import pytest

from scratchcv.grading.reports.advice import advice
from tests.grading.results import wrong


@pytest.mark.parametrize(
    ("reason", "message", "words"),
    [
        ("timeout", "it did not answer within 5 s", "loop that never ends"),
        ("raised", "raises NameError in line 3: name 'iou' is not defined", "slip of the pen"),
        ("raised", "raises ModuleNotFoundError: No module named 'torch'", "NumPy"),
        ("raised", "raises TypeError: f() takes 1 positional argument but 2 were given", "line with def"),
        ("raised", "raises TypeError: f() got an unexpected keyword argument 'stride'", "line with def"),
        ("raised", "raises ValueError: operands could not be broadcast together", "shapes"),
        ("raised", "raises IndexError in line 2: index 4 is out of bounds for axis 0", "Print the shape"),
        ("raised", "raises ValueError: The truth value of an array is ambiguous", ".any()"),
    ],
)
def test_advice(reason, message, words):
    assert words in advice(wrong([], 1.0, None, reason=reason, message=message))


@pytest.mark.parametrize(
    ("reason", "message"), [("raised", "raises KeyError: 'NameErrors'"), ("value", "NameError")]
)
def test_no_advice_is_better_than_a_guess(reason, message):
    assert advice(wrong([], 1.0, None, reason=reason, message=message)) == ""
