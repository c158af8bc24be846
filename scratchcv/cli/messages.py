"""What is said on the way, on the standard error stream."""

import os
import sys


class CommandFailedError(Exception):
    """The command could not do its work, though nothing was wrong with what the user gave; exit status 1."""


def say(message: str) -> None:
    """Write a message for the person at the screen; results are printed to the standard output instead."""
    print(f"scratchcv: {message}", file=sys.stderr, flush=True)


def print_result(text: str) -> None:
    """Print a result; where the reader, such as `head`, has seen enough, the work goes on all the same."""
    try:
        print(text.rstrip("\n"), flush=True)
    except BrokenPipeError:
        drop_output()


def drop_output() -> None:
    """Send the rest of the standard output nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
