"""The guiding notebooks run from top to bottom, before anything is written and when all is."""

import nbformat
import pytest
from nbclient import NotebookClient

from scratchcv.grading.sheets.new_assignment import new_assignment
from scratchcv.grading.sheets.sheet import load_sheet, sheet_names


def outputs(folder, name):
    """Run the notebook of a handed out sheet, and return what its cells printed and showed."""
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "\n".join(str(output.get("text", output.get("data", ""))) for output in shown)


@pytest.mark.parametrize("name", sheet_names())
def test_when_all_is_written(tmp_path, name):
    sheet = load_sheet(name)
    new_assignment(sheet, tmp_path / name)
    (tmp_path / name / f"{name}.py").write_text(sheet.solution(), encoding="utf-8")
    text = outputs(tmp_path / name, name)
    assert "image/png" in text
    assert text.count("1 of 1 exercises right") == len(sheet.exercises)


@pytest.mark.slow
@pytest.mark.parametrize("name", sheet_names())
@pytest.mark.parametrize("notebook", [False, True], ids=["file", "notebook"])
def test_before_anything_is_written(tmp_path, name, notebook):
    sheet = load_sheet(name)
    new_assignment(sheet, tmp_path / name, notebook=notebook)
    assert outputs(tmp_path / name, name).count("to do") >= len(sheet.exercises)
