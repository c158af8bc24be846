"""Landlock's rules; that they hold is for the attacks to show."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from scratchcv.grading.child import landlock
from scratchcv.grading.process.launch import library_folder

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Landlock is Linux's")


def test_what_may_be_read_is_python_and_the_packages():
    allowed = list(landlock.libraries(library_folder(), ["numpy"]))
    resolved = {path.resolve() for path in allowed}

    def may_read(path):
        return any(folder in resolved for folder in (Path(path).resolve(), *Path(path).resolve().parents))

    assert may_read(np.__file__)
    assert may_read(os.__file__)
    assert may_read("/dev/null")
    for place in (
        landlock.__file__,
        pytest.__file__,
        "/etc/passwd",
        "/proc/self/maps",
        library_folder(),
        Path.home(),
    ):
        assert not may_read(place)


@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_kernel_that_is_too_old_is_refused(monkeypatch, version):
    monkeypatch.setattr(landlock, "version", lambda: version)
    with pytest.raises(OSError, match=f"Landlock version {version}, needs 3"):
        landlock.ruleset([])


def test_rules_are_refused_with_a_reason():
    with pytest.raises(OSError, match="the rules are refused"):
        landlock.restrict(os.open(os.devnull, os.O_RDONLY))


def test_other_systems_have_none(monkeypatch):
    monkeypatch.setattr(landlock.sys, "platform", "darwin")
    assert landlock.version() == 0
