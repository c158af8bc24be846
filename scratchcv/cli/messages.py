"""What is said on the way, on the standard error stream."""

import sys


class CommandFailedError(Exception):
    """The command could not do its work, though nothing was wrong with what the user gave; exit status 1."""


def say(message: str) -> None:
    """Write a message for the person at the screen; results are printed to the standard output instead."""
    print(f"scratchcv: {message}", file=sys.stderr, flush=True)


def announce_compilation() -> None:
    """Say that the first run takes longer, if kernels have to be compiled now."""
    from scratchcv.backend import get_backend
    from scratchcv.doctor import kernel_cache

    if get_backend() == "numba" and kernel_cache().kernels == 0:
        say("compiling kernels, once: this takes some 20 seconds")
