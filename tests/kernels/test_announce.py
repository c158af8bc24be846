"""The line that says that kernels are being compiled."""

import logging
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

pytest.importorskip("numba")

from scratchcv.kernels import announce
from scratchcv.kernels.announce import MESSAGE, CompilationNotice


def compilation(module="scratchcv.kernels.iou"):
    """Return an event as Numba sends it."""
    return SimpleNamespace(data={"dispatcher": SimpleNamespace(py_func=SimpleNamespace(__module__=module))})


@pytest.fixture(autouse=True)
def _impatient(monkeypatch, caplog):
    monkeypatch.setattr(announce, "PATIENCE", 0.2)
    caplog.set_level(logging.WARNING, logger="scratchcv")  # the documents' examples silence it


def compile_for(notice, seconds, module="scratchcv.kernels.iou"):
    notice.on_start(compilation(module))
    time.sleep(seconds)
    notice.on_end(compilation(module))


def test_one_long_compilation_is_announced_while_it_lasts(caplog):
    notice = CompilationNotice()
    notice.on_start(compilation())
    deadline = time.monotonic() + 30
    while not caplog.messages and time.monotonic() < deadline:
        time.sleep(0.01)
    assert caplog.messages == [MESSAGE]
    notice.on_end(compilation())
    compile_for(notice, 0.3)
    assert caplog.messages == [MESSAGE]


def test_many_short_compilations_are_announced_once(caplog):
    notice = CompilationNotice()
    for _ in range(8):
        compile_for(notice, 0.1)
    assert caplog.messages == [MESSAGE]
    assert caplog.records[0].levelno == logging.WARNING


def test_little_compilation_is_not_worth_a_word(caplog, monkeypatch):
    monkeypatch.setattr(announce, "PATIENCE", 60.0)
    compile_for(CompilationNotice(), 0.05)
    assert caplog.messages == []


def test_a_kernel_inside_a_kernel_counts_once(monkeypatch):
    monkeypatch.setattr(announce, "PATIENCE", 60.0)
    notice = CompilationNotice()
    notice.on_start(compilation())
    begin = time.perf_counter()
    compile_for(notice, 0.05)
    assert notice.spent == 0
    notice.on_end(compilation())
    assert 0.05 <= notice.spent <= time.perf_counter() - begin + 0.01


def test_the_kernels_of_others_are_not_ours(caplog):
    compile_for(CompilationNotice(), 0.4, "somebody.elses")
    assert caplog.messages == []


def test_it_is_one_line_on_the_error_stream_and_none_when_kernels_are_ready(tmp_path):
    code = (
        "import numpy as np\n"
        "from scratchcv.kernels import announce\n"
        "announce.PATIENCE = 0.01\n"
        "from scratchcv.boxes import box_iou, nms\n"
        "boxes = np.ones((1, 4), np.float32)\n"
        "box_iou(boxes, boxes), nms(boxes, boxes[0, :1], 0.5)\n"
    )
    environment = {**os.environ, "SCRATCHCV_BACKEND": "numba", "NUMBA_CACHE_DIR": str(tmp_path)}

    def run():
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )

    assert (run().stderr, run().stderr) == (f"{MESSAGE}\n", "")
