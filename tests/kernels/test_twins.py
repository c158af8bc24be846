"""Every kernel has a NumPy twin, and the two agree on registered calls.

The calls of `scratchcv/kernels/<file>.py` stand in `cases_<file>.py` beside this test, in a dict `CASES`:

    CASES = {"box_iou": (box_iou, box_iou_calls)}

A file counts when it compiles something or has cases, unless its name begins with _: then it holds parts of
kernels. Its public functions are the kernels. The key is the kernel's name, `box_iou` the public function
that leads to it, and `box_iou_calls(dtype)` yields tuples of arguments in that dtype; a dict at the end of a
tuple holds keyword arguments.
"""

import ast
import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import scratchcv
from scratchcv import backend as backend_module
from scratchcv.backend import use_backend

pytest.importorskip("numba")
from numba.core.dispatcher import Dispatcher

import scratchcv.kernels


def kernels_of(file):
    """Return the public functions that the file defines, compiled or driving compiled ones."""
    module = importlib.import_module(f"scratchcv.kernels.{file}")
    return {
        name: value
        for name, value in vars(module).items()
        if (inspect.isfunction(value) or isinstance(value, Dispatcher))
        and not name.startswith("_")
        and value.__module__ == module.__name__
    }


def compiled_in(file):
    functions = vars(importlib.import_module(f"scratchcv.kernels.{file}"))
    return {name: value for name, value in functions.items() if isinstance(value, Dispatcher)}


def formulas():
    """Yield ((file, name), module) of every public function named <operation>_numpy in a room."""
    for path in sorted(Path(scratchcv.__file__).parent.glob("*/*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.endswith("_numpy") and node.name[0] != "_":
                yield (path.stem, node.name), f"scratchcv.{path.parent.name}.{path.stem}"


def load_cases(file):
    path = Path(__file__).with_name(f"cases_{file}.py")
    if not path.exists():
        return {}
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CASES


FILES = [
    module.name
    for module in pkgutil.iter_modules(scratchcv.kernels.__path__)
    if not module.name.startswith("_")
    if compiled_in(module.name) or Path(__file__).with_name(f"cases_{module.name}.py").exists()
]
KERNELS = [(file, name) for file in FILES for name in kernels_of(file)]
FORMULAS = dict(formulas())
CASES = {file: load_cases(file) for file in FILES}

each_kernel = pytest.mark.parametrize(("file", "name"), KERNELS)
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def calls_of(file, name, dtype):
    """Yield (door, args, kwargs) of the registered calls."""
    door, calls = CASES[file][name]
    for call in calls(dtype):
        *args, last = call
        yield (door, args, last) if isinstance(last, dict) else (door, [*args, last], {})


def arrays_in(value) -> Iterator[np.ndarray]:
    """Yield the arrays of arguments or results, however nested; numbers as arrays of no dimension."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays_in(item)
    elif isinstance(value, dict):
        yield from arrays_in(list(value.values()))
    elif isinstance(value, (np.ndarray, np.generic, int, float)):
        yield np.asarray(value)


def strided(value):
    """Return the same values where every array is a view with gaps along each axis."""
    if isinstance(value, (list, tuple)):
        return type(value)(strided(item) for item in value)
    if not isinstance(value, np.ndarray):
        return value
    gaps = np.zeros([2 * size for size in value.shape], value.dtype)[(slice(None, None, 2),) * value.ndim]
    gaps[...] = value
    return gaps


def assert_same(actual, expected):
    """Indices and flags agree exactly, floating-point numbers to a few roundings of the largest."""
    actual, expected = list(arrays_in(actual)), list(arrays_in(expected))
    assert len(actual) == len(expected)
    for ours, theirs in zip(actual, expected, strict=True):
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype
        if np.issubdtype(theirs.dtype, np.floating):
            eps = 32 * float(np.finfo(theirs.dtype).eps)
            largest = float(
                np.abs(theirs, where=np.isfinite(theirs), out=np.zeros_like(theirs)).max(initial=0)
            )
            np.testing.assert_allclose(ours, theirs, rtol=eps, atol=eps * largest)
        else:
            np.testing.assert_array_equal(ours, theirs)


@each_kernel
def test_kernel_has_a_formula_with_the_same_arguments(file, name):
    room = FORMULAS.get((file, f"{name}_numpy"))
    assert room is not None, f"no room has a {file}.py with {name}_numpy"
    formula = getattr(importlib.import_module(room), f"{name}_numpy")
    kernel = kernels_of(file)[name]
    assert list(inspect.signature(kernel).parameters) == list(inspect.signature(formula).parameters)


@pytest.mark.parametrize(("file", "name"), FORMULAS)
def test_formula_has_a_kernel(file, name):
    assert (file, name.removesuffix("_numpy")) in KERNELS


@pytest.mark.parametrize("file", FILES)
def test_compiled_functions_are_cached_and_release_the_lock(file):
    for name, function in compiled_in(file).items():
        assert function.stats.cache_path is not None, f"{name} lacks njit(cache=True)"
        assert function.targetoptions.get("nogil") is True, f"{name} lacks njit(nogil=True)"
        assert not function.targetoptions.get("parallel", False), f"{name} has njit(parallel=True)"


@each_kernel
def test_kernel_has_cases_with_empty_input(file, name):
    assert name in CASES[file], f"tests/kernels/cases_{file}.py has no CASES[{name!r}]"
    calls = [args for _, args, _ in calls_of(file, name, np.float64)]
    assert any(array.size == 0 for args in calls for array in arrays_in(args)), "no call has an empty array"


@pytest.mark.parametrize("file", FILES)
def test_cases_name_existing_kernels(file):
    assert set(CASES[file]) <= set(kernels_of(file))


@each_kernel
@each_dtype
def test_both_forms_agree(file, name, dtype):
    for door, args, kwargs in calls_of(file, name, dtype):
        before = [array.tobytes() for array in arrays_in([args, kwargs])]
        with use_backend("numpy"):
            expected = door(*args, **kwargs)
        with use_backend("numba"):
            actual = door(*args, **kwargs)
            actual_strided = door(*strided(args), **kwargs)
        assert_same(actual, expected)
        assert_same(actual_strided, expected)
        assert [array.tobytes() for array in arrays_in([args, kwargs])] == before, (
            "an argument was written into"
        )


@each_kernel
def test_the_door_leads_to_the_kernel(file, name, monkeypatch):
    module = importlib.import_module(f"scratchcv.kernels.{file}")
    kernel, calls = getattr(module, name), []

    def spy(*args):
        calls.append(args)
        return kernel(*args)

    monkeypatch.setattr(module, name, spy)
    backend_module._kernel_of.cache_clear()
    try:
        with use_backend("numba"):
            for door, args, kwargs in calls_of(file, name, np.float64):
                door(*args, **kwargs)
    finally:
        backend_module._kernel_of.cache_clear()
    assert calls, "no registered call reaches the kernel"
