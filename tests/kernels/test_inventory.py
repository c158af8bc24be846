import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scratchcv.kernels.inventory import KernelCache, kernel_cache


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """Return three kernels, two of them ready, which stand for the package's."""
    kernels = [
        SimpleNamespace(
            stats=SimpleNamespace(cache_path=str(tmp_path)),
            targetctx=None,
            _cache=SimpleNamespace(is_ready=lambda context, ready=ready: ready),
        )
        for ready in (True, False, True)
    ]
    cache = SimpleNamespace(all_kernels=lambda: {str(k): kernel for k, kernel in enumerate(kernels)})
    monkeypatch.setattr("importlib.import_module", lambda name: cache)
    return kernels


def test_counts_what_is_ready_and_how_large_it_is(kernels: list[Any], tmp_path: Path) -> None:
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    for name in (f"a-7.{python}.1.nbc", f"b-9.{python}.2.nbc", f"a-7.{python}.nbi", "a-7.py39.1.nbc", "a.py"):
        (tmp_path / name).write_bytes(bytes(100))
    assert kernel_cache() == KernelCache(tmp_path, True, 2, 3, 300)


def test_a_folder_that_cannot_be_written_to(kernels: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(**options: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", deny)
    found = kernel_cache()
    assert not found.writable
    assert "NOT writable" in str(found)


def test_no_folder_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise RuntimeError("cannot cache function 'box_iou': no locator available")

    monkeypatch.setattr("importlib.import_module", lambda name: SimpleNamespace(all_kernels=refuse))
    assert kernel_cache() == KernelCache(None, False, 0, 0, 0)
    assert "Numba finds no folder" in str(kernel_cache())


def test_where_nothing_is_compiled_there_is_no_cache() -> None:
    pytest.importorskip("numba")
    code = "from scratchcv.kernels.inventory import kernel_cache; print(kernel_cache())"
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "None\n"
