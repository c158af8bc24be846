"""Landlock: a process gives up all files but those it names, in two steps around the change of user.

Rules are made of open folders, which may be out of reach for the user that the process becomes; the vow
itself needs no rights.
"""

import ctypes
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every processor
_ASK_VERSION, _BELOW = 1, 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_OLDEST = 3
"""The first version that can forbid to empty a file."""

# How many kinds of access to files each version handles; what comes later is not asked for.
_FILE_RIGHTS = {3: 15, 4: 15}
_ALL_FILE_RIGHTS = 16  # version 5 added ioctl on devices
_TCP, _SCOPES = 0b11, 0b11  # bind and connect; abstract sockets and signals


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Below(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Return the kernel's version of Landlock; 0 where it has none."""
    return max(0, int(ctypes.CDLL(None).syscall(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)))


def ruleset(readable: Iterable[Path]) -> int:
    """Return a descriptor of rules that leave nothing but reading these files and folders.

    Raises
    ------
    OSError
        When the kernel has no Landlock, or one that is too old.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    has = version()
    if has < _OLDEST:
        raise OSError(f"Landlock version {has}, needs {_OLDEST}")
    rights = (1 << _FILE_RIGHTS.get(has, _ALL_FILE_RIGHTS)) - 1
    wanted = _Ruleset(rights, _TCP if has >= 4 else 0, _SCOPES if has >= 6 else 0)
    size = 8 if has < 4 else 16 if has < 6 else 24
    rules = libc.syscall(_CREATE, ctypes.byref(wanted), ctypes.c_size_t(size), 0)
    if rules < 0:
        raise OSError(ctypes.get_errno(), "no rules can be made")
    for place in readable:
        try:
            descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # what is not there need not be allowed
        allowed = _READ_FILE | _READ_FOLDER if place.is_dir() else _READ_FILE
        failed = libc.syscall(_ADD, rules, _BELOW, ctypes.byref(_Below(allowed, descriptor)), 0)
        os.close(descriptor)
        if failed:
            raise OSError(ctypes.get_errno(), f"no rule for {place}")
    return int(rules)


def restrict(rules: int) -> None:
    """Keep to the rules from now on; privileges must have been given up.

    Raises
    ------
    OSError
        When the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    failed = libc.syscall(_RESTRICT, rules, 0)
    os.close(rules)
    if failed:
        raise OSError(ctypes.get_errno(), "the rules are refused")


def libraries(folder: str, packages: Iterable[str]) -> Iterator[Path]:
    """Yield what Python and the packages may still have to read.

    The standard library's folder is named by its entries, since packages of all kinds may lie in it too. Of
    the system's libraries there are those that are already loaded.
    """
    for standard in {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}:
        if Path(standard).is_dir():
            yield from (entry for entry in Path(standard).iterdir() if not entry.name.endswith("-packages"))
    for package in packages:
        yield from (Path(folder, package), Path(folder, f"{package}.libs"))
    yield from (Path("/dev", name) for name in ("null", "zero", "urandom"))
    with open("/proc/self/maps", encoding="utf-8") as maps:  # noqa: PTH123
        yield from {Path(line.split(maxsplit=5)[5].rstrip("\n")) for line in maps if ".so" in line}
    yield from (Path(entry) for entry in sys.path if entry.endswith(".zip"))
