"""Tries what a submission must not be able to do: what counts is the effect, not what was switched on."""

import ctypes
import errno
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

_READABLE = ("/etc/passwd", "/etc/hosts", "/proc/version", "/etc/os-release")
_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", ".")
_PROGRAM = "/bin/true"


def probe(parent: int) -> dict[str, str]:
    """Return what became of each attempt: "blocked: " with the reason, or "open".

    Parameters
    ----------
    parent : int
        The grader's process.
    """
    forked = _outcome(_fork)
    attempts: dict[str, Callable[[], None]] = {
        "read": _read,
        "write": _write,
        "network": _connect,
        "exec": _exec,
        "signal": lambda: os.kill(parent, 0),
        "memory": lambda: _read_memory(parent),
    }
    return {"fork": forked, **{name: _outcome(attempt) for name, attempt in attempts.items()}}


def _outcome(attempt: Callable[[], None]) -> str:
    """Return what became of an attempt; only a refusal counts as blocked."""
    try:
        attempt()
    except OSError as error:
        if error.errno in (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EAGAIN):
            return f"blocked: {errno.errorcode[error.errno]}"
        return f"open: {error.strerror}"
    except AttributeError:
        return "open: not tried on this system"
    return "open"


def _read() -> None:
    """Open what every user may read."""
    _any([lambda name=name: os.close(os.open(name, os.O_RDONLY)) for name in _READABLE])  # type: ignore[misc]


def _write() -> None:
    """Make a file where every user may."""

    def make(folder: str) -> None:
        name = os.path.join(folder, f".scratchcv-probe-{os.getpid()}")  # noqa: PTH118
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        os.unlink(name)  # noqa: PTH108

    _any([lambda folder=folder: make(folder) for folder in _FOLDERS])  # type: ignore[misc]


def _connect() -> None:
    families = ((socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM))
    _any([lambda kind=kind: socket.socket(*kind).close() for kind in families])  # type: ignore[misc]


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _exec() -> None:
    """Run a program; where no process can be started for it, ask for one that is not there."""
    if _outcome(_fork) == "open":
        child = os.fork()
        if child == 0:
            with suppress(OSError):
                os.execv(_PROGRAM, [_PROGRAM])
            os._exit(1)
        if os.waitpid(child, 0)[1] != 0:
            raise PermissionError(errno.EACCES, "not run")
        return
    os.execv("/nonexistent", ["nonexistent"])


def _read_memory(process: int) -> None:
    """Open the grader's memory, and ask the kernel for a piece of it."""

    def ask() -> None:
        if not sys.platform.startswith("linux"):
            raise AttributeError("process_vm_readv")
        libc = ctypes.CDLL(None, use_errno=True)
        here = ctypes.create_string_buffer(8)
        ours, theirs = (ctypes.c_void_p * 2)(ctypes.addressof(here), 8), (ctypes.c_void_p * 2)(4096, 8)
        if (
            libc.process_vm_readv(
                process, ours, ctypes.c_ulong(1), theirs, ctypes.c_ulong(1), ctypes.c_ulong(0)
            )
            < 0
        ):
            raise OSError(ctypes.get_errno(), "not read")

    _any([ask, lambda: os.close(os.open(f"/proc/{process}/mem", os.O_RDONLY))])


def _any(attempts: list[Callable[[], None]]) -> None:
    """Succeed when one attempt does; else fail as the least refused of them."""
    refused: OSError | None = None
    for attempt in attempts:
        try:
            attempt()
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EACCES, errno.ENOSYS):
                raise
            refused = error
        else:
            return
    if refused is None:
        raise FileNotFoundError(errno.ENOENT, "nothing to try it on")
    raise refused
