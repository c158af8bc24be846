from collections.abc import Callable
from typing import Any

import pytest

from scratchcv import backend, doctor


def test_prints_facts_and_advice(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("doctor")
    assert result.status == 0
    assert result.err == ""
    lines = result.out.splitlines()
    for name in ("scratchcv", "Python", "packages", "backend", "cores", "BLAS", "cache", "memory"):
        assert any(line.startswith(name) for line in lines)
    assert lines[-1].startswith("* ")
    monkeypatch.setattr(doctor, "advise", lambda facts: [])
    assert run("doctor").out.splitlines()[-1] == "* nothing to improve was found"


def test_says_which_backend(run: Callable[..., Any]) -> None:
    with backend.use_backend("numpy"):
        out = run("doctor").out
    assert "\nbackend    numpy: " in out
    assert "\ncache      not used\n" in out
