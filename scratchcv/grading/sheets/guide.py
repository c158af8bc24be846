"""The guiding notebook of a sheet: as it is, or with the functions to be written in it."""

import json
import re
from typing import Any

from scratchcv.errors import InputError
from scratchcv.grading.sheets.handout import parts
from scratchcv.grading.sheets.sheet import Sheet

GUIDE = "guide.ipynb"

Cell = dict[str, Any]


def guide(sheet: Sheet) -> dict[str, Any]:
    """Return the notebook that leads through a sheet, or a plain one where the sheet has none.

    Parameters
    ----------
    sheet : Sheet

    Raises
    ------
    InputError
        When the sheet's ``guide.ipynb`` is no notebook.

    Examples
    --------
    >>> from scratchcv.grading.sheets.sheet import load_sheet
    >>> guide(load_sheet("a1_boxes"))["nbformat"]
    4
    """
    path = sheet.folder / GUIDE
    if not path.is_file():
        return _plain_guide(sheet)
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if all(isinstance(cell["cell_type"], str) for cell in notebook["cells"]):
            return dict(notebook)
    except (ValueError, KeyError, TypeError):
        pass
    raise InputError(f"{path}: is not a notebook")


def guide_with_stubs(sheet: Sheet) -> dict[str, Any]:
    """Return the notebook with what is given at its top, and each stub above the first cell that checks it.

    Parameters
    ----------
    sheet : Sheet

    Examples
    --------
    >>> from scratchcv.grading.sheets.sheet import load_sheet
    >>> "def box_iou" in json.dumps(guide_with_stubs(load_sheet("a1_boxes")))
    True
    """
    imports, given, exercises = parts(sheet)
    notebook = guide(sheet)
    cells: list[Cell] = list(notebook["cells"])
    first = next((place for place, cell in enumerate(cells) if cell["cell_type"] == "code"), len(cells))
    cells.insert(first + 1, code_cell("\n\n\n".join(filter(None, [imports, given]))))
    for exercise, text in zip(sheet.exercises, exercises, strict=True):
        cells.insert(_first_use(cells, exercise.name), code_cell(text))
    return {**notebook, "cells": _numbered(cells)}


def code_cell(text: str) -> Cell:
    """Return a cell of code without outputs."""
    source = text.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def _text_cell(text: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": text.strip().splitlines(keepends=True)}


def _plain_guide(sheet: Sheet) -> dict[str, Any]:
    opening = f'from scratchcv.grading import Assignment\n\nassignment = Assignment("{sheet.name}")'
    cells = [_text_cell(f"# {sheet.title}\n\n{sheet.description}"), code_cell(opening)]
    for exercise in sheet.exercises:
        cells.append(_text_cell(f"## {exercise.name}\n\n{exercise.task}"))
        cells.append(code_cell(f'assignment.check("{exercise.name}")'))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": _numbered(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _numbered(cells: list[Cell]) -> list[Cell]:
    return [{**cell, "id": f"cell-{number:02}"} for number, cell in enumerate(cells, 1)]


def _first_use(cells: list[Cell], name: str) -> int:
    """Return the place of the first cell that asks the assignment for a function; the end if none does."""
    asks = re.compile(rf"""\b(?:check|function)\(\s*["']{re.escape(name)}["']""")
    for place, cell in enumerate(cells):
        if cell["cell_type"] == "code" and asks.search("".join(cell["source"])):
            return place
    return len(cells)
