"""nbgrader: a course folder with the sheet's notebook, the grader beside it, and the configuration."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scratchcv.grading.exporters.exercise_cells import Cell, exercise_cells
from scratchcv.grading.exporters.kit import Kit
from scratchcv.grading.exporters.notebook_file import NotebookCell, write_notebook
from scratchcv.grading.exporters.template import fill

_MODULE = "scratchcv.grading.exporters.in_notebook"


def export_nbgrader(kit: Kit, folder: Path) -> list[Path]:
    """Write the folder of a course.

    Parameters
    ----------
    kit : Kit
    folder : Path
        Where to: ``nbgrader_config.py``, ``source/SHEET/SHEET.ipynb``, ``grader/SHEET_grader.zip``.

    Returns
    -------
    list of Path
        The files.
    """
    name = kit.sheet.name
    config = folder / "nbgrader_config.py"
    notebook = folder / "source" / name / f"{name}.ipynb"
    grader = folder / "grader" / kit.file_name
    for path in (notebook, grader):
        path.parent.mkdir(parents=True, exist_ok=True)
    cells = [written for cell in exercise_cells(kit.sheet) for written in _cells(kit, cell)]
    notebook.write_bytes(write_notebook(name, cells))
    config.write_text(fill("nbgrader_config.txt", {}), encoding="utf-8")
    grader.touch(0o600)  # the course's secret is in it
    grader.write_bytes(kit.to_bytes())
    return [config, notebook, grader]


def _cells(kit: Kit, cell: Cell) -> Iterator[NotebookCell]:
    if cell.kind == "stub":
        yield from _exercise(kit, cell)
    elif cell.kind == "given":
        yield NotebookCell("code", cell.source, _mark("given"))
    else:
        yield NotebookCell(cell.kind, cell.source)


def _exercise(kit: Kit, cell: Cell) -> Iterator[NotebookCell]:
    name, sheet = cell.exercise, kit.sheet
    yield NotebookCell("code", solution(cell.source), _mark(name, solution=True))
    check = f'from {_MODULE} import check\n\ncheck("{sheet.name}", "{name}")'
    yield NotebookCell("code", check, _mark(f"{name}-visible", points=0))
    grade = [
        "# The hidden cases give the points. They run once this notebook has been handed in.",
        "### BEGIN HIDDEN TESTS",
        f"from {_MODULE} import points",
        "",
        f'points("../../../grader/{kit.file_name}", "{name}", "../../../submitted")',
        "### END HIDDEN TESTS",
    ]
    yield NotebookCell("code", "\n".join(grade), _mark(f"{name}-hidden", points=sheet.exercise(name).points))


def solution(stub: str) -> str:
    r"""Return a stub whose body is the part that nbgrader takes out.

    Examples
    --------
    >>> print(solution("def f(x):\n    raise NotImplementedError"))
    def f(x):
        ### BEGIN SOLUTION
        raise NotImplementedError
        ### END SOLUTION
    """
    head, _, body = stub.rpartition("\n")
    return f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"


def _mark(grade_id: str, *, points: float | None = None, solution: bool = False) -> dict[str, Any]:
    """Return the metadata of a cell, which is locked unless it is a solution."""
    mark = {
        "cell_type": "code",
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return {"nbgrader": mark if points is None else mark | {"points": points}}
