"""The most memory that a training step takes, each side in a process of its own.

``python -m tests.benchmarks.memory six_layers ours`` prints bytes: how far the resident set has risen, at its
peak during two steps, above where it was before them. A step on a small batch comes before, so that code is
loaded, compiled and has its threads; then free memory is given back, and Linux is asked to forget the peak.
"""

import ctypes
import gc
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks import six_layers, tiny_ssd
from tests.benchmarks.agreement import nothing_to_compare
from tests.benchmarks.row import Call, Group, Inputs, Row

NETWORKS: dict[str, Any] = {"six_layers": six_layers, "tiny_ssd": tiny_ssd}

ROOT = Path(__file__).parents[2]
FORGET_THE_PEAK = Path("/proc/self/clear_refs")
STEPS = 2
"""The optimizer's velocities are there from the first step on, and add to the second one's peak."""


def peak_of_steps(network: str, side: str, short: bool) -> int:
    """Return by how many bytes this process grows at most while a network trains."""
    room = NETWORKS[network]
    getattr(room, side)(room.draw(short, batch=2))()
    step = getattr(room, side)(room.draw(short))
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    before = _bytes("VmRSS")
    FORGET_THE_PEAK.write_text("5", encoding="ascii")
    for _ in range(STEPS):
        step()
    return _bytes("VmHWM") - before


def _bytes(name: str) -> int:
    """Return an entry of this process's status."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))


def in_a_process(network: str, side: str, short: bool) -> int:
    """Return `peak_of_steps` of a fresh process; the smoke test is content with this one's."""
    if short:
        return peak_of_steps(network, side, short)
    command = [sys.executable, "-m", "tests.benchmarks.memory", network, side]
    return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def reading(network: str, side: str) -> Callable[[Inputs], Call]:
    def prepare(given: Inputs) -> Call:
        call = partial(in_a_process, network, side, given["short"])
        if side == "ours":
            call()  # compiles the kernels, whose compiler would leave memory behind for the steps to use
        return call

    return prepare


def rows() -> tuple[Row, ...]:
    """Return a row for each network, none where the system is not Linux."""
    names = {"six_layers": "six layers, 32×3×64×64", "tiny_ssd": "tiny SSD, 16×3×128×128"}
    if not FORGET_THE_PEAK.exists():
        return ()
    return tuple(
        Row(
            name,
            lambda short: {"short": short},
            reading(network, "ours"),
            reading(network, "theirs"),
            nothing_to_compare,
            unit="B",
            reads=True,
        )
        for network, name in names.items()
    )


GROUP = Group("memory", "Peak memory of a training step", rows(), row_limit=1.2)

if __name__ == "__main__":
    print(peak_of_steps(*sys.argv[1:], short=False))
