"""The real command, killed or interrupted while it trains: resumed, it ends with bitwise the same weights."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scratchcv.training import load_checkpoint


def command(out: Path, steps: int, *more: str) -> list[str]:
    options = ["--data", "scenes:32", "--size", "64", "--batch-size", "2", "--steps", str(steps)]
    words = [*options, "--checkpoint-every", "1", "--quiet", "--out", str(out), *more]
    return [sys.executable, "-m", "scratchcv", "train", "ssd", *words]


def finish(out: Path, steps: int, *more: str) -> bytes:
    """Let a training run to its end, and return its last checkpoint: weights, optimizer and history."""
    done = subprocess.run(command(out, steps, *more), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return (out / "last.safetensors").read_bytes()


def wait_for_a_new_checkpoint(process: subprocess.Popen[bytes], path: Path) -> None:
    def stamp() -> int:
        try:
            return path.stat().st_mtime_ns
        except FileNotFoundError:  # also between the two renames of a save
            return 0

    before, deadline = stamp(), time.monotonic() + 120
    while stamp() in (before, 0) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The end of a training of 40 steps that nobody disturbed."""
    return finish(tmp_path_factory.mktemp("whole"), 40)


def test_killed_three_times(tmp_path: Path, whole: bytes) -> None:
    assert kill_and_finish(tmp_path / "out", 3, 40) == whole


@pytest.mark.slow
def test_killed_twenty_times(tmp_path: Path) -> None:
    assert kill_and_finish(tmp_path / "out", 20, 200) == finish(tmp_path / "whole", 200)


def kill_and_finish(out: Path, kills: int, steps: int) -> bytes:
    """Kill a training at random points, let it finish at last, and return its last checkpoint."""
    rng, killed = random.Random(0), 0
    for _ in range(kills):
        process = subprocess.Popen(
            command(out, steps, "--resume"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        if rng.random() < 0.8:
            wait_for_a_new_checkpoint(process, out / "last.safetensors")
            time.sleep(rng.uniform(0, 0.1))
        else:
            time.sleep(rng.uniform(0, 1.5))  # perhaps before the first step
        process.kill()
        _, errors = process.communicate()
        assert b"Traceback" not in errors
        killed += process.returncode != 0
        if (out / "last.safetensors").exists():
            assert load_checkpoint(out / "last.safetensors")[1]["step"] <= steps
    assert killed >= kills / 2
    last = finish(out, steps, "--resume")
    names = {"last.safetensors", "last.previous.safetensors", "training.png", "report.json"}
    assert {file.name for file in out.iterdir()} == names
    return last


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
def test_ctrl_c_saves_and_leaves_with_a_message(tmp_path: Path, whole: bytes) -> None:
    out = tmp_path / "stopped"
    path = out / "last.safetensors"
    process = subprocess.Popen(
        command(out, 40),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background would have Ctrl-C ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    wait_for_a_new_checkpoint(process, path)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    step = load_checkpoint(path)[1]["step"]
    hint = "the same command with --resume goes on"
    assert errors.splitlines()[-1] == f"scratchcv: Interrupted at step {step} of 40; saved {path}; {hint}"
    assert finish(out, 40, "--resume") == whole
