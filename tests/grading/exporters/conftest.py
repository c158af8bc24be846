"""A grader's file for the small sheet, and submissions of which it is known what they are worth."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import scratchcv
from scratchcv.grading.exporters.kit import Kit

SECRET = b"the secret of this course"

PARTLY = """
import numpy as np


def box_area(boxes):
    boxes = np.asarray(boxes)
    x1, y1, x2, y2 = boxes.T
    return (x2 - x1) * (y2 - y1) + (boxes.dtype == np.float32)
"""
"""Three of the four hidden kinds of `box_area` pass; `match_rpn` is missing."""


def slow(*values):
    """Return values of a parameter that only the slow tests take."""
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]


def needs(package):
    """Return what marks a test that runs a platform's own programs."""
    missing = importlib.util.find_spec(package) is None
    skip = pytest.mark.skipif(missing, reason=f"{package} is not installed: pip install --group grading")
    return lambda test: pytest.mark.slow(skip(test))


def run_module(folder, *words, check=True):
    """Run ``python -m`` in a folder, with this library, and return the process."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic's
    library = str(Path(scratchcv.__file__).resolve().parents[1])
    process = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        cwd=folder,
        env=os.environ | {"PATH": programs, "PYTHONPATH": library},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert not check or process.returncode == 0, process.stdout + process.stderr
    return process


@pytest.fixture
def kit(small_sheet):
    return Kit(small_sheet, SECRET)


@pytest.fixture
def kit_file(kit, tmp_path):
    path = tmp_path / kit.file_name
    path.write_bytes(kit.to_bytes())
    return path


@pytest.fixture
def submissions(small_sheet):
    """Texts by name, and the points of each."""
    return {"full": (small_sheet.solution(), 10), "empty": (small_sheet.stubs(), 0), "partly": (PARTLY, 4.5)}
