import subprocess
import sys

import numpy as np
import pytest

from scratchcv.backend import use_backend
from scratchcv.models import ssd_tiny
from scratchcv.training.compile_kernels import compile_kernels
from scratchcv.warmup import calls


def test_compiling_kernels_leaves_the_model_as_it_is() -> None:
    model = ssd_tiny(["background"], size=64)
    before = model.state_dict()
    assert compile_kernels(model) > 0
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    assert not any(parameter.grad.any() for parameter in model.parameters())


@pytest.fixture
def cold(monkeypatch):
    """Let the cache look empty, and tell which processes are started."""
    pytest.importorskip("numba")
    module = sys.modules["scratchcv.training.compile_kernels"]
    started = []

    class Process(subprocess.Popen):
        def __init__(self, *arguments, **options):
            started.append(self)
            super().__init__(*arguments, **options)

    monkeypatch.setattr(module, "_is_cold", lambda: True)
    monkeypatch.setattr(module, "thread_count", lambda: 2)
    monkeypatch.setattr(module.subprocess, "Popen", Process)
    return started


def test_a_second_process_helps_and_is_gone_afterwards(cold):
    with use_backend("numba"):
        compile_kernels(ssd_tiny(["background"], size=64))
    (second,) = cold
    assert second.returncode is not None


def test_what_the_second_process_is_told_runs(cold):
    with use_backend("numba"):
        second = sys.modules["scratchcv.training.compile_kernels"]._second_process()
    assert second.wait(timeout=120) == 0


def test_nobody_helps_where_numba_is_not_used(cold):
    with use_backend("numpy"):
        compile_kernels(ssd_tiny(["background"], size=64))
    assert cold == []


def test_the_other_end_names_calls_of_the_warm_up():
    names = {name for name, _ in calls(np.float32)}
    assert set(sys.modules["scratchcv.training.compile_kernels"].FROM_THE_OTHER_END) <= names
