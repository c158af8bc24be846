"""The guiding notebook, with and without the functions to be written in it."""

import json

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.sheets.guide import GUIDE, code_cell, guide, guide_with_stubs
from scratchcv.grading.sheets.sheet import load_sheet, sheet_names
from scratchcv.grading.submissions.notebook import read_notebook

CELLS = [
    {"cell_type": "markdown", "metadata": {}, "source": ["# Areas"]},
    code_cell("from scratchcv.grading import Assignment\nassignment = Assignment('small')\n"),
    code_cell("x = assignment.function('match_rpn')"),
    code_cell('check("box_area")'),
]


def sources(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def test_a_sheet_without_a_guide_gets_a_plain_one(small_sheet):
    notebook = guide(small_sheet)
    texts = sources(notebook)
    assert texts[0] == "# Areas\n\nTwo functions."
    assert texts[2:] == [
        "## box_area\n\nSides times sides.",
        'assignment.check("box_area")',
        "## match_rpn",
        'assignment.check("match_rpn")',
    ]
    assert len({cell["id"] for cell in notebook["cells"]}) == 6


def test_stubs_stand_above_the_cells_that_use_them(small_folder, small_sheet):
    (small_folder / GUIDE).write_text(json.dumps({"cells": CELLS, "metadata": {"a": 1}, "nbformat": 4}))
    notebook = guide_with_stubs(small_sheet)
    assert notebook["metadata"] == {"a": 1}
    places = [
        next(place for place, text in enumerate(sources(notebook)) if sign in text)
        for sign in (
            "import Assignment",
            "import numpy",
            "def match_rpn",
            "'match_rpn'",
            "def box_area",
            "check(",
        )
    ]
    assert places == [1, 2, 3, 4, 5, 6]


def test_exercises_that_no_cell_uses_stand_at_the_end(small_folder, small_sheet):
    (small_folder / GUIDE).write_text(json.dumps({"cells": CELLS[:1], "nbformat": 4}))
    texts = sources(guide_with_stubs(small_sheet))
    assert "def box_area" in texts[-2]
    assert "def match_rpn" in texts[-1]


@pytest.mark.parametrize("text", ["", "{}", '{"cells": 3}', '{"cells": [{}]}', "[]"])
def test_what_is_no_notebook(small_folder, small_sheet, text):
    (small_folder / GUIDE).write_text(text)
    with pytest.raises(InputError, match=r"guide\.ipynb: is not a notebook"):
        guide(small_sheet)


@pytest.mark.parametrize("name", sheet_names())
def test_a_notebook_that_was_handed_out_can_be_handed_in(name):
    sheet = load_sheet(name)
    text = read_notebook(json.dumps(guide_with_stubs(sheet)).encode(), f"{name}.ipynb")
    assert not text.broken
    for exercise in sheet.exercises:
        assert f"\ndef {exercise.name}(" in text.source
