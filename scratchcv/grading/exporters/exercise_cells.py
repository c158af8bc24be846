"""A sheet as the cells of a notebook: the guide's, with the exercises' stubs where it has its checks."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass

from scratchcv.errors import InputError
from scratchcv.grading.exercise import Exercise
from scratchcv.grading.sheet import Sheet

GUIDE = "guide.ipynb"


@dataclass(frozen=True)
class Cell:
    """A cell of a sheet's notebook.

    Attributes
    ----------
    kind : {"markdown", "code", "setup", "stub"}
        "setup" has imports and what is given, "stub" an exercise's function.
    source : str
    exercise : str
        The exercise's name, of a stub.
    """

    kind: str
    source: str
    exercise: str = ""


def sheet_cells(sheet: Sheet) -> list[Cell]:
    """Return the cells of a sheet's notebook.

    Parameters
    ----------
    sheet : Sheet
        With a guide, in which each exercise's check is replaced by its stub; exercises that the guide does
        not mention follow at the end. Without one, task and stub of each exercise.

    Raises
    ------
    InputError
        When the guide is no notebook, or marks an exercise that the sheet does not have.
    """
    setup, stubs = split_stubs(sheet)
    guide = sheet.folder / GUIDE
    cells = list(_guided(sheet, stubs)) if guide.is_file() else [Cell("markdown", _opening(sheet))]
    if not any(cell.kind == "setup" for cell in cells):
        cells.insert(1, Cell("setup", ""))
    cells = [Cell("setup", setup) if cell.kind == "setup" else cell for cell in cells]
    placed = {cell.exercise for cell in cells}
    for exercise in sheet.exercises:
        if exercise.name not in placed:
            cells += [Cell("markdown", _heading(exercise)), Cell("stub", stubs[exercise.name], exercise.name)]
    return cells


def split_stubs(sheet: Sheet) -> tuple[str, dict[str, str]]:
    """Return what stands above the exercises in the file of stubs, and the text of each exercise's stub."""
    text = sheet.stubs()
    lines = text.splitlines()
    names = {exercise.name for exercise in sheet.exercises}
    stubs, others = {}, []
    for node in ast.parse(text).body:
        first = min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", []))])
        part = "\n".join(lines[first - 1 : node.end_lineno])
        if isinstance(node, ast.FunctionDef) and node.name in names:
            stubs[node.name] = part
        elif not isinstance(node, ast.Expr):  # the file's docstring
            others.append((part, isinstance(node, ast.Import | ast.ImportFrom)))
    imports = "\n".join(part for part, is_import in others if is_import)
    definitions = (part for part, is_import in others if not is_import)
    return "\n\n\n".join(filter(None, [imports, *definitions])), stubs


def _guided(sheet: Sheet, stubs: dict[str, str]) -> Iterator[Cell]:
    path = sheet.folder / GUIDE
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a notebook: {error}") from error
    for number, cell in enumerate(cells, start=1):
        marks = cell["metadata"].get("scratchcv", {})
        source = "".join(cell["source"])
        if marks.get("setup"):
            yield Cell("setup", source)
        elif "exercise" not in marks:
            yield Cell(cell["cell_type"], source)
        elif marks["exercise"] in stubs:
            yield Cell("stub", stubs[marks["exercise"]], marks["exercise"])
        else:
            raise InputError(f"{path}: cell {number}: the sheet has no exercise {marks['exercise']!r}")


def _opening(sheet: Sheet) -> str:
    return f"# {sheet.title}\n\n{sheet.description.strip()}".strip()


def _heading(exercise: Exercise) -> str:
    points = f"{exercise.points:g} point{'s' if exercise.points != 1 else ''}"
    return f"## `{exercise.name}` ({points})\n\n{exercise.task.strip()}".strip()
