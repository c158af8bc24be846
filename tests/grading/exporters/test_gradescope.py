"""autograder.zip: unpacked and run in Gradescope's own layout, under another root."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest

import scratchcv
from scratchcv.grading.exporters.gradescope import export_gradescope
from tests.grading.exporters.conftest import slow
from tests.grading.exporters.gradescope_format import faults

LIBRARY = Path(scratchcv.__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Gradescope's machines run Linux")


@pytest.fixture
def root(kit, tmp_path):
    """The machine as it is after setup.sh: the zip unpacked, and a Python with NumPy and the library."""
    (archive,) = export_gradescope(kit, tmp_path)
    root = tmp_path / "autograder"
    (root / "submission").mkdir(parents=True)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(root / "source")
    venv.create(root / "venv", symlinks=True)
    (packages,) = (root / "venv").glob("lib/python*/site-packages")
    (packages / "library.pth").write_text(f"{LIBRARY}\n{Path(np.__file__).parents[1]}\n")
    return root


def run(root):
    """Run run_autograder as Gradescope does, and return what it printed and its results."""
    process = subprocess.run(
        ["/bin/bash", str(root / "source" / "run_autograder")],
        cwd=root,
        env={"PATH": os.environ["PATH"], "AUTOGRADER_ROOT": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return process.stdout + process.stderr, json.loads((root / "results" / "results.json").read_text())


def test_files_are_at_the_root_and_can_be_run(kit, tmp_path):
    (archive,) = export_gradescope(kit, tmp_path)
    modes = {
        entry.filename: entry.external_attr >> 16 & 0o777 for entry in zipfile.ZipFile(archive).infolist()
    }
    assert modes == {"setup.sh": 0o755, "run_autograder": 0o755, kit.file_name: 0o600}
    assert archive.stat().st_mode & 0o077 == 0


def test_scripts_are_bash(root):
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["/bin/bash", "-n", str(root / "source" / name)], check=True)


def test_a_wheel_goes_along(kit, tmp_path):
    wheel = tmp_path / "scratchcv-9-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    (archive,) = export_gradescope(kit, tmp_path, wheel)
    opened = zipfile.ZipFile(archive)
    assert opened.read(wheel.name) == b"a wheel"
    assert f"--no-deps ./{wheel.name}\n" in opened.read("setup.sh").decode()


@pytest.mark.parametrize("name", ["partly", *slow("full", "empty")])
def test_a_submission(root, submissions, kit, name):
    text, points = submissions[name]
    (root / "submission" / "small.py").write_text(text)
    shown, results = run(root)
    assert faults(results) == []
    assert results["score"] == points
    assert kit.secret.decode() not in shown + json.dumps(results)
    assert kit.secret.hex() not in shown + json.dumps(results)


def test_a_file_that_stands_in_for_a_module_is_not_imported(root, submissions):
    (root / "submission" / "small.py").write_text(submissions["full"][0])
    (root / "submission" / "numpy.py").write_text("raise SystemExit('mine')")
    (root / "json.py").write_text("raise SystemExit('mine')")
    assert run(root)[1]["score"] == 10


def test_results_are_there_when_the_grader_cannot_start(root):
    (root / "venv" / "bin" / "python").unlink()
    _, results = run(root)
    assert results["output"] == "Not graded: the grader could not be started."
    assert "score" not in results


def test_earlier_results_do_not_stay(root):
    (root / "results").mkdir()
    (root / "results" / "results.json").write_text('{"score": 100}')
    (root / "source" / "small_grader.zip").unlink()
    _, results = run(root)
    assert "score" not in results
