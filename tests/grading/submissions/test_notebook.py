"""Notebooks: code cells become one text; what cannot be graded is named by cell and line."""

import ast
import json
import random

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.submissions.definitions import MOST_CHARACTERS, LeftOut
from scratchcv.grading.submissions.notebook import place, read_notebook


def notebook(*sources):
    cells = [{"cell_type": "markdown", "source": "# Boxes"}]
    cells += [{"cell_type": "code", "source": source, "outputs": []} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4}).encode()


EXAMPLE = notebook(
    "%matplotlib inline\nimport numpy as np",
    ["def f(x):\r\n", "    return x\n", "print(f(1))"],
    "%%bash\nrm -rf /",
    "def g(:\n    pass\n",
    "y = !ls\nz = 1",
)


def test_cells_become_one_text():
    text = read_notebook(EXAMPLE, "a.ipynb")
    lines = "pass", "import numpy as np", "def f(x):", "    return x", "", "", "", "", "", "", "pass", "z = 1"
    assert text.source == "\n".join(lines) + "\n"
    assert text.left_out == [
        LeftOut(1, "%matplotlib inline"),
        LeftOut(5, "print"),
        LeftOut(6, "a cell of %%bash"),
        LeftOut(11, "y = !ls"),
    ]
    assert text.broken == [LeftOut(8, "invalid syntax")]


def test_places():
    cells = read_notebook(EXAMPLE, "a.ipynb").cells
    assert [place(cells, line) for line in (1, 2, 3, 5, 12)] == [
        "cell 2, line 1",
        "cell 2, line 2",
        "cell 3, line 1",
        "cell 3, line 3",
        "cell 6, line 2",
    ]


def test_a_byte_order_mark_is_welcome():
    assert read_notebook(b"\xef\xbb\xbf" + notebook("x = 1"), "a").source == "x = 1\n"


@pytest.mark.parametrize("source", ["x = '\ud800'", "(" * 10_000, "-" * 10_000 + "1", "x\0", "9" * 5000])
def test_a_cell_that_python_cannot_read_is_left_out(source):
    text = read_notebook(notebook("x = 1", source, "y = 2"), "a.ipynb")
    assert text.source == "x = 1\n\ny = 2\n"
    assert [item.line for item in text.broken] == [2]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not a notebook: Expecting value"),
        (b"x = 1", "is not a notebook: Expecting value"),
        (b"\xff\xfe", "byte 0: is not UTF-8"),
        (b"[" * 100_000, "is not a notebook"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "is not a notebook: Exceeds"),
        (b"[]", "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"worksheets": []}', "old format"),
        (b'{"cells": [[]]}', "cell 1: is not a notebook's cell"),
        (b'{"cells": [{"cell_type": "code"}]}', "cell 1: its source is not text"),
        (b'{"cells": [{"cell_type": "code", "source": ["a", 1]}]}', "cell 1: its source is not text"),
        (notebook(), "has no code cell"),
        (notebook("#" * MOST_CHARACTERS, "#"), "characters of code"),
    ],
)
def test_no_notebook(data, message):
    with pytest.raises(InputError, match=message) as caught:
        read_notebook(data, "hw/a.ipynb")
    assert str(caught.value).startswith("hw/a.ipynb: ")


def mutate(rng, data):
    data = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(data) + 1)
        match rng.randrange(3):
            case 0:
                data[place : place + 1] = [rng.randrange(256)]
            case 1:
                del data[place : place + rng.randrange(1, 30)]
            case 2:
                data[place:place] = data[rng.randrange(len(data) + 1) :][: rng.randrange(1, 30)]
    return bytes(data)


def survive_mutants(count):
    """Read mutants of the example, every other one mutated within a cell, and return how many were read."""
    rng, read = random.Random(0), 0
    for number in range(count):
        if number % 2:
            data = mutate(rng, EXAMPLE)
        else:
            sources = ["".join(cell["source"]) for cell in json.loads(EXAMPLE)["cells"][1:]]
            chosen = rng.randrange(len(sources))
            sources[chosen] = mutate(rng, sources[chosen].encode()).decode(errors="surrogateescape")
            data = notebook(*sources)
        try:
            text = read_notebook(data, "a.ipynb")
        except InputError:
            continue
        ast.parse(text.source)
        read += 1
    return read


def test_mutants():
    assert survive_mutants(2000) > 1000


@pytest.mark.slow
def test_many_mutants():
    assert survive_mutants(100_000) > 50_000
