"""``scratchcv grade``: a class graded, interrupted, killed, gone on with, and graded again."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scratchcv.grading.course import processes
from scratchcv.grading.course.batch import not_graded
from tests.grading.conftest import small_folder  # noqa: F401  a fixture
from tests.grading.leftovers import linux, nothing_left
from tests.grading.mixed import KINDS, hand_in, mixed, only_areas

SECRET = "0123456789abcdef"


@pytest.fixture
def sheet(small_folder: Path) -> Path:  # noqa: F811
    return only_areas(small_folder).folder


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "course.key"
    path.write_text(SECRET)
    path.chmod(0o600)
    return path


@pytest.fixture
def words(tmp_path: Path, sheet: Path, secret: Path) -> Callable[..., list[str]]:
    """The words of a command that grades a folder."""

    def make(folder: Path, to: str = "graded", *more: str) -> list[str]:
        options = {
            "--sheet": sheet,
            "--secret-file": secret,
            "--to": tmp_path / to,
            "--require": "self-check",
        }
        given = [str(word) for pair in options.items() for word in pair]
        return ["grade", str(folder), *given, "--seconds", "2", *more]

    return make


def few(folder: Path) -> Path:
    folder.mkdir()
    for name in ("right", "half", "wrong"):
        (folder / f"{name}.py").write_text(KINDS[name][0])
    (folder / "eve.py").write_bytes(b"\xff")
    return folder


def table(path: Path) -> dict[str, str]:
    with path.open(newline="") as file:
        return {row["student"]: f"{row['total']} {row['status']}" for row in csv.DictReader(file)}


def test_a_class(tmp_path: Path, run: Callable[..., Any], words: Callable[..., list[str]]) -> None:
    folder = few(tmp_path / "class")
    result = run(*words(folder, "graded", "--jobs", "2"))
    gradebook = tmp_path / "graded" / "gradebook.csv"
    assert (result.status, result.out) == (0, f"3 graded, 1 unreadable -> {gradebook}\n")
    points = {"right": "6 graded", "half": "4.5 graded", "wrong": "0 graded", "eve": "0 unreadable"}
    assert table(gradebook) == points
    before, results = gradebook.read_bytes(), [*(tmp_path / "graded" / "results").glob("[hrw]*.json")]
    stamps = [path.stat().st_mtime_ns for path in results]
    (folder / "eve.py").write_text(KINDS["right"][0])
    assert run(*words(folder)).out == f"4 graded -> {gradebook}\n"
    assert table(gradebook) == points | {"eve": "6 graded"}
    assert [path.stat().st_mtime_ns for path in results] == stamps
    assert gradebook.read_bytes() != before
    replayed = run("grade", "--replay", results[0], "--sheet", words(folder)[3])
    assert (replayed.status, replayed.out) == (0, f"{results[0]}: graded again, with the same outcome\n")
    results[0].write_text(results[0].read_text().replace('"earned": ', '"earned": 1'))
    replayed = run("grade", "--replay", results[0], "--sheet", words(folder)[3])
    assert replayed.status == 1
    assert replayed.err == "scratchcv: error: this grading came out otherwise\n"


def test_a_fault_of_the_grader(
    tmp_path: Path, run: Callable[..., Any], words: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(terms, submissions, *, jobs):
        yield from (not_graded(terms, one, "no pipe") for one in submissions)

    monkeypatch.setattr(processes, "run_in_processes", fail)
    result = run(*words(few(tmp_path / "class")))
    assert result.status == 1
    assert "3 not graded, by a fault of the grader; the same command tries them again" in result.err
    found = table(tmp_path / "graded" / "gradebook.csv")
    assert {found[name] for name in ("right", "half", "wrong")} == {" not graded"}


def test_graders_that_cannot_begin(
    tmp_path: Path, run: Callable[..., Any], words: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(terms, submissions, *, jobs):
        raise RuntimeError("a grading process ended before it began (exit code 1)")
        yield

    monkeypatch.setattr(processes, "run_in_processes", fail)
    result = run(*words(few(tmp_path / "class")))
    assert (result.status, result.err.splitlines()[-1]) == (
        1,
        "scratchcv: error: a grading process ended before it began (exit code 1)",
    )


def test_what_is_missing(run: Callable[..., Any]) -> None:
    result = run("grade", "--sheet", "a1_boxes")
    assert (result.status, result.err) == (
        2,
        "scratchcv: error: grade needs SUBMISSIONS, --secret-file, --to\n",
    )


def test_what_is_refused(
    tmp_path: Path, refuse: Callable[..., str], words: Callable[..., list[str]], secret: Path
) -> None:
    folder = few(tmp_path / "class")
    assert "nowhere.py: cannot be read" in refuse(*words(tmp_path / "nowhere.py"))
    assert refuse(*words(folder, "class")).endswith("choose another --to")
    assert refuse(*words(folder, "course.key")).endswith("a folder for the results was wanted")
    assert "neither a sheet" in refuse(*words(folder), "--sheet", "nowhere")
    assert "--new-secret makes one" in refuse(*words(folder), "--secret-file", "nowhere")
    assert refuse("grade", "--new-secret") == "grade needs --secret-file"
    assert "exists already" in refuse("grade", "--new-secret", "--secret-file", secret)
    secret.write_text("short")
    assert "at least 16" in refuse(*words(folder))


def test_a_new_secret(tmp_path: Path, run: Callable[..., Any]) -> None:
    path = tmp_path / "new.key"
    assert run("grade", "--new-secret", "--secret-file", path).status == 0
    assert len(path.read_text().strip()) == 64


def test_the_sandbox_is_explained(run: Callable[..., Any]) -> None:
    result = run("grade", "--explain-sandbox")
    assert result.status == 0
    assert result.out.startswith("level: ")
    assert "open a socket" in result.out


def start(words: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "scratchcv", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background would have Ctrl-C ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for_results(process: "subprocess.Popen[str]", folder: Path, count: int) -> None:
    deadline = time.monotonic() + 120
    while len([*folder.glob("results/*.json")]) < count and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kill_and_finish(words: list[str], to: Path, kills: list[int]) -> bytes:
    """Kill the grader once it has each number of results, let it finish at last, and return its gradebook."""
    for count in kills:
        process = start(words)
        wait_for_results(process, to, count)
        process.kill()
        _, errors = process.communicate()
        assert process.returncode == -signal.SIGKILL, errors
        assert not (to / "gradebook.csv").exists()
    done = start(words)
    _, errors = done.communicate()
    assert done.returncode == 0, errors
    assert {path.name for path in to.iterdir()} == {"results", "submissions", "gradebook.csv"}
    return (to / "gradebook.csv").read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed(tmp_path: Path, words: Callable[..., list[str]]) -> None:
    folder = few(tmp_path / "class")
    whole = kill_and_finish(words(folder, "whole", "--jobs", "2"), tmp_path / "whole", [])
    assert kill_and_finish(words(folder, "killed"), tmp_path / "killed", [2]) == whole


@linux
@pytest.mark.slow
def test_killed_again_and_again(
    tmp_path: Path, words: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = hand_in(mixed(200, 4), tmp_path / "class")
    with nothing_left(tmp_path / "tmp", monkeypatch):
        whole = kill_and_finish(words(folder, "whole", "--jobs", "4"), tmp_path / "whole", [])
        kills = [1, 20, 21, 60, 100, 150, 190]
        killed = kill_and_finish(words(folder, "killed", "--jobs", "4"), tmp_path / "killed", kills)
    assert killed == whole


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
def test_ctrl_c(tmp_path: Path, words: Callable[..., list[str]]) -> None:
    folder = hand_in(mixed(17, 1), tmp_path / "class")
    process = start(words(folder))
    wait_for_results(process, tmp_path / "graded", 1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    last = errors.splitlines()[-1]
    assert last.startswith("scratchcv: Interrupted: ")
    assert last.endswith(
        f" of 17 submissions have their results in {tmp_path / 'graded'}; the same command goes on"
    )
