"""Starts the interpreter that a submission will run in, with nothing of the grader's own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

CHILD = Path(__file__).parents[1] / "child"
POSIX = os.name == "posix"

_ONE_THREAD = ("OPENBLAS", "OMP", "MKL", "NUMBA", "BLIS", "VECLIB")


def launch(settings: Mapping[str, Any]) -> tuple["subprocess.Popen[bytes]", tuple[int, int, int]]:
    """Start a child and return it with our ends of its pipes: requests, answers, prints.

    Where a process may inherit any descriptor, the frames have pipes of their own; elsewhere they have the
    standard streams, and what is printed comes through standard error.
    """
    child_requests, requests = os.pipe()
    answers, child_answers = os.pipe()
    prints, child_prints = os.pipe()
    theirs = (child_requests, child_answers, child_prints)
    numbers = (child_requests, child_answers) if POSIX else (0, 1)
    settings = {**settings, "requests": numbers[0], "answers": numbers[1]}
    command = [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(CHILD), json.dumps(settings)]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if POSIX else child_requests,
            stdout=child_prints if POSIX else child_answers,
            stderr=child_prints,
            env=_environment(),
            cwd=Path(sys.executable).anchor,
            start_new_session=POSIX,
            pass_fds=(child_requests, child_answers) if POSIX else (),
        )
    except BaseException:
        for descriptor in (requests, answers, prints):
            os.close(descriptor)
        raise
    finally:
        for descriptor in theirs:
            os.close(descriptor)
    return process, (requests, answers, prints)


def library_folder() -> str:
    """Return the folder that NumPy and Numba lie in."""
    return str(Path(np.__file__).resolve().parents[1])


def _environment() -> dict[str, str]:
    """Return the child's environment: nothing of ours but what programs cannot start without."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    threads = {f"{name}_NUM_THREADS": "1" for name in _ONE_THREAD}
    return {"LANG": "C.UTF-8", "HOME": "/nonexistent", "PATH": os.defpath, **threads, **kept}
