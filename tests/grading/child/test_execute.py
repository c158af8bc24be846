"""Submissions run statement by statement, and their errors are described without trusting them."""

import sys

import pytest

from scratchcv.grading.child.execute import Submission, describe


@pytest.fixture
def load():
    def load(source):
        submission = Submission("submission.py")
        return submission, submission.load(source)

    yield load
    sys.modules.pop("submission", None)


def test_functions_below_a_failure_are_there(load):
    submission, problems = load("import nothing_like_this\ndef f(x, y=2):\n    return x * y\n")
    assert problems == [(1, "ModuleNotFoundError", "No module named 'nothing_like_this'")]
    assert submission.call("f", (3,), {"y": 5}) == 15


def test_main_is_not_run(load):
    assert load("if __name__ == '__main__':\n    1 / 0\n")[1] == []


def test_the_future_is_kept(load):
    submission, problems = load(
        '"""Doc."""\nfrom __future__ import annotations\ndef f(x: Unknown) -> Other: return 1\n'
    )
    assert problems == []
    assert submission.module.__doc__ == "Doc."
    assert submission.call("f", (0,), {}) == 1


def test_lines_are_those_of_the_text(load):
    _, problems = load("def f():\n    raise ValueError('a')\n\n\nf()\n\n1 / 0\n")
    assert problems == [(2, "ValueError", "a"), (7, "ZeroDivisionError", "division by zero")]


@pytest.mark.parametrize("error", ["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def test_what_stops_programs_is_a_problem_like_others(load, error):
    submission, problems = load(f"raise {error}(3)\ndef f(): return 1\n")
    assert problems == [(1, error, "3")]
    assert submission.call("f", (), {}) == 1


def test_what_the_compiler_refuses_is_one_problem(load):
    _, problems = load("x = " + "(" * 500 + ")" * 500)
    assert len(problems) == 1
    assert load("def f():\n  return 1\nbreak\n")[1] == [(3, "SyntaxError", "'break' outside loop")]


class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit


class EvilError(Exception, metaclass=Meta):
    def __str__(self):
        raise SystemExit


class Text(str):
    def __getitem__(self, index):
        raise SystemExit


class SubclassError(Exception):
    def __str__(self):
        return Text("a" * 1000 + "\ud800")


def test_descriptions_survive_their_exceptions():
    assert describe(EvilError(), "submission.py") == ("Exception", "(its message cannot be printed)", [])
    kind, message, _ = describe(SubclassError(), "submission.py")
    assert (kind, message, type(message)) == ("SubclassError", "a" * 300, str)
    assert describe(ValueError("\ud800"), "submission.py")[1] == "?"


def test_deep_recursion_names_a_few_lines(load):
    submission, _ = load("def f(n):\n    return f(n + 1)\n")
    with pytest.raises(RecursionError) as caught:
        submission.call("f", (0,), {})
    assert describe(caught.value, "submission.py")[2] == [2] * 5
