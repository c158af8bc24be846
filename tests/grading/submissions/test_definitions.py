"""What of a Python text is graded: definitions, on the lines where they were."""

import ast
import random

import pytest

from scratchcv.grading.submissions.definitions import MOST_CHARACTERS, LeftOut, keep_definitions, parse

KEPT = [
    "import os",
    "from numpy import (\n  zeros,\n  ones)",
    "x = 1",
    "é: int = 2",
    "x += 1",
    "a, b = f(1), '''\n; print'''",
    "'a text'",
    "pass",
    "@decorated\ndef f(\n  x):\n  print(x); return x",
    "async def g(): await 1",
    "class A:\n    print('kept')\n",
    "try:\n  import numba\nexcept ImportError:\n  pass\nelse:\n  y = 1\nfinally:\n  z = 1",
    "if x:\n  def g(): pass\nelif y:\n  w = 1\nelse:\n  h = 1",
]
LEFT_OUT = {
    "print('ü', 1)": "print",
    "plt.figure.show(\n)": "plt.figure.show",
    "f()()": "a call",
    "x": "an expression",
    "for i in x:\n  y = 1\n\n  z = 2": "a loop",
    "while 1: pass": "a loop",
    "with open(x) as f: y = 1": "a with block",
    "assert f(1) == 2, '''\n'''": "assert",
    "del x": "del",
    "raise ValueError": "raise",
    "if x:\n  y = 1\n  print(y)": "an if block",
    "if __name__ == '__main__':\n  x = 1\nelse:\n  y = 2": "if __name__ == …",
    "try:\n  f()\nexcept E:\n  pass": "a try block",
    "match x:\n  case 1: pass": "a statement",
}


@pytest.mark.parametrize("text", KEPT)
def test_definitions_stay(text):
    assert keep_definitions(text) == (text, [])


@pytest.mark.parametrize(("text", "what"), LEFT_OUT.items())
def test_the_rest_is_blanked_and_named(text, what):
    kept, left_out = keep_definitions(f"\nx = 1  # é\n{text}  # why\ny = 2")
    assert left_out == [LeftOut(3, what)]
    blank = "\n" * text.count("\n")
    assert kept == f"\nx = 1  # é\n{blank}  # why\ny = 2"


def dumps(nodes):
    return [ast.dump(node, include_attributes=True) for node in nodes]


def test_any_mixture_keeps_its_definitions_where_they_were():
    rng = random.Random(0)
    statements = [*KEPT, *LEFT_OUT]
    for _ in range(1000):
        text = rng.choice(["", "# first\n", "\\\n", "\r\n"])
        for _ in range(rng.randrange(6)):
            statement = rng.choice(statements)
            simple = ":\n" not in statement and not statement.startswith(("while", "with", "async", "@"))
            ends = ["\n", "\r\n", "  # é\n", "\r", "\n\n", "\n\\\n", "\n\f"]
            text += statement + rng.choice(
                [*ends, "; ", ";", ";\n", " ; \\\n", " \\\n; "] if simple else ends
            )
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue  # a semicolon before a block
        kept, left_out = keep_definitions(text)
        lines = {item.line for item in left_out}
        wanted = [node for node in tree.body if ast.unparse(node) not in TEXTS_LEFT_OUT]
        stand_ins = [node for node in ast.parse(kept).body if ast.unparse(node) != "0"]
        assert dumps(stand_ins) == dumps(wanted), (text, kept)
        assert len(left_out) == len(tree.body) - len(wanted)
        assert lines <= {node.lineno for node in tree.body}
        assert kept.count("\n") == text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


TEXTS_LEFT_OUT = {ast.unparse(ast.parse(text)) for text in LEFT_OUT}


@pytest.mark.parametrize(
    "text",
    [
        "def f(:",
        "x = 1\0",
        "x = '\ud800'",
        "(" * 5000,
        "-" * 50_000 + "1",
        "a" + ".b" * 50_000,
        "if a:\n pass\n" + "elif a:\n pass\n" * 9000,
        "x = " + "9" * 5000,
        "def f():\n\tx = 1\n        y = 2",
        "#" * (MOST_CHARACTERS + 1),
    ],
)
def test_what_does_not_parse_is_a_syntax_error(text):
    with pytest.raises(SyntaxError):
        parse(text)


def test_a_chain_as_deep_as_python_allows():
    text = "if a:\n x = 1\n" + "elif a:\n x = 1\n" * 600
    assert keep_definitions(text) == (text, [])


def test_warnings_about_the_text_are_not_ours():
    assert keep_definitions(r"x = '\d' is 1") == (r"x = '\d' is 1", [])
