"""`scratchcv warmup` leaves no kernel uncompiled, and what the library then does compiles nothing more."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scratchcv.warmup import WarmUp, calls, warm_up

pytest.importorskip("numba")

from scratchcv.kernels.cache import all_kernels

FORGOTTEN = "no call in scratchcv/warmup.py reaches these kernels; add one"

TRAIN = """
import numpy as np
from scratchcv.kernels.cache import all_kernels
from scratchcv.models import ssd_tiny
from scratchcv.training.compile_kernels import compile_kernels
compile_kernels(ssd_tiny(["background", "square", "disc"], size=64))
misses = {name: list(kernel.stats.cache_misses) for name, kernel in all_kernels().items()}
print({name: signatures for name, signatures in misses.items() if signatures})
"""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_kernel_is_compiled(dtype):
    done = warm_up(dtype)
    kernels = all_kernels()
    assert done.compiled + done.ready == len(kernels)
    assert done.folder == Path(next(iter(kernels.values())).stats.cache_path)
    forgotten = [name for name, kernel in kernels.items() if not kernel._cache.is_ready(kernel.targetctx)]
    assert not forgotten, f"{FORGOTTEN}: {forgotten}"


def test_the_second_time_all_is_ready():
    warm_up()
    assert warm_up().compiled == 0


def test_names_are_unique():
    names = [name for name, _ in calls(np.float32)]
    assert len(set(names)) == len(names)


def test_training_after_it_compiles_nothing():
    warm_up()
    environment = {**os.environ, "SCRATCHCV_BACKEND": "numba"}
    done = subprocess.run(
        [sys.executable, "-c", TRAIN], env=environment, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("{}\n", "")


@pytest.mark.slow
def test_from_an_empty_folder_every_kernel_gets_a_form_of_its_own(tmp_path):
    """No form that an earlier run left can hide a forgotten kernel."""
    code = (
        "from scratchcv.warmup import warm_up\n"
        "from scratchcv.kernels.cache import all_kernels\n"
        "done = warm_up()\n"
        "print(done.ready, [name for name, kernel in all_kernels().items() if not kernel.signatures])\n"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "0 []\n", FORGOTTEN


def test_what_it_says():
    assert str(WarmUp(1, 2, 0.5, None)).endswith("Nothing is kept")
