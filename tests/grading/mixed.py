"""Submissions of all kinds to the exercise `box_area`, with what each must earn, for tests under load."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.sheets.sheet import Sheet, load_sheet
from scratchcv.grading.submissions.submission import Submission

RIGHT = """
import numpy as np

def box_area(b):
    b = np.asarray(b)
    return (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
"""
BY_LOOP = """
import numpy as np

def box_area(b):
    return np.array([(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in b.tolist()])
"""
LIES = """
import numpy as np

class Same(np.ndarray):
    def __eq__(self, other): return True

def box_area(b):
    return np.zeros(len(b)).view(Same)
"""
FORGES = """
import os

x = [os.write(fd, b'{"earned": 6}' * 99) for fd in (1, 2)]

def box_area(b):
    for fd in range(3, 20):
        try: os.write(fd, b'S' * 64)
        except OSError: pass
    return b[:, 0]
"""


def body(*lines: str) -> str:
    return "import os, signal, ctypes\ndef box_area(b):\n" + "".join(f"    {line}\n" for line in lines)


KINDS = {
    "right": (RIGHT, 6),
    "right by a loop": (BY_LOOP, 6),
    "half": (RIGHT.replace("    return", "    if len(b) == 1: return b[:, 2]\n    return"), 4.5),
    "wrong": (body("return b[:, 2] * b[:, 3]"), 0),
    "missing": ("x = 1\n", 0),
    "broken": ("def box_area(:\n", 0),
    "raises": (body("raise ValueError(b)"), 0),
    "hangs": (body("while True: pass"), 0),
    "sleeps at the top": ("import time\nx = time.sleep(600)\n" + RIGHT, 0),
    "exits": (body("os._exit(0)"), 0),
    "crashes": (body("ctypes.string_at(0)"), 0),
    "floods": (body("while True: print('points: 6' * 999)"), 0),
    "eats memory": (body("x = [bytearray(1 << 28) for _ in range(99)]"), 0),
    "forges": (FORGES, 0),
    "forks": (body("while True: os.fork()"), 0),
    "kills": (body("os.kill(os.getppid(), signal.SIGKILL)"), 0),
    "lies": (LIES, 0),
}
"""Text and points; "half" fails one of four hidden kinds."""


def mixed(count: int, every: int = 2) -> dict[Submission, float]:
    """Return submissions with their points; one of `every` is of some kind, the others are right."""
    made, names = {}, list(KINDS)
    for number in range(count):
        kind = "right" if number % every else names[number // every % len(names)]
        text, points = KINDS[kind]
        text += f"# {number}\n"
        made[Submission(f"{kind} {number}", text, hashlib.sha256(text.encode()).hexdigest())] = points
    return made


def hand_in(submissions: dict[Submission, float], folder: Path) -> Path:
    """Write the submissions as a class's folder."""
    folder.mkdir()
    for submission in submissions:
        (folder / f"{submission.name}.py").write_text(submission.source)
    return folder


def only_areas(folder: Path) -> Sheet:
    """Return the small sheet with its first exercise alone."""
    manifest = folder / "manifest.toml"
    manifest.write_text("[[exercise]]".join(manifest.read_text().split("[[exercise]]")[:2]))
    return load_sheet(folder)


def check(results: Iterable[SubmissionResult], submissions: dict[Submission, float]) -> None:
    """Compare everyone's points with what they must be."""
    results = list(results)
    found = {(result.student, result.digest): (result.status, result.earned) for result in results}
    wanted = {(one.name, one.digest): ("graded", points) for one, points in submissions.items()}
    assert len(results) == len(submissions)
    assert {one: (found.get(one), wanted[one]) for one in wanted if found.get(one) != wanted[one]} == {}
