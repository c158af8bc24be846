"""Compiled kernels on disk: found by the next process, and made anew where they are damaged or stale."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import scratchcv

pytest.importorskip("numba")

PROGRAM = """
import numpy as np
from scratchcv.boxes import box_iou
boxes = np.array([[0, 0, 2, 2], [1, 0, 3, 2]], np.{dtype})
print(box_iou(boxes, boxes)[0, 1].item() == np.{dtype}(1) / np.{dtype}(3))
from scratchcv.kernels.cache import all_kernels
stats = all_kernels()["iou._fill"].stats
print(stats.cache_hits.total(), stats.cache_misses.total())
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder for compiled kernels that nothing else writes to."""
    return tmp_path / "cache"


def run(folder, dtype="float32", **variables):
    """Compute an IoU in a new process; return whether it is right, hits, misses, and what was logged."""
    environment = {**os.environ, "SCRATCHCV_BACKEND": "numba", "NUMBA_CACHE_DIR": str(folder), **variables}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM.format(dtype=dtype)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    right, hits, misses = done.stdout.split()
    assert right == "True"
    logged = [line for line in done.stderr.splitlines() if "is compiling kernels" not in line]
    return int(hits), int(misses), logged


def files(folder, suffix):
    return sorted(folder.rglob(f"iou._fill-*.{suffix}"))


def test_the_second_process_compiles_nothing(folder):
    assert run(folder) == (0, 1, [])
    assert run(folder) == (1, 0, [])


@pytest.mark.parametrize("suffix", ["nbc", "nbi"])
@pytest.mark.parametrize("content", [b"", b"\0" * 500, None], ids=["cut to nothing", "zeros", "cut in half"])
def test_a_damaged_file_is_made_anew_and_reported_once(folder, suffix, content):
    run(folder)
    (file,) = files(folder, suffix)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if content is None else content)
    hits, misses, logged = run(folder)
    assert (hits, misses, len(logged)) == (0, 1, 1)
    assert "damaged" in logged[0]
    assert str(file.parent) in logged[0]
    assert run(folder) == (1, 0, [])


def test_a_lost_file_is_made_anew(folder):
    run(folder)
    files(folder, "nbc")[0].unlink()
    assert run(folder) == (0, 1, [])


def test_a_file_of_another_signature_is_not_run(folder):
    """So it is where two processes save at the same moment, and take the same file name."""
    run(folder, "float32")
    run(folder, "float64")
    one, other = files(folder, "nbc")
    one.write_bytes(other.read_bytes())
    hits, misses, logged = run(folder, "float32")
    assert (hits, misses, len(logged)) == (0, 1, 1)
    assert run(folder, "float32") == (1, 0, [])


def test_two_processes_may_compile_at_once(folder):
    command = [sys.executable, "-c", PROGRAM.format(dtype="float32")]
    environment = {**os.environ, "SCRATCHCV_BACKEND": "numba", "NUMBA_CACHE_DIR": str(folder)}
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert all(process.communicate(timeout=300)[0].startswith("True") for process in both)
    assert run(folder) == (1, 0, [])


def test_a_full_disk_costs_a_line_and_no_result(folder):
    code = (
        "from numba.core import caching\n"
        "def full(*arguments):\n"
        "    raise OSError(28, 'No space left on device')\n"
        "caching.IndexDataCacheFile.save = full\n"
    )
    environment = {**os.environ, "SCRATCHCV_BACKEND": "numba", "NUMBA_CACHE_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code + PROGRAM.format(dtype="float32")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("True")
    assert "cannot be kept in" in done.stderr
    assert "No space left on device" in done.stderr


def test_a_changed_helper_makes_kernels_stale(monkeypatch):
    from scratchcv.kernels import cache

    def stamp():
        cache._stamp.cache_clear()
        return {name: cache._stamp(f"scratchcv.kernels.{name}") for name in ("conv2d", "_tile", "iou")}

    cache.all_kernels()
    before = stamp()
    getsource = cache.inspect.getsource

    def changed(module):
        return getsource(module) + ("# changed" if module.__name__.endswith("_tile") else "")

    monkeypatch.setattr(cache.inspect, "getsource", changed)
    after = stamp()
    cache._stamp.cache_clear()
    assert after["conv2d"] != before["conv2d"]
    assert after["_tile"] != before["_tile"]
    assert after["iou"] == before["iou"]


def test_every_kernel_is_guarded():
    from scratchcv.kernels.cache import GuardedCache, all_kernels

    kernels = all_kernels()
    sources = Path(scratchcv.__file__).parent.glob("kernels/*.py")
    assert len(kernels) == sum(source.read_text(encoding="utf-8").count("\n@njit") for source in sources)
    assert [name for name, kernel in kernels.items() if type(kernel._cache) is not GuardedCache] == []
