"""What the grader sees to on its own side while a submission runs: users of their own, closed memory."""

import ctypes
import os
import socket
import sys
import threading
from typing import Any

FIRST_UID = 54321
SLOTS = 1024

_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4


class UserSlot:
    """A user number that no other running child has, on this machine.

    The number is held by an address of a local socket: the system gives each to one process only, and takes
    it back when that process is gone, however it ended.

    Attributes
    ----------
    uid : int or None
        None where the grader is not the superuser.

    Raises
    ------
    OSError
        When all are taken.
    """

    def __init__(self) -> None:
        self.uid: int | None = None
        self._held: socket.socket | None = None
        if not sys.platform.startswith("linux") or os.geteuid() != 0:
            return
        held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        for uid in range(FIRST_UID, FIRST_UID + SLOTS):
            try:
                held.bind(f"\0scratchcv-uid-{uid}")
            except OSError:
                continue
            self.uid, self._held = uid, held
            return
        held.close()
        raise OSError(f"all {SLOTS} users for submissions are taken")

    def release(self) -> None:
        """Give the number back; the child must be dead."""
        if self._held is not None:
            self._held.close()


class ClosedMemory:
    """While any of these is held, other processes of the same user cannot read the grader's memory.

    Linux lets a user's processes look into each other unless one declares itself not dumpable. There is then
    no core dump of the grader either, and no debugger can attach to it; both come back at the end.
    """

    _lock = threading.Lock()
    _holders = 0
    _before = 1

    def __init__(self) -> None:
        with ClosedMemory._lock:
            if ClosedMemory._holders == 0:
                ClosedMemory._before = _prctl(_PR_GET_DUMPABLE)
                _prctl(_PR_SET_DUMPABLE, 0)
            ClosedMemory._holders += 1
        self._held = True

    def release(self) -> None:
        """Open it again, unless others still hold it."""
        with ClosedMemory._lock:
            if self._held:
                self._held = False
                ClosedMemory._holders -= 1
                if ClosedMemory._holders == 0 and ClosedMemory._before == 1:
                    _prctl(_PR_SET_DUMPABLE, 1)


def _prctl(option: int, value: int = 0) -> Any:
    if not sys.platform.startswith("linux"):
        return 0
    return ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)
