import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scratchcv import backend, doctor
from scratchcv.doctor import Facts, advise, examine
from scratchcv.kernels.inventory import KernelCache

GOOD = Facts(
    versions={"numpy": "2.4", "numba": "0.65"},
    backend="numba",
    reason="Numba is installed",
    kernel_threads=4,
    cores=4,
    load=1.0,
    blas="scipy-openblas 0.3.31",
    blas_kernel="SkylakeX",
    simd=("X86_V2", "X86_V4"),
    cache=KernelCache(Path("cache"), True, 40, 40, 10**6),
    memory=8 * 2**30,
)


def test_nothing_to_improve() -> None:
    assert advise(GOOD) == []


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"versions": {"numba": None}, "backend": "numpy"}, "pip install numba"),
        ({"versions": {"pillow": None}}, "parts will not work without pillow: pip install pillow"),
        ({"backend": "numpy", "cache": None}, "unset SCRATCHCV_BACKEND"),
        ({"cache": KernelCache(None, False, 0, 0, 0)}, "set NUMBA_CACHE_DIR to a folder"),
        ({"cache": KernelCache(Path("cache"), False, 40, 40, 0)}, "set NUMBA_CACHE_DIR to a folder"),
        ({"cache": KernelCache(Path("cache"), True, 0, 40, 0)}, "40 of 40 kernels will be compiled on first"),
        ({"cache": KernelCache(Path("cache"), True, 31, 40, 0)}, "`scratchcv warmup` compiles them now"),
        ({"variables": {"OMP_NUM_THREADS": "1"}}, "OMP_NUM_THREADS=1 leaves cores idle: there are 4"),
        (
            {"variables": {"NUMBA_NUM_THREADS": "8"}, "kernel_threads": 8},
            "NUMBA_NUM_THREADS=8 lets threads wait for each other: there are 4 cores",
        ),
        ({"blas_kernel": "Haswell"}, "set OPENBLAS_CORETYPE=SKYLAKEX"),
        (
            {"blas_kernel": "Haswell", "variables": {"OPENBLAS_CORETYPE": "Haswell"}},
            "unset OPENBLAS_CORETYPE=Haswell",
        ),
        ({"blas": "netlib 3.9"}, "NumPy has no optimised BLAS"),
        ({"load": 6.0}, "other programs are using the cores"),
        ({"memory": 2**30}, "a smaller --batch-size"),
    ],
)
def test_one_thing_to_improve(change: dict[str, Any], advice: str) -> None:
    (line,) = advise(dataclasses.replace(GOOD, **change))
    assert advice in line


@pytest.mark.parametrize(
    "change",
    [
        {"blas_kernel": "Haswell", "simd": ("X86_V2", "X86_V3")},
        {"blas_kernel": ""},
        {"variables": {"OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "many"}},
        {"load": None, "memory": None, "blas": ""},
    ],
)
def test_no_false_alarm(change: dict[str, Any]) -> None:
    assert advise(dataclasses.replace(GOOD, **change)) == []


def test_examine_and_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "HASWELL")
    facts = examine()
    assert facts.backend == backend.get_backend()
    assert facts.versions["numpy"]
    assert facts.kernel_threads >= 1
    assert facts.variables["OPENBLAS_CORETYPE"] == "HASWELL"
    text = str(facts)
    assert "OPENBLAS_CORETYPE=HASWELL" in text
    assert f"numpy {facts.versions['numpy']}" in text


@pytest.mark.parametrize(
    ("simd", "expected"),
    [
        (("X86_V2", "X86_V3", "X86_V4"), "; AVX-512, 16 float32 at a time"),
        (("SSE42", "AVX2"), "; AVX2, 8 float32 at a time"),
        (("NEON", "ASIMDHP"), "; NEON, 4 float32 at a time"),
        (("VSX",), "VSX"),
    ],
)
def test_the_width_of_registers(simd: tuple[str, ...], expected: str) -> None:
    (line,) = (x for x in str(dataclasses.replace(GOOD, simd=simd)).splitlines() if x.startswith("SIMD"))
    assert line.endswith(expected)


def test_says_where_the_number_of_threads_comes_from() -> None:
    assert "\nkernels    4 threads\n" in str(GOOD)
    told = dataclasses.replace(GOOD, kernel_threads=3, variables={"NUMBA_NUM_THREADS": "3"})
    assert "\nkernels    3 threads, as NUMBA_NUM_THREADS=3 says\n" in str(told)
    wrong = dataclasses.replace(GOOD, variables={"NUMBA_NUM_THREADS": "many"})
    assert "\nkernels    4 threads\n" in str(wrong)


def test_the_reason_for_a_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRATCHCV_BACKEND", "numpy")
    with backend.use_backend("numpy"):
        assert examine().reason == "SCRATCHCV_BACKEND=numpy says so"
        assert examine().cache is None
    monkeypatch.delenv("SCRATCHCV_BACKEND")
    monkeypatch.setattr(doctor, "has_numba", lambda: False)
    with backend.use_backend("numpy"):
        assert examine().reason == "Numba is not installed"


def test_threadpoolctl_is_asked_when_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    pools = [{"user_api": "openmp"}, {"user_api": "blas", "architecture": "Zen"}]
    monkeypatch.setitem(sys.modules, "threadpoolctl", SimpleNamespace(threadpool_info=lambda: pools))
    assert examine().blas_kernel == "Zen"


def test_a_system_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "MEMORY_FILE", Path("no/such/file"))
    memory = examine().memory
    assert memory is None or memory > 0


class TestWithoutCompilation:
    def test_advice(self) -> None:
        (line,) = advise(dataclasses.replace(GOOD, variables={"NUMBA_DISABLE_JIT": "1"}))
        assert "unset NUMBA_DISABLE_JIT" in line
        assert advise(dataclasses.replace(GOOD, variables={"NUMBA_DISABLE_JIT": "0"})) == []

    @pytest.mark.skipif(not backend.has_numba(), reason="Numba is not installed")
    def test_the_doctor_runs(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "scratchcv", "doctor"],
            env={**os.environ, "SCRATCHCV_BACKEND": "numba", "NUMBA_DISABLE_JIT": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "\ncache      not used\n" in done.stdout
        assert "unset NUMBA_DISABLE_JIT" in done.stdout
