"""Closes the process off, layer by layer, between the imports and the arrival of a submission."""

import ctypes
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scratchcv.grading.child import landlock, seccomp

LAYERS = ("limits", "uid", "privileges", "landlock", "seccomp")

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_SIGKILL = 9
_DESCRIPTORS = 64
_THREADS = 16


def seal(settings: dict[str, Any], descriptors: tuple[int, ...]) -> dict[str, str]:
    """Apply the layers and return what became of each.

    Parameters
    ----------
    settings : dict
        ``layers``, ``uid``, ``memory``, ``cpu_seconds``, ``parent``, ``folder``, ``packages``.
    descriptors : tuple of int
        The pipes that stay open besides the standard streams.
    """
    wanted = settings["layers"]
    report = {name: "not asked for" for name in LAYERS if name not in wanted}

    def layer(name: str, apply: Callable[[], str | None]) -> None:
        if name in wanted:
            try:
                report[name] = apply() or "on"
            except (OSError, ImportError, AttributeError, ValueError) as error:
                report[name] = f"off: {error}"[:200]

    _close_others(descriptors)
    _check_alone()
    rules: list[int] = []
    layer("landlock", lambda: rules.append(_rules(settings)))
    layer("limits", lambda: _limits(settings))
    layer("uid", lambda: _become(settings["uid"]))
    layer("privileges", lambda: _give_up_privileges(settings["parent"]))
    if rules:
        layer("landlock", lambda: _restrict(rules[0]))
    layer("seccomp", lambda: seccomp.install(platform.machine()))
    return report


def _close_others(descriptors: tuple[int, ...]) -> None:
    """Close what a library may have left open."""
    first = 3
    for descriptor in sorted(descriptors):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, first + (1 << 12))


def _check_alone() -> None:
    """Fail when a library has started a thread: Landlock would not hold it."""
    tasks = Path("/proc/self/task")
    if tasks.is_dir() and len(list(tasks.iterdir())) != 1:
        raise RuntimeError("a library has started threads, which cannot be sealed")


def _limits(settings: dict[str, Any]) -> str | None:
    """Bound memory, processor time, files and processes."""
    import resource

    limits = {
        "RLIMIT_CPU": settings["cpu_seconds"],
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": _DESCRIPTORS,
        "RLIMIT_AS": _address_space() + settings["memory"],
    }
    if settings["uid"] is not None:
        limits["RLIMIT_NPROC"] = _THREADS
    elif "seccomp" not in settings["layers"] or not sys.platform.startswith("linux"):
        # Without a user of its own the limit counts what others run, too: then there is nothing or no limit.
        limits["RLIMIT_NPROC"] = 0
    refused = []
    for name, value in limits.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        hardest = resource.getrlimit(number)[1]
        value = value if hardest == resource.RLIM_INFINITY else min(value, hardest)
        hard = value + 1 if name == "RLIMIT_CPU" and value != hardest else value
        try:
            resource.setrlimit(number, (value, hard))
        except (OSError, ValueError):
            refused.append(name)  # macOS knows the address space's, and refuses it
    return f"on, without {', '.join(refused)}" if refused else None


def _address_space() -> int:
    """Return what the interpreter takes itself; 0 where that cannot be read."""
    try:
        with open("/proc/self/statm", encoding="ascii") as pages:  # noqa: PTH123
            return int(pages.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 1 << 30


def _become(uid: int | None) -> str | None:
    """Become a user that owns nothing."""
    if uid is None:
        return "off: needs the superuser's rights"
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    return None


def _give_up_privileges(parent: int) -> str | None:
    """Never gain rights again, be closed to others of the same user, and die with the grader."""
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((_PR_SET_NO_NEW_PRIVS, 1), (_PR_SET_DUMPABLE, 0), (_PR_SET_PDEATHSIG, _SIGKILL)):
        if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0):
            raise OSError(ctypes.get_errno(), f"prctl {option} is refused")
    if os.getppid() != parent:
        os._exit(0)  # it died before it could be said
    return None


def _rules(settings: dict[str, Any]) -> int:
    return landlock.ruleset(landlock.libraries(settings["folder"], settings["packages"]))


def _restrict(rules: int) -> str:
    landlock.restrict(rules)
    return f"on, version {landlock.version()}"
