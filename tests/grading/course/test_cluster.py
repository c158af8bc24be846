"""Grading on a Dask cluster; one of the workers is killed."""

import dataclasses
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import scratchcv
from scratchcv.errors import InputError
from scratchcv.grading.course import cluster
from scratchcv.grading.course.batch import Terms
from scratchcv.grading.course.cluster import grade_on_worker, run_on_cluster, task_key
from scratchcv.grading.course.gradebook import GRADEBOOK
from scratchcv.grading.process.sandbox import Limits
from scratchcv.grading.submissions.submission import Submission
from tests.grading.mixed import RIGHT, hand_in, mixed, only_areas

SECRET = b"0123456789abcdef"
ADA = Submission("ada", RIGHT, "1a")


@pytest.fixture
def terms(small_folder):
    return Terms.of(only_areas(small_folder), SECRET, Limits(seconds=3.0), "self-check")


def test_a_task(terms):
    result = grade_on_worker(terms, ADA)
    assert (result.student, result.status, result.earned) == ("ada", "graded", 6)


def test_the_same_work_has_the_same_key(terms, small_folder):
    again = Terms.of(only_areas(small_folder), SECRET, Limits(seconds=3.0), "self-check")
    assert task_key(terms, ADA) == task_key(again, ADA)
    others = [
        task_key(dataclasses.replace(terms, secret=b"another secret.."), ADA),
        task_key(terms, Submission("bob", RIGHT, "1a")),
        task_key(terms, Submission("ada", RIGHT, "2b")),
    ]
    assert task_key(terms, ADA) not in others
    assert SECRET.decode() not in task_key(terms, ADA)


def test_without_dask(terms, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'scratchcv\[cluster\]'"):
        next(run_on_cluster(terms, [ADA], address="tcp://127.0.0.1:1"))


@pytest.fixture
def dask(tmp_path):
    """Start a scheduler and two workers without nannies; return its file, the workers and their logs."""
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    file, started = tmp_path / "scheduler.json", []
    environment = os.environ | {"PYTHONPATH": str(Path(scratchcv.__file__).parents[1])}

    def start(module, *more):
        log = (tmp_path / f"dask-{len(started)}.log").open("w")
        words = [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(file), *more]
        started.append(subprocess.Popen(words, stdout=log, stderr=log, cwd=tmp_path, env=environment))
        log.close()
        return started[-1]

    start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    workers = [start("dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard") for _ in range(2)]
    yield file, workers
    for process in reversed(started):
        process.kill()
        process.wait()


def command(tmp_path, folder, to, *more):
    (tmp_path / "key").write_bytes(SECRET)
    (tmp_path / "key").chmod(0o600)
    options = ["--sheet", tmp_path / "small", "--secret-file", tmp_path / "key", "--to", tmp_path / to]
    words = ["grade", folder, *options, "--require", "self-check", "--seconds", "3", *more]
    return [sys.executable, "-m", "scratchcv", *map(str, words)]


def grade_on_two_and_kill_one(tmp_path, dask, submissions, after):
    """Grade on the cluster, kill a worker once there are some results, and return the gradebook."""
    file, workers = dask
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    address = json.loads(file.read_text())["address"]
    folder = hand_in(submissions, tmp_path / "class")
    words = command(tmp_path, folder, "cluster", "--cluster", address)
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    while len([*(tmp_path / "cluster").glob("results/*.json")]) < after and process.poll() is None:
        time.sleep(0.05)
    workers[0].kill()
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    return (tmp_path / "cluster" / GRADEBOOK).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(("count", "after"), [(12, 3), (200, 60)])
def test_a_killed_worker_loses_nothing(small_folder, tmp_path, dask, count, after):
    only_areas(small_folder)
    submissions = mixed(count, 4)
    found = grade_on_two_and_kill_one(tmp_path, dask, submissions, after)
    subprocess.run(command(tmp_path, tmp_path / "class", "here", "--jobs", "2"), check=True)
    assert found == (tmp_path / "here" / GRADEBOOK).read_bytes()
    rows = found.decode().splitlines()[1:]
    assert len(rows) == count
    points = {one.name: points for one, points in submissions.items()}
    assert {row.split(",")[0]: float(row.split(",")[2]) for row in rows} == points


def test_no_scheduler(terms, monkeypatch):
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with pytest.raises(InputError, match=r"tcp://127\.0\.0\.1:1: no Dask scheduler answers"):
        next(run_on_cluster(terms, [ADA], address="tcp://127.0.0.1:1"))
