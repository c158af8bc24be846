"""What the numbers were measured on, and with."""

import os
import platform
import subprocess
from importlib.util import find_spec
from pathlib import Path

from scratchcv.doctor import examine, version_of
from scratchcv.kernels.parallel import thread_count

COMPARED = ("torch", "torchvision", "pycocotools")

ROOT = Path(__file__).parents[2]

ALLOCATOR_VARIABLES = (
    "GLIBC_TUNABLES",
    "LD_PRELOAD",
    "MALLOC_ARENA_MAX",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TOP_PAD_",
    "MALLOC_TRIM_THRESHOLD_",
)

OPENMP_VARIABLES = ("GOMP_SPINCOUNT", "KMP_BLOCKTIME", "OMP_WAIT_POLICY")


def missing_packages() -> list[str]:
    """Return which of the packages that we compare with are not installed."""
    return [name for name in COMPARED if find_spec(name) is None]


def describe() -> dict[str, str]:
    """Return processor, threads, versions and settings. Both sides get as many threads as our kernels use."""
    import torch

    torch.set_num_threads(thread_count())
    facts = examine()
    names = (*ALLOCATOR_VARIABLES, *OPENMP_VARIABLES)
    variables = {**facts.variables, **{name: os.environ[name] for name in names if name in os.environ}}
    variables.pop("NUMBA_CACHE_DIR", None)  # an empty folder, so that first calls compile
    packages = [(name, version_of(name) or "missing") for name in ("numpy", "numba", *COMPARED)]
    return {
        "processor": f"{processor()}, {facts.cores} cores, {' '.join(facts.simd)}",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "threads": f"kernels {thread_count()}, PyTorch {torch.get_num_threads()}",
        "BLAS of NumPy": f"{facts.blas}, kernel for {facts.blas_kernel or 'unknown'}",
        "backend": facts.backend,
        "packages": ", ".join(" ".join(package) for package in packages),
        "allocator": f"the C library's ({' '.join(platform.libc_ver()) or 'unknown'}), for both sides",
        "variables": ", ".join(f"{name}={value}" for name, value in variables.items()) or "none set",
    }


def processor() -> str:
    """Return the processor's name, as the system knows it."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def commit() -> str:
    """Return the last commit that changed the library, with a + if it has changed since; "" outside Git."""
    try:
        last = _git("log", "-1", "--format=%h", "--", "scratchcv")
        return last + ("+" if _git("status", "--porcelain", "--", "scratchcv") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()
