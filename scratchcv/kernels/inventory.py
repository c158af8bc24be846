"""How many of the kernels are compiled, and where that is kept; works without Numba too."""

import importlib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class KernelCache:
    """Where Numba keeps compiled kernels, and how many of them are there.

    Attributes
    ----------
    folder : Path or None
        None where Numba finds no folder that it can write to.
    writable : bool
        Whether it can be written to now.
    ready, kernels : int
        How many kernels are compiled for this processor, Numba and sources, and how many there are.
    size : int
        Bytes of all that is kept, for other processors and older sources too.

    Examples
    --------
    >>> print(KernelCache(Path("cache"), True, 31, 40, 2_500_000))
    cache: 31 of 40 kernels are ready for this processor, 2.5 MB, writable
    """

    folder: Path | None
    writable: bool
    ready: int
    kernels: int
    size: int

    def __str__(self) -> str:
        """Return it in a line."""
        if self.folder is None:
            return "none: Numba finds no folder that it can write to"
        ready = f"{self.ready} of {self.kernels} kernels are ready for this processor"
        writable = "writable" if self.writable else "NOT writable"
        return f"{self.folder}: {ready}, {self.size / 1e6:.1f} MB, {writable}"


def kernel_cache() -> KernelCache | None:
    """Return what is kept of this package's kernels; this imports Numba, and compiles nothing.

    None means that nothing is ever compiled, because ``NUMBA_DISABLE_JIT`` is set.

    Examples
    --------
    >>> from scratchcv.backend import has_numba
    >>> found = kernel_cache() if has_numba() else None
    >>> found is None or 0 <= found.ready <= found.kernels
    True
    """
    try:
        cache: Any = importlib.import_module("scratchcv.kernels.cache")
        kernels = list(cache.all_kernels().values())
    except RuntimeError:  # "cannot cache function: no locator available"
        return KernelCache(None, False, 0, 0, 0)
    if not kernels:
        return None
    folder = Path(kernels[0].stats.cache_path)
    python = f"py{sys.version_info.major}{sys.version_info.minor}"  # other Pythons compile for themselves
    size = sum(file.stat().st_size for file in folder.glob(f"*.{python}*.nb[ci]"))
    ready = sum(kernel._cache.is_ready(kernel.targetctx) for kernel in kernels)
    return KernelCache(folder, _is_writable(folder), ready, len(kernels), size)


def _is_writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
