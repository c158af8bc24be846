"""What a process waits for before it computes: imports, and compilation on first calls."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.benchmarks.agreement import nothing_to_compare
from tests.benchmarks.row import Call, Group, Inputs, Row

ROOT = Path(__file__).parents[2]

IMPORT = "pass"

CONVOLVE = """
import numpy as np
x, weight = np.ones((1, 3, 32, 32), np.float32), np.ones((8, 3, 3, 3), np.float32)
from scratchcv.layers import conv2d, conv2d_backward
y = conv2d(x, weight)
conv2d_backward(y, x, weight)
"""

CONVOLVE_IN_TORCH = """
x, weight = torch.ones(1, 3, 32, 32, requires_grad=True), torch.ones(8, 3, 3, 3, requires_grad=True)
y = torch.nn.functional.conv2d(x, weight)
y.backward(y.detach())
"""

TRAIN = """
from tests.benchmarks import tiny_ssd
step = tiny_ssd.ours(tiny_ssd.draw(short=True))
step()
"""

TRAIN_IN_TORCH = """
from tests.benchmarks import tiny_ssd
step = tiny_ssd.theirs(tiny_ssd.draw(short=True))
step()
"""


def seconds_of_a_process(package: str, code: str, cold: bool) -> float:
    """Return how long a fresh process takes to import a package and run code, without the start of Python."""
    timed = f"import time; start = time.perf_counter(); import {package}\n{code}"
    timed += "\nprint(time.perf_counter() - start)"
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, "NUMBA_CACHE_DIR": empty} if cold else None
        done = subprocess.run(
            [sys.executable, "-c", timed],
            cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
    return float(done.stdout)


def run(package: str, code: str, cold: bool = False) -> Callable[[Inputs], Call]:
    def prepare(given: Inputs) -> Call:
        if given["short"]:  # one process of each kind is enough to show that it works
            return partial(seconds_of_a_process, "json", IMPORT, cold)
        call = partial(seconds_of_a_process, package, code, cold)
        if not cold:
            call()  # compiles the kernels, and brings the files from the disk
        return call

    return prepare


def row(name: str, ours: Callable[[Inputs], Call], theirs: Callable[[Inputs], Call]) -> Row:
    draw: Callable[[bool], Inputs] = lambda short: {"short": short}  # noqa: E731
    return Row(name, draw, ours, theirs, nothing_to_compare, counted=False, reads=True)


GROUP = Group(
    "start",
    "Start of a process",
    (
        row("import", run("scratchcv", IMPORT), run("torch", IMPORT)),
        row(
            "import and first convolution, forward and backward",
            run("scratchcv", CONVOLVE),
            run("torch", CONVOLVE_IN_TORCH),
        ),
        row(
            "the same, kernels to be compiled",
            run("scratchcv", CONVOLVE, cold=True),
            run("torch", CONVOLVE_IN_TORCH),
        ),
        row("import and first step of the tiny SSD", run("scratchcv", TRAIN), run("torch", TRAIN_IN_TORCH)),
        row(
            "the same step, kernels to be compiled",
            run("scratchcv", TRAIN, cold=True),
            run("torch", TRAIN_IN_TORCH),
        ),
    ),
)
