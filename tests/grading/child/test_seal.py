"""Layers: what was asked for, what became of it."""

import sys

import pytest

from scratchcv.grading.child.seal import LAYERS
from scratchcv.grading.process.sandbox import ALL_LAYERS, ChildDiedError, Limits, Sandbox

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="layers other than limits are Linux's"
)


def test_both_sides_know_the_same_layers():
    assert ALL_LAYERS == LAYERS


@linux
@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_that_was_not_asked_for_is_off(layer):
    with Sandbox(layers=tuple(name for name in LAYERS if name != layer)) as sandbox:
        report = sandbox.status.layers
    assert set(report) == set(LAYERS)
    assert report[layer] == "not asked for"


@linux
def test_landlock_needs_the_vow_of_no_new_privileges():
    """Off with its reason, where the superuser's rights do not make up for it."""
    with Sandbox(layers=("uid", "landlock")) as sandbox:
        state = sandbox.status.layers["landlock"]
        assert state.startswith("off: ") or sandbox.status.uid == 0
    assert sandbox.status.level == "self-check"


LIMITS = """
import resource as r
def f(): return [r.getrlimit(kind)[0] for kind in (r.RLIMIT_CPU, r.RLIMIT_FSIZE, r.RLIMIT_CORE)]
"""

THREADS = """
import threading
def f():
    seen = []
    threads = [threading.Thread(target=seen.append, args=(i,)) for i in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return sorted(seen)
"""


@linux
def test_limits_are_what_was_asked_for():
    with Sandbox(Limits(cpu_seconds=7)) as sandbox:
        sandbox.load(LIMITS)
        assert sandbox.call("f", (), {}) == [7, 0, 0]


@linux
def test_threads_may_be_started():
    with Sandbox() as sandbox:
        sandbox.load(THREADS)
        assert sandbox.call("f", (), {}) == [0, 1, 2, 3]


@linux
def test_processor_time_is_bounded():
    with Sandbox(Limits(cpu_seconds=1, seconds=60)) as sandbox, pytest.raises(ChildDiedError) as caught:
        sandbox.load("while True: pass")
    assert caught.value.reason == "timeout"
    assert "processor time" in caught.value.message
