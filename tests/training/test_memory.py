"""Keeping freed memory."""

import platform
import subprocess
import sys

import pytest

CODE = """
import resource
import numpy as np
from scratchcv.training.memory import keep_freed_memory
asked = keep_freed_memory() if {ask} else False
np.ones(5_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    np.ones(5_000_000)
print(asked, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked")
def test_large_arrays_are_paged_in_once():
    faults = {}
    for ask in (True, False):
        run = subprocess.run(
            [sys.executable, "-c", CODE.format(ask=ask)], capture_output=True, text=True, check=True
        )
        asked, faults[ask] = run.stdout.split()
        assert asked == str(ask)
    assert int(faults[True]) < 20
    assert int(faults[False]) > 5 * int(faults[True])


def test_elsewhere_it_says_no(monkeypatch):
    import ctypes

    from scratchcv.training.memory import keep_freed_memory

    def other_library(name):
        raise OSError("no C library of that kind")

    monkeypatch.setattr(ctypes, "CDLL", other_library)
    assert keep_freed_memory() is False
