"""The parser of all subcommands, and what happens to their errors."""

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

import scratchcv
from scratchcv.cli import (
    assignment,
    data,
    demo,
    detect,
    doctor,
    evaluate,
    grade,
    league,
    speed,
    train,
    warmup,
)
from scratchcv.cli.messages import CommandFailedError, drop_output, say
from scratchcv.errors import InputError

INPUT_ERROR, FAILED, INTERRUPTED = 2, 1, 130

EXAMPLES = """\
examples:
  scratchcv demo
  scratchcv train ssd --data voc:path/to/VOC2007 --split trainval --eval-split test --out runs/voc
  scratchcv detect runs/voc/last.safetensors photo.jpg
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` asks for, and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``scratchcv``; by default those of this process.

    Raises
    ------
    SystemExit
        From argparse: after ``--help`` with status 0, on a wrong usage with status 2.

    Examples
    --------
    >>> main(["data", "voc:nowhere"])
    2
    """
    _open_closed_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = build_parser().parse_args(words)
    arguments.command_line = ["scratchcv", *words]
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without "×" shows "?" rather than a traceback
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = _warning_shower()
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    try:
        _check_backend()
        arguments.run(arguments)
        sys.stdout.flush()
    except InputError as error:
        say(f"error: {error}")
        return INPUT_ERROR
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        drop_output()
        return FAILED
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        say(f"error: {place}{error.strerror or error}")
        return INPUT_ERROR
    except KeyboardInterrupt as interruption:
        say(str(interruption) or "Interrupted")
        return INTERRUPTED
    except CommandFailedError as error:
        say(f"error: {error}")
        return FAILED
    except MemoryError as error:
        details = f" ({error})" if str(error) else ""
        say(f"error: not enough memory{details}; choose a smaller --batch-size or --size")
        return FAILED
    return 0


def _open_closed_streams() -> None:
    """Let a process that was started with closed streams (``>&-``) write to nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  it lives as long as the process
            setattr(sys, name, stream)


def _check_backend() -> None:
    from scratchcv.backend import get_backend

    try:
        get_backend()
    except (ImportError, ValueError) as error:
        raise InputError(f"SCRATCHCV_BACKEND: {error}") from error


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of ``scratchcv`` and all its subcommands.

    Examples
    --------
    >>> build_parser().parse_args(["demo", "--seed", "3"]).seed
    3
    """
    parser = argparse.ArgumentParser(
        prog="scratchcv",
        description="Object detection from scratch: train, evaluate and run detectors written in NumPy.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"scratchcv {scratchcv.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (demo, train, evaluate, detect, league, speed, data, assignment, grade, doctor, warmup):
        module.add_parser(commands)
    return parser


def _warning_shower() -> Callable[..., None]:
    """Return what shows each warning as a message, the same one only once."""
    shown: set[str] = set()

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if str(message) not in shown:
            shown.add(str(message))
            say(f"warning: {message}")

    return show
