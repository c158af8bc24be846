"""Probes: only a refusal counts as blocked, and what is open is seen to be."""

import errno
import os
import sys

import pytest

from scratchcv.grading.child import probes
from scratchcv.grading.child.probes import _any, _outcome, probe
from scratchcv.grading.process.levels import PROBES
from scratchcv.grading.process.sandbox import Sandbox

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="layers other than limits are Linux's"
)


def fails(number):
    def attempt():
        raise OSError(number, os.strerror(number))

    return attempt


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (errno.EPERM, "blocked: EPERM"),
        (errno.EACCES, "blocked: EACCES"),
        (errno.ENOSYS, "blocked: ENOSYS"),
        (errno.ENOENT, "open: No such file or directory"),
        (errno.EFAULT, "open: Bad address"),
    ],
)
def test_only_a_refusal_counts(number, outcome):
    assert _outcome(fails(number)) == outcome


def test_what_the_system_has_not_was_not_blocked(monkeypatch):
    monkeypatch.delattr(probes.os, "fork")
    assert _outcome(probes._fork) == "open: not tried on this system"


def test_one_success_or_doubt_is_enough():
    refused, absent, odd = fails(errno.EPERM), fails(errno.ENOENT), fails(errno.EIO)
    assert _outcome(lambda: _any([refused, absent, lambda: None])) == "open"
    assert _outcome(lambda: _any([refused, absent])) == "blocked: EPERM"
    assert _outcome(lambda: _any([absent])) == "open: nothing to try it on"
    assert _outcome(lambda: _any([refused, odd])).startswith("open")


@linux
def test_without_layers_all_is_open():
    with Sandbox(layers=()) as sandbox:
        probes = sandbox.status.probes
    assert set(probes) == set(PROBES)
    assert {name for name, outcome in probes.items() if outcome.startswith("open")} >= set(PROBES) - {
        "memory"
    }
    assert sandbox.status.level == "self-check"


@linux
def test_with_all_layers_nothing_is():
    with Sandbox() as sandbox:
        assert sandbox.status.level == "sealed", sandbox.status
    assert all(outcome.startswith("blocked") for outcome in sandbox.status.probes.values())


@linux
def test_probing_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert set(probe(os.getppid())) == set(PROBES)
    assert not list(tmp_path.iterdir())


def test_no_signal_is_tried_where_it_would_be_control_c(monkeypatch):
    monkeypatch.setattr(probes.os, "name", "nt")
    monkeypatch.setattr(probes.os, "kill", None)
    assert _outcome(lambda: probes._signal(1)) == "open: not tried on this system"
