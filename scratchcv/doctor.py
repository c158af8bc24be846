"""What this installation runs on, and what would make it faster."""

import ctypes
import importlib
import importlib.metadata
import os
import platform
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import scratchcv
from scratchcv.backend import get_backend, has_numba
from scratchcv.kernels.cores import core_count
from scratchcv.kernels.inventory import KernelCache, kernel_cache
from scratchcv.kernels.parallel import thread_count

PACKAGES = ("numpy", "numba", "matplotlib", "pillow", "tqdm", "safetensors", "defusedxml")

THREAD_VARIABLES = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

AVX512_KERNELS = {"skylakex", "cooperlake", "sapphirerapids", "zen4", "zen5"}
"""OpenBLAS's names of processors for which it has kernels that use AVX-512."""

MEMORY_FILE = Path("/proc/meminfo")

FEW_BYTES = 2 * 2**30


@dataclass(frozen=True)
class Facts:
    """What `examine` found.

    Attributes
    ----------
    versions : dict of str to (str or None)
        Version of each package; None where it is missing.
    backend, reason : str
        The active backend, and why it is.
    kernel_threads, cores : int
        Threads that kernels use, and cores that this process may use.
    load : float or None
        How many programs wanted a core in the last minute, on average.
    blas, blas_kernel : str
        The BLAS that NumPy was built with, and the processor that it computes for, "" if it does not say.
    simd : tuple of str
        Instruction sets that NumPy found here.
    cache : KernelCache or None
        Of Numba; None where nothing is compiled.
    memory : int or None
        Free bytes.
    variables : dict of str to str
        Environment variables that bear on speed.

    Examples
    --------
    >>> facts = Facts({"numba": None}, "numpy", "Numba is not installed", 2, 2)
    >>> advise(facts)[0]
    'Numba is missing, its kernels are many times faster: pip install numba'
    """

    versions: dict[str, str | None]
    backend: str
    reason: str
    kernel_threads: int
    cores: int
    load: float | None = None
    blas: str = ""
    blas_kernel: str = ""
    simd: tuple[str, ...] = ()
    cache: KernelCache | None = None
    memory: int | None = None
    variables: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return a line for each fact."""
        versions = ", ".join(f"{name} {version or 'missing'}" for name, version in self.versions.items())
        load = "" if self.load is None else f", load of the last minute {self.load:.1f}"
        kernel = f", kernel for {self.blas_kernel}" if self.blas_kernel else ""
        lines = {
            "scratchcv": scratchcv.__version__,
            "Python": f"{platform.python_version()}, {platform.platform()}",
            "packages": versions,
            "backend": f"{self.backend}: {self.reason}",
            "cores": f"{self.cores} for this process{load}",
            "kernels": self._threads(),
            "BLAS": f"{self.blas or 'unknown'}{kernel}",
            "SIMD": f"{' '.join(self.simd) or 'unknown'}{_vectors(self.simd)}",
            "cache": "not used" if self.cache is None else str(self.cache),
            "memory": "unknown" if self.memory is None else f"{self.memory / 2**30:.1f} GiB free",
            "variables": ", ".join(f"{name}={value}" for name, value in self.variables.items()) or "none set",
        }
        return "\n".join(f"{name:<10} {text}" for name, text in lines.items())

    def _threads(self) -> str:
        wanted = self.variables.get("NUMBA_NUM_THREADS")
        reason = f", as NUMBA_NUM_THREADS={wanted} says" if wanted == str(self.kernel_threads) else ""
        return f"{self.kernel_threads} thread{'' if self.kernel_threads == 1 else 's'}{reason}"


def examine() -> Facts:
    """Look at this installation and this machine.

    Examples
    --------
    >>> examine().cores >= 1
    True
    """
    blas = _dictionary(np.show_config(mode="dicts"), "Build Dependencies", "blas")
    simd = _dictionary(np.show_config(mode="dicts"), "SIMD Extensions")
    backend = get_backend()
    names = (
        "SCRATCHCV_BACKEND",
        "NUMBA_CACHE_DIR",
        "NUMBA_DISABLE_JIT",
        "NUMBA_CPU_NAME",
        "NUMBA_CPU_FEATURES",
        "OPENBLAS_CORETYPE",
        "OPENBLAS_THREAD_TIMEOUT",
        *THREAD_VARIABLES,
    )
    return Facts(
        versions={name: version_of(name) for name in PACKAGES},
        backend=backend,
        reason=_reason(),
        kernel_threads=thread_count(),
        cores=core_count(),
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        blas=f"{blas.get('name', '')} {blas.get('version', '')}".strip(),
        blas_kernel=_blas_kernel(),
        simd=(*simd.get("baseline", ()), *simd.get("found", ())),
        cache=kernel_cache() if backend == "numba" else None,
        memory=_free_memory(),
        variables={name: os.environ[name] for name in names if os.environ.get(name)},
    )


def advise(facts: Facts) -> list[str]:
    """Return what would make things faster, or work at all, the most useful first.

    Examples
    --------
    >>> advise(Facts({"numba": "0.65"}, "numpy", "SCRATCHCV_BACKEND says so", 2, 2))
    ['the NumPy backend was asked for; unset SCRATCHCV_BACKEND, and Numba does the work several times faster']
    """
    advice = []
    missing = [name for name, version in facts.versions.items() if version is None]
    if "numba" in missing:
        advice.append("Numba is missing, its kernels are many times faster: pip install numba")
    elif facts.backend == "numpy":
        advice.append(
            "the NumPy backend was asked for; unset SCRATCHCV_BACKEND, "
            "and Numba does the work several times faster"
        )
    elif facts.variables.get("NUMBA_DISABLE_JIT", "0") != "0":
        advice.append("kernels run as plain Python, a hundred times slower: unset NUMBA_DISABLE_JIT")
    others = [name for name in missing if name != "numba"]
    if others:
        advice.append(f"parts will not work without {', '.join(others)}: pip install {' '.join(others)}")
    if facts.cache and not facts.cache.writable:
        advice.append(
            "compiled kernels cannot be kept, so every run compiles anew; "
            "set NUMBA_CACHE_DIR to a folder that you may write to"
        )
    elif facts.cache and facts.cache.ready < facts.cache.kernels:
        missing_kernels = facts.cache.kernels - facts.cache.ready
        advice.append(
            f"{missing_kernels} of {facts.cache.kernels} kernels will be compiled on first use: "
            "`scratchcv warmup` compiles them now"
        )
    return advice + _advice_on_processor(facts)


def _advice_on_processor(facts: Facts) -> list[str]:
    advice = []
    limits = [name for name in THREAD_VARIABLES if facts.variables.get(name, "").isdecimal()]
    for name in limits:
        value = int(facts.variables[name])
        if value < facts.cores:
            advice.append(f"{name}={value} leaves cores idle: there are {facts.cores}")
        elif value > facts.cores:
            advice.append(f"{name}={value} lets threads wait for each other: there are {facts.cores} cores")
    has_avx512 = any("AVX512" in name or name == "X86_V4" for name in facts.simd)
    if has_avx512 and facts.blas_kernel and facts.blas_kernel.lower() not in AVX512_KERNELS:
        chosen = facts.variables.get("OPENBLAS_CORETYPE")
        remedy = f"unset OPENBLAS_CORETYPE={chosen}" if chosen else "set OPENBLAS_CORETYPE=SKYLAKEX"
        advice.append(
            f"BLAS computes for {facts.blas_kernel} though this processor has AVX-512: {remedy} "
            "before Python starts, and matrix products may run up to twice as fast"
        )
    if facts.blas.split(" ")[0] in ("blas", "cblas", "netlib"):
        advice.append("NumPy has no optimised BLAS; pip's has one: pip install --force-reinstall numpy")
    if facts.load is not None and facts.load > facts.cores + 0.5:
        advice.append("other programs are using the cores now; end them, or wait")
    if facts.memory is not None and facts.memory < FEW_BYTES:
        advice.append("little memory is free: choose a smaller --batch-size, or end other programs")
    return advice


def _vectors(simd: Collection[str]) -> str:
    """Return how many numbers a register holds, which is what a kernel's tiles are cut for."""
    sets = {"AVX-512": ("AVX512", "X86_V4"), "AVX2": ("AVX2", "X86_V3"), "NEON": ("NEON", "ASIMD")}
    widths = {"AVX-512": 16, "AVX2": 8, "NEON": 4}
    for name, marks in sets.items():
        if any(mark in found for found in simd for mark in marks):
            return f"; {name}, {widths[name]} float32 at a time"
    return ""


def _reason() -> str:
    wanted = os.environ.get("SCRATCHCV_BACKEND")
    if wanted == get_backend():
        return f"SCRATCHCV_BACKEND={wanted} says so"
    return "Numba is installed" if has_numba() else "Numba is not installed"


def version_of(package: str) -> str | None:
    """Return the version of an installed package, None where it is missing."""
    if package == "numba" and not has_numba():  # installed, it may still be blocked
        return None
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _dictionary(value: Any, *keys: str) -> dict[str, Any]:
    """Return a dictionary inside dictionaries, empty where a key is not there."""
    for key in keys:
        value = value.get(key, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, dict) else {}


def _blas_kernel() -> str:
    """Ask BLAS for which processor it computes: through threadpoolctl, else the OpenBLAS in NumPy's wheel."""
    with suppress(ImportError):
        threadpoolctl: Any = importlib.import_module("threadpoolctl")
        for library in threadpoolctl.threadpool_info():
            if library.get("user_api") == "blas":
                return str(library.get("architecture", ""))
    package = Path(np.__file__).parent
    for file in (*package.parent.glob("numpy.libs/*openblas*"), *package.glob(".dylibs/*openblas*")):
        with suppress(OSError):
            library = ctypes.CDLL(str(file))
            for name in ("scipy_openblas_get_corename64_", "scipy_openblas_get_corename"):
                if hasattr(library, name):
                    get_corename = getattr(library, name)
                    get_corename.restype = ctypes.c_char_p
                    return bytes(get_corename()).decode()
    return ""


def _free_memory() -> int | None:
    with suppress(OSError, ValueError, StopIteration):
        lines = MEMORY_FILE.read_text(encoding="ascii").splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("MemAvailable")).split()[1])
    with suppress(AttributeError, OSError, ValueError):  # no such call or no such name
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None
