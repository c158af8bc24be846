from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scratchcv import backend, warmup
from scratchcv.warmup import WarmUp


@pytest.mark.parametrize(("options", "kinds"), [([], ["float32"]), (["--float64"], ["float32", "float64"])])
def test_prints_what_was_done(
    options: list[str], kinds: list[str], run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "_active", "numba")
    monkeypatch.setattr(warmup, "warm_up", lambda dtype, progress: WarmUp(1, 2, 3.0, Path("cache")))
    result = run("warmup", *options)
    assert (result.status, result.err) == (0, "")
    done = "1 kernels compiled, 2 were ready: 3.0 s. They are kept in cache"
    assert result.out.splitlines() == [f"{kind}: {done}" for kind in kinds]


def test_ctrl_c_ends_it_cleanly(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(dtype: Any, progress: bool) -> WarmUp:
        raise KeyboardInterrupt

    monkeypatch.setattr(backend, "_active", "numba")
    monkeypatch.setattr(warmup, "warm_up", interrupted)
    result = run("warmup")
    assert (result.status, result.out, result.err) == (130, "", "scratchcv: Interrupted\n")


def test_has_nothing_to_do_without_numba(run: Callable[..., Any]) -> None:
    with backend.use_backend("numpy"):
        result = run("warmup")
    assert (result.status, result.err) == (0, "")
    assert "nothing to compile" in result.out
