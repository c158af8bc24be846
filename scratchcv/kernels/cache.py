"""The compiled kernels that Numba keeps on disk, guarded against damage and against changed sources."""

import hashlib
import importlib
import inspect
import logging
import pkgutil
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher
from numba.core.sigutils import normalize_signature

import scratchcv.kernels

LOG = logging.getLogger("scratchcv")

_PREFIX = "scratchcv.kernels."
_IMPORTS = re.compile(r"^(?:from|import) (scratchcv\.kernels\.\w+)", re.MULTILINE)


class GuardedCache(FunctionCache):
    """What Numba keeps of one kernel, with three differences to Numba's own.

    A file that cannot be read, as a power cut leaves it, counts as none and is made anew; Numba raises an
    EOFError at each call until somebody deletes it. Where nothing can be written (the disk is full), the
    kernel runs all the same. And what was compiled is stale when any file that it was compiled from has
    changed: Numba compares the kernel's own file, and would go on with an old helper compiled into it.

    Parameters
    ----------
    numbas : FunctionCache
        Numba's own for the kernel.
    module : ModuleType
        The kernel's.
    """

    def __init__(self, numbas: Any, module: ModuleType) -> None:
        vars(self).update(vars(numbas))
        self._cache_file._source_stamp = self._cache_file._source_stamp, _stamp(module.__name__)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled form for a signature, None where there is none."""
        try:
            compiled = super().load_overload(sig, target_context)
            # Two processes that save at the same moment may take the same file name for two signatures.
            if compiled is None or compiled.signature.args == normalize_signature(sig)[0]:
                return compiled
            reason = f"for {compiled.signature.args}"
        except Exception as error:  # unpickling what is damaged may raise anything
            reason = f"{type(error).__name__}: {error}"
        _report(f"compiled kernels in {self._cache_path} are damaged ({reason}); they are made anew")
        with suppress(OSError):
            self.flush()
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled form."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _report(f"compiled kernels cannot be kept in {self._cache_path}: {error.strerror or error}")

    def is_ready(self, target_context: Any) -> bool:
        """Say whether a compiled form for this processor is kept."""
        codegen = target_context.codegen()
        try:
            forms = self._cache_file._load_index()
            mine = self._index_key((), codegen)[1:]  # processor, and the function's bytecode
            files = [
                Path(self._cache_path, name) for (_, *rest), name in forms.items() if tuple(rest) == mine
            ]
            return any(file.stat().st_size for file in files)
        except Exception:  # damaged
            return False


_reported: set[str] = set()


def _report(message: str) -> None:
    """Log a warning, one of each kind in a process: what befell one file has often befallen many."""
    kind = message.partition(" in ")[0]
    if kind not in _reported:
        _reported.add(kind)
        LOG.warning(message)


@cache
def _stamp(name: str) -> str:
    """Return a hash of the sources of a module of kernels and of those that it imports from."""
    module = sys.modules[name]
    try:
        source = inspect.getsource(module)
    except (OSError, TypeError):  # installed without sources: then Numba's own stamp must do
        return ""
    parts = [source, *(_stamp(other) for other in sorted(set(_IMPORTS.findall(source))))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def kernels_of(module: ModuleType) -> dict[str, Any]:
    """Return the functions that a module defines and compiles.

    Examples
    --------
    >>> import scratchcv.kernels.iou
    >>> list(kernels_of(scratchcv.kernels.iou))
    ['_fill']
    """
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, Dispatcher) and value.py_func.__module__ == module.__name__
    }


def all_kernels() -> dict[str, Any]:
    """Import every module of kernels and return all that they compile, by dotted name; compiles nothing.

    Examples
    --------
    >>> "iou._fill" in all_kernels()
    True
    """
    found = {}
    for module in pkgutil.iter_modules(scratchcv.kernels.__path__):
        functions = kernels_of(importlib.import_module(_PREFIX + module.name))
        found.update({f"{module.name}.{name}": function for name, function in functions.items()})
    guard()
    return found


_guarded: set[str] = set()


def guard() -> None:
    """Give every kernel of the modules loaded so far a `GuardedCache`."""
    for name, module in _loaded():
        for kernel in kernels_of(module).values():
            if type(kernel._cache) is FunctionCache:
                kernel._cache = GuardedCache(kernel._cache, module)
                kernel.targetoptions["no_cfunc_wrapper"] = True  # nobody calls it from C
        _guarded.add(name)


def _loaded() -> Iterator[tuple[str, ModuleType]]:
    for name in [name for name in sys.modules if name.startswith(_PREFIX) and name not in _guarded]:
        yield name, sys.modules[name]
