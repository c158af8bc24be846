"""GitHub: what students' repositories are made of, and the steps of the workflow in them."""

import ast
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import scratchcv
from scratchcv.errors import InputError
from scratchcv.grading.exporters.github import export_github
from scratchcv.grading.sheets.sheet import load_sheet, sheet_names

LIBRARY = Path(scratchcv.__file__).resolve().parents[1]


on_unix = pytest.mark.skipif(sys.platform == "win32", reason="the workflow runs on Ubuntu")


@pytest.fixture(scope="module")
def sheet():
    """The library's sheet that is graded fastest."""
    return min(map(load_sheet, sheet_names()), key=lambda sheet: len(sheet.exercises))


@pytest.fixture
def files(sheet, tmp_path):
    return {path.relative_to(tmp_path).as_posix(): path for path in export_github(sheet, tmp_path)}


@pytest.fixture
def workflow(files, sheet):
    return files[f"template/.github/workflows/{sheet.name}.yml"]


def test_files(files, sheet, tmp_path):
    assert set(files) == {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert f"template/{sheet.name}.py" in files
    script = files[f"classroom50/autograders/{sheet.name}/autograder.py"].read_text()
    assert f'"{sheet.name}"' in script
    assert f"scratchcv=={scratchcv.__version__}" in script
    ast.parse(script)


def test_python_files_of_students_are_not_imported(files, workflow):
    texts = [
        workflow.read_text(),
        *(path.read_text() for name, path in files.items() if "classroom50" in name),
    ]
    starts = [
        line for text in texts for line in text.splitlines() if "python " in line or "executable" in line
    ]
    assert starts
    assert not [line for line in starts if "-P" not in line]


def test_a_sheet_of_ones_own_is_refused(small_sheet, tmp_path):
    with pytest.raises(InputError, match="sheet small is your own"):
        export_github(small_sheet, tmp_path)
    assert not (tmp_path / "template").exists()


@pytest.fixture
def run(workflow, tmp_path):
    """Return a function that runs a step as GitHub's runner does."""
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: pip install --group grading")
    parsed = yaml.safe_load(workflow.read_text())
    (job,) = parsed["jobs"].values()
    assert parsed["permissions"] == {"contents": "read"}
    names = [step.get("name", step.get("uses")) for step in job["steps"]]
    assert names[2:] == ["Install", "Visible cases", "Hidden cases"]
    steps = {step.get("name"): step for step in job["steps"]}
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, words in {"python": "", "scratchcv": " -P -m scratchcv"}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)}{words} "$@"\n')
        (programs / name).chmod(0o755)
    (tmp_path / "temporary").mkdir()

    def run(name, secret=""):
        step = steps[name]
        assert step["shell"] == "bash"
        assert set(step.get("env", {})) <= {"SCRATCHCV_SECRET"}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=tmp_path / "template",
            env={
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(LIBRARY),
                "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
                "RUNNER_TEMP": str(tmp_path / "temporary"),
                "SCRATCHCV_SECRET": secret,
            },
            capture_output=True,
            text=True,
            timeout=400,
        )

    return run


@pytest.mark.slow
@on_unix
def test_stubs(run, sheet, tmp_path):
    process = run("Visible cases")
    assert process.returncode == 0, process.stderr
    first, *_, last = process.stdout.strip().splitlines()
    assert first.removeprefix("::stop-commands::") == last.strip(":")
    assert f"# {sheet.name}: 0 of {len(sheet.exercises)} exercises right" in process.stdout
    assert "to do" in (tmp_path / "summary.md").read_text()
    process = run("Hidden cases")
    assert process.returncode == 0
    assert process.stdout == "There is no secret SCRATCHCV_SECRET here: the visible cases alone were run.\n"


@pytest.mark.slow
@on_unix
def test_hidden_cases(run, sheet, tmp_path):
    secret = "a secret that is long enough"
    (tmp_path / "template" / f"{sheet.name}.py").write_text(sheet.solution())
    (tmp_path / "template" / "json.py").write_text("raise SystemExit('mine')")
    process = run("Hidden cases", secret)
    assert process.returncode == 0, process.stdout + process.stderr
    assert process.stdout.endswith(f"{sheet.points:g} of {sheet.points:g} points\n")
    assert secret not in process.stdout + process.stderr
    assert not (tmp_path / "temporary" / "course.key").exists()
    assert "All of it is right." in (tmp_path / "summary.md").read_text()


@pytest.mark.slow
@on_unix
def test_hidden_cases_of_stubs(run, sheet):
    process = run("Hidden cases", "a secret that is long enough")
    assert process.returncode == 1
    marks = [line for line in process.stdout.splitlines() if line.startswith("::error ")]
    assert len(marks) == len(sheet.exercises)
    assert marks[0].startswith(f"::error file={sheet.name}.py,line=")
