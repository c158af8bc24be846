"""Users of their own, and the grader's closed memory."""

import os
import subprocess
import sys

import pytest

from scratchcv.grading.process import host
from scratchcv.grading.process.host import FIRST_UID, ClosedMemory, UserSlot

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="users are changed and memory closed on Linux"
)


@linux
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="users are changed by root alone")
def test_no_two_have_one_user():
    slots = [UserSlot() for _ in range(4)]
    text = "from scratchcv.grading.process.host import UserSlot; print(UserSlot().uid)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    other = int(subprocess.run([sys.executable, "-c", text], capture_output=True, env=environment).stdout)
    uids = [slot.uid for slot in slots] + [other]
    assert len(set(uids)) == 5
    assert min(uids) >= FIRST_UID
    slots[0].release()
    again = UserSlot()
    assert again.uid not in uids[1:4]
    for slot in [again, *slots[1:]]:
        slot.release()


@linux
def test_without_rights_there_is_no_user(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    slot = UserSlot()
    assert slot.uid is None
    slot.release()


@linux
def test_no_slot_is_left(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(host, "SLOTS", 0)
    with pytest.raises(OSError, match="are taken"):
        UserSlot()


@linux
def test_memory_is_closed_while_one_holds_it():
    def dumpable():
        return host._prctl(3)

    assert dumpable() == 1
    first, second = ClosedMemory(), ClosedMemory()
    first.release()
    first.release()
    assert dumpable() == 0
    second.release()
    assert dumpable() == 1


def test_elsewhere_nothing_is_done(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert UserSlot().uid is None
    ClosedMemory().release()
