import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scratchcv import backend, doctor
from scratchcv.doctor import Facts, KernelCache, advise, examine, kernel_cache

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
    cache=KernelCache(Path("cache"), True, 40, 10**6),
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
        ({"cache": KernelCache(None, False, 0, 0)}, "set NUMBA_CACHE_DIR to a folder"),
        ({"cache": KernelCache(Path("cache"), True, 0, 0)}, "no kernel is compiled yet"),
        ({"variables": {"OMP_NUM_THREADS": "1"}}, "OMP_NUM_THREADS=1 leaves cores idle: there are 4"),
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


class TestKernelCache:
    def cached_in(self, monkeypatch: pytest.MonkeyPatch, folder: str | None) -> KernelCache:
        kernels = SimpleNamespace(box_iou=SimpleNamespace(stats=SimpleNamespace(cache_path=folder)))
        monkeypatch.setattr("importlib.import_module", lambda name: kernels)
        return kernel_cache()

    def test_counts_compiled_kernels(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        python = f"py{sys.version_info.major}{sys.version_info.minor}"
        for name in (f"a-7.{python}.1.nbc", f"b-9.{python}.2.nbc", f"a-7.{python}.nbi", "a-7.py39.1.nbc"):
            (tmp_path / name).write_bytes(bytes(100))
        assert self.cached_in(monkeypatch, str(tmp_path)) == KernelCache(tmp_path, True, 2, 200)

    def test_a_folder_that_cannot_be_written_to(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def deny(**options: Any) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("tempfile.TemporaryFile", deny)
        found = self.cached_in(monkeypatch, str(tmp_path))
        assert not found.writable
        assert "NOT writable" in str(found)

    def test_no_folder_at_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = self.cached_in(monkeypatch, None)
        assert found == KernelCache(None, False, 0, 0)
        assert "Numba finds no folder" in str(found)


class TestWithoutCompilation:
    def test_there_is_no_cache(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kernels = SimpleNamespace(box_iou=lambda boxes: boxes)
        monkeypatch.setattr("importlib.import_module", lambda name: kernels)
        assert kernel_cache() is None

    def test_advice(self) -> None:
        (line,) = advise(dataclasses.replace(GOOD, variables={"NUMBA_DISABLE_JIT": "1"}))
        assert "unset NUMBA_DISABLE_JIT" in line
        assert advise(dataclasses.replace(GOOD, variables={"NUMBA_DISABLE_JIT": "0"})) == []

    @pytest.mark.skipif(not backend.has_numba(), reason="Numba is not installed")
    def test_the_doctor_runs(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "scratchcv", "doctor"],
            env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "\ncache      not used\n" in done.stdout
        assert "unset NUMBA_DISABLE_JIT" in done.stdout
