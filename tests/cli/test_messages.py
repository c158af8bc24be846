from pathlib import Path

import pytest

from scratchcv import doctor
from scratchcv.cli.messages import announce_compilation, say


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
