"""Arguments that several subcommands have, and the kinds of numbers they take."""

import argparse
from collections.abc import Callable
from typing import Any

MOST_STEPS = 10_000_000
LARGEST_BATCH = 1024
LARGEST_SIDE = 1024
LARGEST_SEED = 2**31 - 1

Commands = Any
"""What ``ArgumentParser.add_subparsers`` returns; argparse gives its class no public name."""


def add_command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], None], text: str, example: str
) -> argparse.ArgumentParser:
    """Add a subcommand whose help ends with an example."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text[0].lower() + text[1:].partition(".")[0],
        description=text,
        epilog=f"example:\n  {example}\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a parser of whole numbers within bounds.

    Examples
    --------
    >>> whole(1, 10)("7")
    7
    """

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}, got {text!r}")
        return value

    return parse


def number(least: float, most: float, *, above: bool = False) -> Callable[[str], float]:
    """Return a parser of numbers within bounds, the lower one excluded if `above`.

    Examples
    --------
    >>> number(0, 1)("0.25")
    0.25
    """

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most or (above and value == least):
            bounds = f"above {least:g} and at most {most:g}" if above else f"from {least:g} to {most:g}"
            raise argparse.ArgumentTypeError(f"must be a number {bounds}, got {text!r}")
        return value

    return parse


def side(text: str) -> int:
    """Parse the side of a model's input.

    Examples
    --------
    >>> side("256")
    256
    """
    value = int(text) if text.isdecimal() else 0
    if not 64 <= value <= LARGEST_SIDE or value % 64:
        raise argparse.ArgumentTypeError(f"must be a multiple of 64 from 64 to {LARGEST_SIDE}, got {text!r}")
    return value


def add_data(parser: argparse.ArgumentParser, *, split: str) -> None:
    """Add ``--data`` and ``--split``, with `split` as the default."""
    parser.add_argument("--data", required=True, metavar="DATA", help=DATA_HELP)
    parser.add_argument("--split", default=split, help="which part of the data (default: %(default)s)")
    add_on_error(parser)


def add_on_error(parser: argparse.ArgumentParser) -> None:
    """Add ``--on-error``."""
    parser.add_argument(
        "--on-error",
        choices=("raise", "skip"),
        default="raise",
        help="stop at a bad file, or leave it out and say so (default: %(default)s)",
    )


DATA_HELP = "scenes[:COUNT], single[:COUNT] (scenes of one thing), or voc:FOLDER in Pascal VOC's format"


def add_seed(parser: argparse.ArgumentParser, what: str) -> None:
    """Add ``--seed``, which is the seed of `what`."""
    parser.add_argument(
        "--seed",
        type=whole(0, LARGEST_SEED),
        default=0,
        help=f"of {what}: the same seed gives the same ones (default: 0)",
    )


def add_batch_size(parser: argparse.ArgumentParser, text: str) -> None:
    """Add ``--batch-size`` without a default."""
    parser.add_argument("--batch-size", type=whole(1, LARGEST_BATCH), metavar="N", help=text)


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """Add ``--quiet``."""
    parser.add_argument("--quiet", action="store_true", help="say nothing of progress")


def add_overwrite(parser: argparse.ArgumentParser) -> None:
    """Add ``--overwrite``."""
    parser.add_argument("--overwrite", action="store_true", help="replace output files that exist already")
