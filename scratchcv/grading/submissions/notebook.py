"""Jupyter notebooks without Jupyter: the definitions in their code cells, as one Python text."""

import bisect
import json
import operator
import re
from dataclasses import dataclass
from typing import Any

from scratchcv.errors import InputError
from scratchcv.grading.submissions.definitions import MOST_CHARACTERS, LeftOut, keep_definitions
from scratchcv.grading.submissions.magics import drop_magics


@dataclass(frozen=True)
class NotebookText:
    """The Python text of a notebook.

    Attributes
    ----------
    source : str
        The definitions of all cells, in order.
    cells : tuple of (int, int)
        The line of `source` that each cell begins on, and the cell's number, which counts from 1 and counts
        cells of text too.
    left_out : list of LeftOut
        What is not graded; lines are those of `source`.
    broken : list of LeftOut
        Why, and where, a cell does not parse; nothing of such a cell is in `source`.
    """

    source: str
    cells: tuple[tuple[int, int], ...]
    left_out: list[LeftOut]
    broken: list[LeftOut]


def read_notebook(data: bytes, name: str) -> NotebookText:
    r"""Return the definitions in a notebook's code cells.

    Magics and shell commands are left out, as are cells that do not parse.

    Parameters
    ----------
    data : bytes
        An ``.ipynb`` file.
    name : str
        What messages call it.

    Raises
    ------
    InputError
        When this is no notebook of the present format, or has no code.

    Examples
    --------
    >>> cells = [{"cell_type": "code", "source": ["%pylab\n", "def f(x):\n", "    return x"]}]
    >>> text = read_notebook(json.dumps({"cells": cells}).encode(), "a1_boxes.ipynb")
    >>> text.source, text.left_out
    ('pass\ndef f(x):\n    return x\n', [LeftOut(line=1, what='%pylab')])
    """
    lines: list[str] = []
    starts, left_out, broken, characters = [], [], [], 0
    for number, cell in enumerate(_cells(data, name), start=1):
        text = _code(cell, f"{name}: cell {number}")
        if text is None:
            continue
        characters += len(text)
        if characters > MOST_CHARACTERS:
            raise InputError(f"{name}: has more than {MOST_CHARACTERS:,} characters of code")
        start = len(lines)
        starts.append((start + 1, number))
        try:
            text, dropped = _definitions(text)
            left_out += [LeftOut(start + line, what) for line, what in dropped]
        except SyntaxError as error:
            broken.append(LeftOut(start + (error.lineno or 1), error.msg))
            text = "\n" * text.count("\n")
        lines += text.split("\n")
    if not starts:
        raise InputError(f"{name}: has no code cell")
    return NotebookText("\n".join(lines) + "\n", tuple(starts), left_out, broken)


def place(cells: tuple[tuple[int, int], ...], line: int) -> str:
    """Return where in a notebook a line of its text is.

    Examples
    --------
    >>> place(((1, 2), (10, 5)), 11)
    'cell 5, line 2'
    """
    start, number = cells[bisect.bisect_right(cells, line, key=operator.itemgetter(0)) - 1]
    return f"cell {number}, line {line - start + 1}"


def _cells(data: bytes, name: str) -> list[Any]:
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: byte {error.start}: is not UTF-8, which notebooks are written in"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: is not a notebook: {error}") from error
    if isinstance(content, dict) and "worksheets" in content:
        raise InputError(f"{name}: is a notebook of an old format; open it in Jupyter and save it again")
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise InputError(f"{name}: is not a notebook: it has no list of cells")
    cells: list[Any] = content["cells"]
    return cells


def _code(cell: Any, where: str) -> str | None:
    if not isinstance(cell, dict):
        raise InputError(f"{where}: is not a notebook's cell")
    if cell.get("cell_type") != "code":
        return None
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(part, str) for part in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise InputError(f"{where}: its source is not text")
    return re.sub("\r\n?", "\n", source)


def _definitions(text: str) -> tuple[str, list[LeftOut]]:
    try:
        return keep_definitions(text)
    except SyntaxError:
        python, magics = drop_magics(text)
    kept, left_out = keep_definitions(python)
    return kept, sorted([*magics, *left_out])
