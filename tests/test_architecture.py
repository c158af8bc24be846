"""The plan of the house: floors, what a room may import, where its tests are, how large a file may be."""

import ast
import importlib
import inspect
import pkgutil
import sys
from functools import cache
from pathlib import Path

import pytest

import scratchcv

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "scratchcv"
TESTS = ROOT / "tests"

# Imports point down only; rooms of one floor do not import each other. The ground floor is open to itself.
FLOORS = [
    {"backend", "checks", "errors", "kernels"},
    {"boxes", "layers", "masks"},
    {"losses", "backbones", "metrics", "data", "testing", "visualize"},
    {"proposals"},
    {"models"},
    {"training", "grading"},
    {"assignments"},
    {"doctor", "warmup"},
    {"cli"},
    {"__main__"},
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

# The wings stand beside the second floor. One has a door to another: it draws the curves of metrics.
DOORS = {("visualize", "metrics")}

# A model imports another model along its lineage alone; its own parts carry its name (ssd, ssd_head).
LINEAGE = {
    ("faster_rcnn", "fast_rcnn"),
    ("keypoint_rcnn", "faster_rcnn"),
    ("mask_rcnn", "faster_rcnn"),
    ("tiny_ssd", "ssd"),
}

# Where each distribution may be imported, and whether at the top of a file: NumPy alone imports the package.
ANYWHERE = {"numpy"}
AT_THE_TOP = {"llvmlite": {"kernels"}, "numba": {"kernels"}}
WHERE_USED = {
    "IPython": {"visualize"},
    "PIL": {"data", "visualize"},
    "defusedxml": {"data"},
    "distributed": {"grading"},
    "ipywidgets": {"visualize"},
    "matplotlib": {"visualize"},
    "pooch": {"data"},
    "safetensors": {"training", "models", "backbones"},
    "tqdm": {"data", "models", "training", "grading", "cli", "metrics", "warmup"},
}

LINES = 300

WITHOUT_MIRROR = {
    "__main__.py": "one line, which tests/test_documents.py runs",
    "errors.py": "a name without behaviour; its docstring's example runs",
    "training/protocols.py": "types alone: nothing runs",
}
"""Files of the package that need no test file of their own, and why."""

OF_THE_HOUSE = {
    "test_against_torch.py",
    "test_architecture.py",
    "test_doctests.py",
    "test_documents.py",
    "test_every_operation.py",
    "test_init.py",
    "test_notebooks.py",
    "test_without_numba.py",
    "assignments/test_guides.py",
    "cli/test_bad_input.py",
    "cli/test_kill.py",
    "data/test_scene_baselines.py",
    "kernels/test_convolution.py",
    "kernels/test_twins.py",
}
"""Tests that look at the whole house or a whole room, not at one file."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def source_files():
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path, inside=ast.walk):
    """Yield (line, dotted name) of every import; `from scratchcv import boxes` counts as scratchcv.boxes."""
    for node in inside(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: imports are absolute here"
            names = [alias.name for alias in node.names] if node.module == "scratchcv" else [""]
            yield from ((node.lineno, f"{node.module}.{name}".rstrip(".")) for name in names)


def at_import_time(node):
    """Walk what runs when the file is imported: not the bodies of functions, nor `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from at_import_time(child)


def place(path, line):
    return f"{path.relative_to(ROOT).as_posix()}:{line}"


def test_every_room_has_a_floor():
    assert {room_of(path) for path in source_files()} - {"__init__"} <= set(FLOOR_OF)


def test_imports_point_down():
    wrong = []
    for path in source_files():
        room = room_of(path)
        if room == "__init__":
            continue
        for line, name in imports(path):
            _, _, inner = name.partition("scratchcv.")
            other = inner.partition(".")[0]
            if not inner or other == room or other not in FLOOR_OF or (room, other) in DOORS:
                continue
            together = FLOOR_OF[room] == FLOOR_OF[other] == 0
            if FLOOR_OF[other] >= FLOOR_OF[room] and not together:
                wrong.append(f"{place(path, line)}: {room} must not import {other}")
    assert not wrong, "\n".join(wrong)


def model_of(stem):
    """Return the model that a file belongs to: faster_rcnn for its part faster_rcnn_tiny."""
    models = sorted((path.stem for path in (PACKAGE / "models").glob("*.py")), key=len)
    return next((model for model in models if f"{stem}_".startswith(f"{model}_")), stem)


def test_models_import_models_along_their_lineage():
    wrong = []
    for path in sorted((PACKAGE / "models").glob("*.py")):
        if path.stem in ("__init__", "build"):  # they know them all
            continue
        for line, name in imports(path):
            if not name.startswith("scratchcv.models."):
                continue
            other = name.split(".")[2]
            if other == "detector":  # what all of them are
                continue
            own_part = other.startswith(f"{path.stem}_") or path.stem.startswith(f"{other}_")
            here, there = model_of(path.stem), model_of(other)
            if not own_part and here != there and (here, there) not in LINEAGE:
                wrong.append(f"{place(path, line)}: {path.stem} must not import {other}")
    assert not wrong, "\n".join(wrong)


def test_other_packages_are_imported_where_the_plan_says():
    ours = {"scratchcv", *sys.stdlib_module_names, *ANYWHERE}
    wrong = []
    for path in source_files():
        room = room_of(path)
        early = set(imports(path, at_import_time))
        for line, name in imports(path):
            package = name.partition(".")[0]
            if package in ours or room in AT_THE_TOP.get(package, ()):
                continue
            if room not in WHERE_USED.get(package, ()):
                wrong.append(f"{place(path, line)}: {room} must not import {package}")
            elif (line, name) in early:
                wrong.append(f"{place(path, line)}: import {package} inside the function that uses it")
    assert not wrong, "\n".join(wrong)


def test_files_are_short():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in source_files()}
    long = [
        f"{place(path, count)}: more than {LINES} lines" for path, count in lines.items() if count > LINES
    ]
    assert not long, "\n".join(long)


def mirror_of(path):
    """Return where the tests of a file of the package are."""
    inner = path.relative_to(PACKAGE)
    if inner.parts[0] == "assignments" and len(inner.parts) > 2:  # a sheet is tested as a whole
        return TESTS / "assignments" / f"test_{inner.parts[1]}.py"
    # A kernel has the name of the file with its formula.
    is_kernel = inner.parts[0] == "kernels" and len(list(PACKAGE.glob(f"*/{path.name}"))) > 1
    return TESTS / inner.parent / f"{'cases' if is_kernel else 'test'}_{inner.stem}.py"


def test_every_file_has_its_tests():
    missing = [
        mirror_of(path).relative_to(ROOT).as_posix()
        for path in source_files()
        if not path.stem.startswith("_") and path.relative_to(PACKAGE).as_posix() not in WITHOUT_MIRROR
        if not mirror_of(path).exists()
    ]
    assert not missing, "\n".join(missing)


def test_every_test_file_mirrors_a_file():
    mirrored = [mirror_of(path) for path in source_files()]
    rooms = {path.parent for path in mirrored}
    strays = [
        path.relative_to(ROOT).as_posix()
        for path in sorted(TESTS.rglob("test_*.py"))
        if path.parent in rooms and path.relative_to(TESTS).as_posix() not in OF_THE_HOUSE
        if not any(path.parent == m.parent and f"{path.stem}_".startswith(f"{m.stem}_") for m in mirrored)
    ]
    assert not strays, "name them test_<file>.py or test_<file>_<aspect>.py:\n" + "\n".join(strays)


def test_exceptions_still_exist():
    assert [name for name in WITHOUT_MIRROR if not (PACKAGE / name).exists()] == []
    assert [name for name in OF_THE_HOUSE if not (TESTS / name).exists()] == []


ROOMS = [module.name for module in pkgutil.iter_modules(scratchcv.__path__) if module.ispkg]


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_exports_is_described_with_an_example(room):
    module = importlib.import_module(f"scratchcv.{room}")
    assert module.__doc__
    exported = {name: getattr(module, name) for name in module.__all__}
    poor = [
        name
        for name, value in exported.items()
        if inspect.isroutine(value) or inspect.isclass(value)
        if "Examples\n" not in (inspect.getdoc(value) or "") or ">>>" not in value.__doc__
    ]
    assert not poor, f"without an Examples section: {', '.join(poor)}"


@pytest.mark.parametrize("room", ROOMS)
def test_exports_are_sorted_and_complete(room):
    module = importlib.import_module(f"scratchcv.{room}")
    imported = [
        alias.asname or alias.name
        for node in tree(PACKAGE / room / "__init__.py").body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scratchcv")
        for alias in node.names
    ]
    assert set(imported) <= set(module.__all__)
