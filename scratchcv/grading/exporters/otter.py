"""otter: a master notebook for ``otter assign``, and test files for ``otter check``."""

import json
import pprint
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import scratchcv
from scratchcv.grading.exporters.exercise_cells import Cell, exercise_cells
from scratchcv.grading.exporters.in_notebook import PASSES, passed_text
from scratchcv.grading.exporters.kit import Kit, is_librarys
from scratchcv.grading.exporters.notebook_file import NotebookCell, write_notebook
from scratchcv.grading.sheets.cut import cut
from scratchcv.grading.sheets.exercise import Exercise

_MODULE = "scratchcv.grading.exporters.in_notebook"
_PLUGIN = "scratchcv.grading.exporters.otter_plugin.TextOnly"

Test = dict[str, Any]
"""A test case: lines of code, what they print, whether it is hidden, its points, and a message."""


def export_otter(kit: Kit, folder: Path, wheel: Path | None = None) -> list[Path]:
    """Write what otter makes assignments and autograders of.

    Parameters
    ----------
    kit : Kit
    folder : Path
        Where to: ``master/`` has what ``otter assign`` takes, ``check/`` what ``otter check`` takes.
    wheel : Path, optional
        The library's; by default this version is installed from PyPI.

    Returns
    -------
    list of Path
        The files.
    """
    sheet = kit.sheet
    cells = [NotebookCell("raw", _config(kit, wheel))]
    cells += [written for cell in exercise_cells(sheet) for written in _cells(kit, cell)]
    files = {
        f"master/{sheet.name}.ipynb": write_notebook(sheet.name, cells),
        f"master/{kit.file_name}": kit.to_bytes(),
        f"check/{kit.file_name}": kit.to_bytes(),
    }
    if wheel is not None:
        files[f"master/{wheel.name}"] = wheel.read_bytes()
    for exercise in sheet.exercises:
        files[f"check/tests/q_{exercise.name}.py"] = _test_file(kit, exercise).encode()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600 if path.name == kit.file_name else 0o644)
        path.write_bytes(data)
    return [folder / name for name in files]


def question_tests(kit: Kit, exercise: Exercise) -> list[Test]:
    """Return the test cases of an exercise: one for all that is visible, and one for each hidden kind.

    A sheet of one's own has none for what is visible, since students do not have it.
    """
    found = []
    visible = [kind for kind in exercise.cases.kinds if kind.visible]
    hidden = [kind for kind in exercise.cases.kinds if not kind.visible]
    if is_librarys(kit.sheet):
        code = [f"from {_MODULE} import check", f"check({kit.sheet.name!r}, {exercise.name!r})"]
        found.append({"code": code, "prints": passed_text(exercise.name, len(visible)), "hidden": False})
    for kind in hidden:
        call = f"print(verdict({kit.file_name!r}, {exercise.name!r}, {kind.name!r}))"
        code = [f"from {_MODULE} import verdict", call]
        found.append({"code": code, "prints": PASSES, "hidden": True, "failure_message": kind.title})
    worth = exercise.points / len(hidden)
    return [test | {"points": worth if test["hidden"] else 0} for test in found]


def _config(kit: Kit, wheel: Path | None) -> str:
    library = f"scratchcv=={scratchcv.__version__}"
    config = {
        "name": kit.sheet.name,
        "export_cell": {"pdf": False},
        "requirements": [library if wheel is None else f"/autograder/source/files/{wheel.name}"],
        "autograder_files": [kit.file_name, *([] if wheel is None else [wheel.name])],
        "generate": {"show_hidden": kit.visibility == "visible"},
        "plugins": [_PLUGIN],
        "tests": {"ok_format": True, "files": False},
    }
    return "\n".join(
        ["# ASSIGNMENT CONFIG", *(f"{key}: {json.dumps(value)}" for key, value in config.items())]
    )


def _cells(kit: Kit, cell: Cell) -> Iterator[NotebookCell]:
    if cell.kind != "stub":
        yield NotebookCell("code" if cell.kind == "given" else cell.kind, cell.source)
        return
    exercise = kit.sheet.exercise(cell.exercise)
    yield NotebookCell("raw", f"# BEGIN QUESTION\nname: q_{exercise.name}")
    yield NotebookCell("raw", "# BEGIN PROMPT")
    yield NotebookCell("code", cell.source)
    yield NotebookCell("raw", "# END PROMPT")
    yield NotebookCell("raw", "# BEGIN SOLUTION")
    solution = cut([exercise.function])
    yield NotebookCell("code", f"# BEGIN SOLUTION NO PROMPT\n{solution}# END SOLUTION")
    yield NotebookCell("raw", "# END SOLUTION")
    yield NotebookCell("raw", "# BEGIN TESTS")
    for test in question_tests(kit, exercise):
        settings = {key: test[key] for key in ("hidden", "points", "failure_message") if key in test}
        lines = [f"{key}: {json.dumps(value)}" for key, value in settings.items()]
        config = ['""" # BEGIN TEST CONFIG', *lines, '""" # END TEST CONFIG']
        yield NotebookCell("code", "\n".join([*config, *test["code"]]), printed=test["prints"])
    yield NotebookCell("raw", "# END TESTS")
    yield NotebookCell("raw", "# END QUESTION")


def _test_file(kit: Kit, exercise: Exercise) -> str:
    cases = []
    for test in question_tests(kit, exercise):
        lines = [*(f">>> {line}" for line in test["code"]), test["prints"]]
        settings = {key: value for key, value in test.items() if key not in ("code", "prints")}
        cases.append({"code": "\n".join(lines), "locked": False} | settings)
    suite = {"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    test = {"name": f"q_{exercise.name}", "points": None, "suites": [suite]}
    return f"OK_FORMAT = True\n\ntest = {pprint.pformat(test, width=100, sort_dicts=False)}\n"
