"""``scratchcv data``: look at a data set."""

import argparse
from pathlib import Path

from scratchcv.cli.arguments import (
    DATA_HELP,
    Commands,
    add_command,
    add_on_error,
    add_overwrite,
    add_quiet,
    add_seed,
    side,
    whole,
)
from scratchcv.cli.output import check_new_file, next_free
from scratchcv.cli.progress import shows_bars


def add_parser(commands: Commands) -> None:
    """Add the subcommand."""
    parser = add_command(
        commands,
        "data",
        run,
        "Preview a data set. Counts images and objects, and draws a contact sheet with the ground truth.",
        "scratchcv data voc:path/to/VOC2007 --split trainval --out sheet.png",
    )
    parser.add_argument("data", metavar="DATA", help=DATA_HELP)
    parser.add_argument("--split", default="trainval", help="which part of the data (default: %(default)s)")
    parser.add_argument("--out", type=Path, help="the sheet's file (default: runs/sheet.png, or a free name)")
    parser.add_argument(
        "--count", type=whole(1, 200), default=24, help="pictures on it (default: %(default)s)"
    )
    parser.add_argument(
        "--size",
        type=side,
        default=128,
        help="side of scenes, a multiple of 64 pixels (default: %(default)s)",
    )
    add_seed(parser, "scenes")
    add_on_error(parser)
    add_overwrite(parser)
    add_quiet(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print the statistics and draw the sheet."""
    out = arguments.out or next_free("runs/sheet.png")
    from scratchcv.cli.overview import print_overview
    from scratchcv.data import open_dataset, shrink
    from scratchcv.visualize import FIGURE_SUFFIXES, contact_sheet, save_figure

    check_new_file(out, overwrite=arguments.overwrite, suffixes=FIGURE_SUFFIXES)
    dataset = open_dataset(
        arguments.data,
        arguments.split,
        size=arguments.size,
        seed=arguments.seed,
        on_error=arguments.on_error,
        progress=shows_bars(quiet=arguments.quiet),
    )
    print_overview(arguments.data, arguments.split, dataset, quiet=arguments.quiet)
    samples = [shrink(*dataset[index]) for index in range(min(arguments.count, len(dataset)))]
    images, targets = [image for image, _ in samples], [target for _, target in samples]
    print(save_figure(contact_sheet(images, targets, dataset.class_names), out))
