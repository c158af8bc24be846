"""What IPython understands and Python does not, taken out of a cell."""

import ast
import random

import pytest

from scratchcv.grading.submissions.definitions import LeftOut
from scratchcv.grading.submissions.magics import drop_magics


@pytest.mark.parametrize(
    "magic",
    [
        "%matplotlib inline",
        "!pip install torch",
        "!echo \"it's\" '''",
        "files = !ls",
        "a, b = %timeit -o f(x)",
        "?np.sum",
        "np.sum?",
        "np.sum??  ",
        "!ls \\\n  -l",
        "%%capture",
    ],
)
def test_a_magic_becomes_pass(magic):
    kept, left_out = drop_magics(f"x = 1\nif x:\n    {magic}\ny = 2")
    lines = "\n" * magic.count("\n")
    assert kept == f"x = 1\nif x:\n    pass{lines}\ny = 2"
    assert left_out == [LeftOut(3, magic.partition("\n")[0].rstrip())]


@pytest.mark.parametrize(
    "python",
    [
        "text = '''\n%no magic\n!\n'''",
        'text = r"""\n! \\""" \'\n?"""',
        "x = (a  # it's\n     % b)",
        "x = '%d' % y",
        "x != y",
        "x = 'a\\\n%b'",
        "y = {1: [\n!= 2]}",
    ],
)
def test_python_stays(python):
    assert drop_magics(f"{python}\n!ls") == (f"{python}\npass", [LeftOut(python.count("\n") + 2, "!ls")])


@pytest.mark.parametrize("magic", ["time", "capture out", "prun"])
def test_cells_that_run_as_python_stay(magic):
    assert drop_magics(f"\n%%{magic}\nx = 1") == ("\npass\nx = 1", [LeftOut(2, f"%%{magic}")])


@pytest.mark.parametrize("magic", ["bash", "html", "writefile", "timeit", ""])
def test_other_cells_do_not(magic):
    assert drop_magics(f"\n%%{magic} x\nx = 1") == ("\n\n", [LeftOut(2, f"a cell of %%{magic}")])


def test_a_long_one_is_named_by_its_beginning():
    (left_out,) = drop_magics("!" + "a" * 1000)[1]
    assert left_out.what == "!" + "a" * 38 + "…"


def test_any_text_keeps_its_lines():
    rng = random.Random(0)
    parts = ["%", "!", "?", "\n", "'", '"', "'''", '"""', "\\", "(", ")", "#", " ", "x", "=", "%%", "é"]
    for _ in range(5000):
        text = "".join(rng.choices(parts, k=rng.randrange(20)))
        kept, _ = drop_magics(text)
        assert kept.count("\n") == text.count("\n")


def test_python_without_magics_is_not_touched():
    with open(ast.__file__, encoding="utf-8") as file:  # noqa: PTH123
        text = file.read()
    assert drop_magics(text) == (text, [])
