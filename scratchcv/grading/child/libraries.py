"""What a submission may import: the standard library, NumPy, and Numba where the sheet allows it."""

import importlib
import importlib.machinery
import os
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_COMMON = """
abc argparse array ast base64 bisect builtins cmath collections collections.abc colorsys contextlib copy
csv dataclasses datetime decimal difflib dis doctest enum fractions functools gc glob hashlib heapq html
inspect io itertools json keyword linecache locale logging math numbers operator os pathlib pickle
platform pprint queue random re reprlib secrets shutil signal statistics string struct sys tempfile
textwrap threading time timeit token tokenize traceback types typing unittest uuid warnings weakref zlib
encodings.ascii encodings.idna encodings.latin_1 encodings.utf_8 encodings.utf_16
encodings.unicode_escape
"""
"""Modules of the standard library that submissions, or Python itself, import now and then."""


class _OnlyFrom(MetaPathFinder):
    """Finds a few packages in one folder, whatever else lies there."""

    def __init__(self, folder: str, packages: Sequence[str]) -> None:
        self.folder, self.packages = folder, packages

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None or name not in self.packages:
            return None
        return importlib.machinery.PathFinder.find_spec(name, [self.folder])


@contextmanager
def only_from(folder: str, packages: Sequence[str]) -> Iterator[None]:
    """Let these packages be imported from a folder, and no others that lie beside them."""
    finder = _OnlyFrom(folder, packages)
    sys.meta_path.append(finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def import_libraries(settings: dict[str, Any]) -> None:
    """Import what a submission may want and what will not be readable any more once the process is sealed.

    A process that gives up the superuser's rights can no longer read an interpreter that lies in the
    superuser's own folder. Then what submissions may want is imported now, all of NumPy included.
    """
    for package in settings["packages"]:
        importlib.import_module(package)
    if "numba" in settings["packages"]:
        _compile_in_memory()
    if settings["uid"] is None or _everyone_may_read(sys.modules["numpy"].__file__, os.__file__):
        return
    for name in (*_COMMON.split(), *_public("numpy")):
        with suppress(ImportError):
            importlib.import_module(name)
    if "numba" in settings["packages"]:
        _compile_once()


def _compile_in_memory() -> None:
    """Let Numba keep nothing on disk, where there is no place for it: `cache=True` has no effect."""
    importlib.import_module("numba.core.dispatcher").Dispatcher.enable_caching = lambda dispatcher: None


def _compile_once() -> None:
    """Let Numba import what it imports at its first compilations only: all that it knows how to translate."""
    numba = importlib.import_module("numba")
    numpy = importlib.import_module("numpy")

    def sums(x: Any) -> Any:
        total = numpy.zeros(1)
        for i in range(x.shape[0]):
            if x[i] > numpy.inf:
                raise ValueError("larger than everything")
            total[0] += x[i]
        return numpy.sqrt(total) + x

    numba.njit(sums)(numpy.ones(2))
    numba.vectorize(lambda x: x + 1)(numpy.ones(2))


def _everyone_may_read(*files: str | None) -> bool:
    """Tell whether every user may reach these files."""
    paths = [Path(file).resolve() for file in files if file]
    return all(folder.stat().st_mode & 0o5 == 0o5 for path in paths for folder in path.parents)


def _public(package: str) -> Iterator[str]:
    """Yield a package's public modules, without those that build it; its oldest one imports them all."""
    for module in pkgutil.iter_modules(sys.modules[package].__path__, f"{package}."):
        last = module.name.rpartition(".")[2]
        if not last.startswith("_") and last not in ("conftest", "distutils", "f2py", "matlib", "tests"):
            yield module.name
