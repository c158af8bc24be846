"""A line that says why nothing happens: kernels are being compiled."""

import logging
import threading
import time
from typing import Any

from numba.core import event

LOG = logging.getLogger("scratchcv")

MESSAGE = "scratchcv is compiling kernels for this processor, once; the next run finds them ready"

PATIENCE = 1.0
"""Seconds of compiling that pass without a word."""


class CompilationNotice(event.Listener):
    """Says once, through `logging`, that kernels are being compiled, when that has taken a second.

    Numba tells it of each compilation, and only of what it did not find on disk. So nothing is said where all
    is ready, and the line comes where the cache is empty, partial, or stale.

    Examples
    --------
    >>> CompilationNotice().spent
    0.0
    """

    def __init__(self) -> None:
        self.spent = 0.0
        self._said = False
        self._depth = 0
        self._begin = 0.0
        self._timer: threading.Timer | None = None

    def on_start(self, event: Any) -> None:
        """Take note that a function is being compiled; Numba compiles in one thread at a time."""
        if not _is_ours(event):
            return
        self._depth += 1  # a kernel may call others, which are compiled within its time
        if self._depth == 1 and not self._said:
            self._begin = time.perf_counter()
            self._timer = threading.Timer(PATIENCE - self.spent, self._say)
            self._timer.daemon = True
            self._timer.start()

    def on_end(self, event: Any) -> None:
        """Take note that it is done, or has failed."""
        if not _is_ours(event):
            return
        self._depth -= 1
        if self._depth == 0 and self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self.spent += time.perf_counter() - self._begin
            if self.spent >= PATIENCE:  # and the timer came a moment too late
                self._say()

    def _say(self) -> None:
        if not self._said:
            self._said = True
            LOG.warning(MESSAGE)


def _is_ours(event: Any) -> bool:
    return str(event.data["dispatcher"].py_func.__module__).startswith("scratchcv.kernels.")


_notice: CompilationNotice | None = None


def announce_compilation() -> None:
    """Begin to listen, once in a process.

    Examples
    --------
    >>> announce_compilation()
    """
    global _notice
    if _notice is None:
        _notice = CompilationNotice()
        event.register("numba:compile", _notice)
