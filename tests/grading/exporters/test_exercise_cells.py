"""A sheet's notebook: the guide with the functions in it."""

import json

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.exporters.exercise_cells import exercise_cells


def guide(folder, *cells):
    """Write a guide of (type, source, exercise)."""
    written = [
        {"cell_type": kind, "metadata": {"scratchcv": {"exercise": name}} if name else {}, "source": [source]}
        for kind, source, name in cells
    ]
    (folder / "guide.ipynb").write_text(json.dumps({"cells": written}))


def kinds(sheet):
    return [(cell.kind, cell.exercise) for cell in exercise_cells(sheet)]


def test_a_sheet_without_a_guide(small_sheet):
    cells = exercise_cells(small_sheet)
    order = ["markdown", "given", "markdown", "stub", "markdown", "stub"]
    assert [cell.kind for cell in cells] == order
    assert cells[0].source == "# Areas\n\nTwo functions."


def test_the_cells_are_a_whole_file_of_stubs(small_sheet):
    namespace = {}
    for cell in exercise_cells(small_sheet):
        if cell.kind in ("given", "stub"):
            exec(cell.source, namespace)
    with pytest.raises(NotImplementedError):
        namespace["match_rpn"]([[0.5]])
    assert namespace["clip_boxes_to_image"]([[-1, 0, 2, 9]], (5, 5)).tolist() == [[0, 0, 2, 5]]


def test_stubs_take_the_place_of_the_guides_checks(small_sheet):
    guide(
        small_sheet.folder,
        ("markdown", "# Welcome", ""),
        ("code", "import numpy", ""),
        ("code", 'check("match_rpn")', "match_rpn"),
        ("code", 'check("match_rpn")', "match_rpn"),
        ("markdown", "Now areas.", ""),
        ("code", 'check("box_area")', "box_area"),
    )
    assert kinds(small_sheet) == [
        ("markdown", ""),
        ("code", ""),
        ("given", ""),
        ("stub", "match_rpn"),
        ("markdown", ""),
        ("stub", "box_area"),
    ]


def test_what_the_guide_forgets_follows_at_its_end(small_sheet):
    guide(small_sheet.folder, ("code", 'check("match_rpn")', "match_rpn"))
    assert kinds(small_sheet)[-1] == ("stub", "box_area")


def test_a_mark_for_no_exercise(small_sheet):
    guide(small_sheet.folder, ("code", 'check("nms")', "nms"))
    with pytest.raises(InputError, match=r"guide\.ipynb: cell 1: is marked for 'nms'"):
        exercise_cells(small_sheet)
