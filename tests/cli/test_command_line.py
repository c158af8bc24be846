import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import scratchcv
from scratchcv import backend
from scratchcv.cli import command_line, main
from scratchcv.cli.command_line import build_parser

COMMANDS = ("demo", "train", "evaluate", "detect", "data", "grade", "doctor", "warmup")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example_that_parses(command: str, run: Callable[..., Any]) -> None:
    result = run(command, "--help")
    assert result.status == 0
    example = result.out.partition("example:\n")[2].strip()
    assert example.startswith(f"scratchcv {command}")
    assert build_parser().parse_args(example.split()[1:]).run


def test_help_and_version(run: Callable[..., Any]) -> None:
    result = run("--help")
    assert result.status == 0
    for command in COMMANDS:
        assert f"\n    {command} " in result.out
    assert run("--version").out == f"scratchcv {scratchcv.__version__}\n"


def test_a_command_is_needed(run: Callable[..., Any]) -> None:
    for words in ((), ("paint",)):
        result = run(*words)
        assert result.status == 2
        assert "COMMAND" in result.err


def test_as_a_module_help_loads_neither_numpy_nor_numba() -> None:
    code = (
        "import sys; from scratchcv.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print({'numpy', 'numba', 'matplotlib', 'PIL'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
    done = subprocess.run(
        [sys.executable, "-m", "scratchcv", "data", "voc:nowhere"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("scratchcv: error: nowhere: no such folder, a Pascal VOC data set was wanted\n")


class TestErrors:
    def raising(self, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
        def fail(arguments: Any) -> None:
            raise error

        monkeypatch.setattr("scratchcv.cli.doctor.run", fail)

    @pytest.mark.parametrize(
        ("error", "status", "message"),
        [
            (scratchcv.InputError("x.jpg: broken"), 2, "error: x.jpg: broken"),
            (PermissionError(13, "Permission denied", "runs"), 2, "error: runs: Permission denied"),
            (OSError("the disk is full"), 2, "error: the disk is full"),
            (KeyboardInterrupt(), 130, "Interrupted"),
            (MemoryError(), 1, "error: not enough memory; choose a smaller --batch-size or --size"),
            (
                MemoryError("9 GiB"),
                1,
                "error: not enough memory (9 GiB); choose a smaller --batch-size or --size",
            ),
            (KeyboardInterrupt("saved at step 7"), 130, "saved at step 7"),
        ],
    )
    def test_become_a_message_and_a_status(
        self,
        monkeypatch: pytest.MonkeyPatch,
        run: Callable[..., Any],
        error: BaseException,
        status: int,
        message: str,
    ) -> None:
        self.raising(monkeypatch, error)
        assert run("doctor") == (status, "", f"scratchcv: {message}\n")

    def test_of_ours_keep_their_traceback(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.raising(monkeypatch, ValueError("a bug"))
        with pytest.raises(ValueError, match="a bug"):
            main(["doctor"])

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE and other pipes")
    def test_a_reader_that_leaves_early_sees_no_traceback(self) -> None:
        command = [sys.executable, "-m", "scratchcv", "doctor"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.close()
        _, errors = process.communicate()
        assert b"Traceback" not in errors
        assert process.returncode == command_line.FAILED


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("nonsense", "SCRATCHCV_BACKEND: backend must be one of numba, numpy, got 'nonsense'"),
        ("numba", "SCRATCHCV_BACKEND: backend 'numba' was asked for, but Numba is not installed: "),
    ],
)
def test_a_backend_that_is_none(
    wanted: str, message: str, monkeypatch: pytest.MonkeyPatch, refuse: Callable[..., str]
) -> None:
    monkeypatch.setenv("SCRATCHCV_BACKEND", wanted)
    monkeypatch.setattr(backend, "_active", None)
    monkeypatch.setattr(backend, "has_numba", lambda: False)
    assert refuse("doctor").startswith(message)


@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix closes the streams")
@pytest.mark.parametrize("words", [["--help"], ["doctor"], ["data", "voc:nowhere"]])
def test_closed_streams(words: list[str]) -> None:
    command = ["sh", "-c", '"$@" >&- 2>&-', "sh", sys.executable, "-m", "scratchcv", *words]
    assert subprocess.run(command, check=False).returncode == (2 if "data" in words else 0)


def test_a_warning_is_shown_once(monkeypatch: pytest.MonkeyPatch, run: Callable[..., Any]) -> None:
    def warn(arguments: Any) -> None:
        for text in ("a", "b", "a"):
            warnings.warn(text, stacklevel=1)

    monkeypatch.setattr("scratchcv.cli.doctor.run", warn)
    for _ in range(2):
        assert run("doctor").err == "scratchcv: warning: a\nscratchcv: warning: b\n"


def test_warnings_are_messages(run: Callable[..., Any], voc: Path) -> None:
    (voc / "JPEGImages" / "a.png").write_bytes(b"")
    result = run("data", f"voc:{voc}", "--on-error", "skip", "--out", voc / "sheet.png")
    assert result.status == 0
    assert result.err.startswith("scratchcv: warning: ")
    assert "a.png: the file is empty" in result.err
    assert "UserWarning" not in result.err


@pytest.mark.parametrize("bad", ["0", "-1", "1.5", "many", "99999999999", "nan", ""])
@pytest.mark.parametrize("option", ["--steps", "--epochs", "--batch-size", "--size", "--seed", "--lr"])
def test_absurd_numbers(option: str, bad: str, refuse: Callable[..., str], tmp_path: Path) -> None:
    if (option, bad) in (("--seed", "0"), ("--lr", "1.5")):
        return
    message = refuse("train", "ssd", "--data", "scenes", f"{option}={bad}", "--out", tmp_path / "out")
    assert message.startswith(f"argument {option}: must be a ")
    assert message.endswith(f"got {bad!r}")


def test_a_size_the_model_cannot_have(refuse: Callable[..., str]) -> None:
    message = refuse("train", "ssd", "--data", "scenes", "--size", "100")
    assert message == "argument --size: must be a multiple of 64 from 64 to 1024, got '100'"


def test_blas_learns_before_it_is_loaded_to_leave_the_cores_to_kernels() -> None:
    code = (
        "import os, sys, scratchcv; print('numpy' in sys.modules)\n"
        "import scratchcv.cli; print(os.environ['OPENBLAS_THREAD_TIMEOUT'], 'numpy' in sys.modules)"
    )
    kept = {name: value for name, value in os.environ.items() if name != "OPENBLAS_THREAD_TIMEOUT"}
    for told, expected in (({}, "14"), ({"OPENBLAS_THREAD_TIMEOUT": "20"}, "20")):
        done = subprocess.run(
            [sys.executable, "-c", code], env={**kept, **told}, capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[0] == "False"
        assert done.stdout.splitlines()[1].startswith(f"{expected} ")
