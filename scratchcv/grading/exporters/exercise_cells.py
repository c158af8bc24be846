"""A sheet as the cells of a notebook: the guide's, with the functions to be written in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from scratchcv.errors import InputError
from scratchcv.grading.sheets.guide import GUIDE, guide
from scratchcv.grading.sheets.handout import parts
from scratchcv.grading.sheets.sheet import Sheet


@dataclass(frozen=True)
class Cell:
    """A cell of a sheet's notebook.

    Attributes
    ----------
    kind : {"markdown", "raw", "code", "given", "stub"}
        "given" has the imports and the functions that are given, "stub" a function to be written.
    source : str
    exercise : str
        The exercise's name, of a stub.
    """

    kind: str
    source: str
    exercise: str = ""


def exercise_cells(sheet: Sheet) -> list[Cell]:
    """Return the cells of a sheet's notebook.

    Parameters
    ----------
    sheet : Sheet
        With a guide, in which stubs take the place of the cells that check them; what it does not mention
        follows at its end. Without one, title, description, and each exercise.

    Raises
    ------
    InputError
        When the guide is no notebook, or marks an exercise that the sheet does not have.

    Notes
    -----
    In a guide the metadata ``{"scratchcv": {"exercise": "box_iou"}}`` mark a cell that checks `box_iou`.
    """
    imports, given, texts = parts(sheet)
    stubs = {
        exercise.name: Cell("stub", text, exercise.name)
        for exercise, text in zip(sheet.exercises, texts, strict=True)
    }
    has_guide = (sheet.folder / GUIDE).is_file()
    opening = Cell("markdown", f"# {sheet.title}\n\n{sheet.description.strip()}".strip())
    cells = list(_guided(sheet, stubs)) if has_guide else [opening]
    first = next((place for place, cell in enumerate(cells) if cell.kind == "code"), 0)
    cells.insert(first + 1, Cell("given", "\n\n\n".join(filter(None, [imports, given]))))
    for exercise in sheet.exercises:
        if stubs[exercise.name] not in cells:
            cells += [Cell("markdown", f"## `{exercise.name}`"), stubs[exercise.name]]
    return cells


def _guided(sheet: Sheet, stubs: dict[str, Cell]) -> Iterator[Cell]:
    placed = set()
    for number, cell in enumerate(guide(sheet)["cells"], start=1):
        name = cell.get("metadata", {}).get("scratchcv", {}).get("exercise")
        if name is None:
            yield Cell(cell["cell_type"], "".join(cell["source"]))
        elif name not in stubs:
            where = f"{sheet.folder / GUIDE}: cell {number}"
            raise InputError(f"{where}: is marked for {name!r}; the sheet has no such exercise")
        elif name not in placed:
            placed.add(name)
            yield stubs[name]
