"""What grading must not leave behind: processes, descriptors, temporary files."""

import ctypes
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path

import pytest

PR_SET_CHILD_SUBREAPER = 36

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for leftovers in /proc")


def children() -> list[int]:
    """Return the processes below this one, but for multiprocessing's own helper."""
    files = Path("/proc/self/task").glob("*/children")
    pids = [pid for file in files for pid in map(int, file.read_text().split())]
    return [pid for pid in pids if pid != resource_tracker._resource_tracker._pid]


def still_there(seconds: float = 10) -> list[int]:
    """Give orphans some time to end, and return those that do not."""
    deadline = time.monotonic() + seconds
    while (left := children()) and time.monotonic() < deadline:
        for pid in left:
            os.waitpid(pid, os.WNOHANG)
        time.sleep(0.05)
    return left


@contextmanager
def nothing_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where a process, a descriptor or a temporary file is left by what the ``with`` block did."""
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    resource_tracker.ensure_running()
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans become ours, so that none goes unseen
    try:
        before = children(), descriptors()
        yield
        assert (still_there(), descriptors()) == before
        assert [*folder.iterdir()] == []
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])
