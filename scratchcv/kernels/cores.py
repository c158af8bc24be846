"""How many cores this process may use: what the system grants, and what a container's quota leaves of it."""

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MEMBERSHIP = Path("/proc/self/cgroup")
GROUPS = Path("/sys/fs/cgroup")


def core_count() -> int:
    """Return how many cores this process may use.

    The least of: the cores of the machine, those that the process is bound to (``taskset``), and the
    processor time that its control group grants (``docker run --cpus=2``), rounded up. The last is not seen
    by `os.sched_getaffinity`: threads beyond it stand still for part of the time.

    Examples
    --------
    >>> core_count() >= 1
    True
    """
    if hasattr(os, "process_cpu_count"):
        cores = os.process_cpu_count()
    elif hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count()
    return max(1, min([cores or 1, *(math.ceil(quota) for quota in _quotas())]))


def _quotas() -> Iterator[float]:
    """Yield the cores granted by each control group that this process is in, innermost first."""
    for folder in _groups():
        with suppress(OSError, ValueError, ZeroDivisionError):  # no such file, or "max", which is no quota
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
            yield int(quota) / int(period)
        with suppress(OSError, ValueError, ZeroDivisionError):  # version 1, where -1 is no quota
            quota, period = (
                (folder / f"cpu.cfs_{name}_us").read_text(encoding="ascii") for name in ("quota", "period")
            )
            if int(quota) > 0:
                yield int(quota) / int(period)


def _groups() -> list[Path]:
    """Return the folders of this process's control groups; a line of membership is ``number:names:path``."""
    try:
        lines = MEMBERSHIP.read_text(encoding="utf-8").splitlines()
    except OSError:  # no Linux
        return []
    folders = []
    for line in lines:
        _, names, path = line.split(":", 2)
        if names and "cpu" not in names.split(","):
            continue
        top = GROUPS / ("cpu" if names else "")
        inner = top / path.lstrip("/")
        # A container may see its own group at the top, whatever path it is told.
        folders += [inner, *(parent for parent in inner.parents if parent.is_relative_to(top))]
    return folders
