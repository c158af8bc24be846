import ast
import importlib
import json
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest

import scratchcv
from scratchcv.backend import has_numba

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])


def cells_of(path, kind):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def tree_of(source):
    """Parse a cell; a line with a magic command becomes `pass`."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE))


def public_names():
    rooms = [
        importlib.import_module(f"scratchcv.{module.name}")
        for module in pkgutil.iter_modules(scratchcv.__path__)
        if module.ispkg
    ]
    return {name for room in rooms for name in getattr(room, "__all__", ())}


def test_the_name_is_a_number_and_a_topic(path):
    assert re.fullmatch(r"\d\d_[a-z0-9_]+", path.stem)
    assert cells_of(path, "markdown")[0].startswith(f"# {path.stem[:2]} · ")


def test_it_is_committed_without_outputs(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


def test_the_first_cell_installs_the_library_on_colab(path):
    first = cells_of(path, "code")[0]
    assert first.startswith("try:\n    import scratchcv\nexcept ImportError:")
    assert "%pip install -q scratchcv" in first


def test_what_it_imports_exists_and_is_no_module(path):
    imported = [
        (node.module, alias.name)
        for source in cells_of(path, "code")
        for node in ast.walk(tree_of(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "scratchcv"
        if has_numba() or not node.module.startswith("scratchcv.kernels")  # the notebook asks before, too
        for alias in node.names
    ]
    assert imported
    found = {(room, name): getattr(importlib.import_module(room), name, None) for room, name in imported}
    assert [place for place, value in found.items() if value is None] == []
    assert [place for place, value in found.items() if isinstance(value, ModuleType)] == []


def test_solutions_are_folded_and_no_others(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    folded, checks = [
        [cell["id"] for cell in cells if cell["cell_type"] == "code" and rule(cell)]
        for rule in (
            lambda cell: cell["metadata"].get("jupyter", {}).get("source_hidden") is True,
            lambda cell: "check_answer(" in "".join(cell["source"]),
        )
    ]
    assert checks
    assert folded == checks


def test_it_shows_the_librarys_code_and_never_redefines_it(path):
    public = public_names()
    assert "box_iou" in public
    shown = False
    for source in cells_of(path, "code"):
        for node in ast.walk(tree_of(source)):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                assert node.name not in public, f"{node.name} is the library's"
            shown |= isinstance(node, ast.Name) and node.id == "show_source"
    assert shown


def test_it_holds_a_question_a_formula_exercises_and_the_slides_errors(path):
    text = "\n".join(cells_of(path, "markdown"))
    assert re.search(r"^> ", text, re.MULTILINE)
    assert "$$" in text
    assert "\n## Exercises" in text
    assert "\n## What the slides get wrong here" in text


def test_links_to_other_notebooks_lead_somewhere(path):
    for link in re.findall(r"\]\(([^):]+)\)", "\n".join(cells_of(path, "markdown"))):
        assert (FOLDER / link).exists(), link
