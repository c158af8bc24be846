"""Verification as a whole: a sound sheet is proven, and what is unsound is named."""

import os
import signal
import subprocess
import sys
import time

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.proof.verify import verify_sheet
from scratchcv.grading.sheets.sheet import load_sheet


def test_a_sound_sheet_is_proven(small_sheet):
    proof = verify_sheet(small_sheet, seeds=3, progress=False, only=["box_area"])
    assert proof.failures == []
    assert proof.remarks == []
    row = "box_area  1 + 4  3 × 3         3      2       2         2       11      11"
    assert row in proof.table().splitlines()
    assert proof.seconds > 0


UNSOUND = {
    "cases": """

def flat(rng):
    '''A box without area.'''
    return Call(np.ones((1, 4)))


HIDDEN = (flat, some)
""",
    "misconceptions": """

def lucky(boxes):
    '''It is right.'''
    return (one_too_long(boxes) - perimeter(boxes)) - 1
""",
    "solutions": """

def hasty(boxes):
    '''It is wrong.'''
    return product(boxes) + 1
""",
}

EQUIVALENT = """
[[mutant]]
exercise = "box_area"
change = "box_area: gone → away"
reason = "none"
"""


def test_what_is_unsound_is_named(small_folder):
    for name, more in UNSOUND.items():
        with (small_folder / name / "box_area.py").open("a", encoding="utf-8") as file:
            file.write(more)
    (small_folder / "equivalent_mutants.toml").write_text(EQUIVALENT, encoding="utf-8")
    failures = verify_sheet(load_sheet(small_folder), seeds=2, progress=False, only=["box_area"]).failures
    assert [line.partition(":")[0] for line in failures] == [
        "box_area, kind flat",
        "box_area, solution hasty",
        "box_area, misconception lucky",
        "box_area, misconception lucky",
        "equivalent_mutants.toml",
    ]


def test_a_function_of_the_sheet_that_raises_is_named(small_folder):
    path = small_folder / "cases" / "match_rpn.py"
    path.write_text(
        path.read_text(encoding="utf-8") + "\n\ndef magnitude(iou):\n    return 1 / 0\n", encoding="utf-8"
    )
    with pytest.raises(
        InputError, match=r"small: match_rpn, right 0 to 0: ZeroDivisionError: division by zero"
    ):
        verify_sheet(load_sheet(small_folder), seeds=1, progress=False, only=["match_rpn"])


@pytest.mark.parametrize("arguments", [{"seeds": 0}, {"jobs": 0}])
def test_bad_numbers(small_sheet, arguments):
    with pytest.raises(ValueError, match=f"{next(iter(arguments))} must be positive, got 0"):
        verify_sheet(small_sheet, **arguments)


@pytest.mark.slow
def test_several_processes_find_the_same(small_sheet):
    alone, together = (verify_sheet(small_sheet, seeds=60, jobs=jobs, progress=False) for jobs in (1, 2))
    assert together.verdicts == alone.verdicts
    assert together.failures == alone.failures


INTERRUPTED = """
import sys
from scratchcv.grading.sheets.sheet import load_sheet
from scratchcv.grading.proof.verify import verify_sheet

if __name__ == "__main__":
    print("begin", flush=True)
    verify_sheet(load_sheet(sys.argv[1]), seeds=100_000, jobs=2, progress=False)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Windows sends no SIGINT to a single group of processes")
def test_an_interrupt_ends_it_and_all_its_processes(small_folder, tmp_path):
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED, encoding="utf-8")
    command = [sys.executable, str(script), str(small_folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout.readline() == "begin\n"
    time.sleep(10)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGINT
    assert errors.count("Traceback") == 1
    assert _ends(process.pid)


def _ends(group):
    """Wait until no process of a group is left; the dead stay in it until they are collected."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
