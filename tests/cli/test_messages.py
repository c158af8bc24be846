import os
import sys
from pathlib import Path

import pytest

from scratchcv import doctor
from scratchcv.cli.messages import announce_compilation, drop_output, print_result, say


def test_messages_go_to_the_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    say("error: no such file")
    assert capsys.readouterr() == ("", "scratchcv: error: no such file\n")


@pytest.mark.parametrize("kernels", [0, 40])
def test_compilation_is_announced_when_there_is_some(
    backend: str, kernels: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = doctor.KernelCache(Path("cache"), True, kernels, 0)
    monkeypatch.setattr(doctor, "kernel_cache", lambda: cache)
    announce_compilation()
    announced = "compiling kernels, once" in capsys.readouterr().err
    assert announced == (backend == "numba" and kernels == 0)


def test_nothing_is_announced_where_nothing_is_compiled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "kernel_cache", lambda: None)
    announce_compilation()
    assert capsys.readouterr().err == ""


def test_results_go_nowhere_when_the_reader_has_left(capfd: pytest.CaptureFixture[str]) -> None:
    print_result("a result\n")
    assert capfd.readouterr().out == "a result\n"
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as broken, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", broken)
        for _ in range(2):
            print_result("nobody reads this")
        drop_output()
    assert capfd.readouterr() == ("", "")
