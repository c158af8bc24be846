"""``scratchcv warmup``: compile every kernel now rather than on first use."""

import argparse

from scratchcv.cli.arguments import Commands, add_command, add_quiet


def add_parser(commands: Commands) -> None:
    """Add the subcommand."""
    parser = add_command(
        commands,
        "warmup",
        run,
        "Compile every kernel for this processor. Without it, each is compiled when it is first used.",
        "scratchcv warmup",
    )
    parser.add_argument(
        "--float64", action="store_true", help="for float64 too, which gradient checks compute in"
    )
    add_quiet(parser)


def run(arguments: argparse.Namespace) -> None:
    """Compile, and print how many kernels and where they are."""
    from scratchcv.backend import get_backend
    from scratchcv.cli.progress import shows_bars

    if get_backend() == "numpy":
        print("the NumPy backend is active: there is nothing to compile")
        return

    import numpy as np

    from scratchcv.warmup import warm_up

    for dtype in (np.float32, np.float64) if arguments.float64 else (np.float32,):
        print(f"{np.dtype(dtype)}: {warm_up(dtype, progress=shows_bars(quiet=arguments.quiet))}", flush=True)
