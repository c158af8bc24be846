"""``scratchcv doctor``: what this installation runs on, and what would make it faster."""

import argparse

from scratchcv.cli.arguments import Commands, add_command


def add_parser(commands: Commands) -> None:
    """Add the subcommand."""
    add_command(
        commands,
        "doctor",
        run,
        "Show versions, backend, threads, BLAS and caches. Ends with what would make things faster.",
        "scratchcv doctor",
    )


def run(arguments: argparse.Namespace) -> None:
    """Print facts and advice."""
    from scratchcv.doctor import advise, examine

    facts = examine()
    print(facts)
    print()
    for line in advise(facts) or ["nothing to improve was found"]:
        print(f"* {line}")
