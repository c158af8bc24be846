"""The real command, killed and interrupted while it trains: resumed, it ends with bitwise the same weights."""

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


@pytest.mark.parametrize(
    ("kills", "steps"), [(3, 40), pytest.param(20, 200, marks=pytest.mark.slow, id="20 kills")]
)
def test_killed_at_random_points(tmp_path: Path, kills: int, steps: int) -> None:
    whole, out = tmp_path / "whole", tmp_path / "killed"
    expected = finish(whole, steps)
    rng, killed = random.Random(0), 0
    for _ in range(kills):
        process = subprocess.Popen(command(out, steps, "--resume"), stderr=subprocess.PIPE)
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
    assert finish(out, steps, "--resume") == expected
    assert {file.name for file in out.iterdir()} == {file.name for file in whole.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
def test_ctrl_c_saves_and_leaves_with_a_message(tmp_path: Path) -> None:
    expected = finish(tmp_path / "whole", 40)
    out = tmp_path / "stopped"
    path = out / "last.safetensors"
    process = subprocess.Popen(
        command(out, 40),
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
    assert finish(out, 40, "--resume") == expected
