"""``scratchcv speed``: seconds an image, stage by stage, of the lectures' detectors or of trained ones."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scratchcv.cli.arguments import (
    DATA_HELP,
    Commands,
    add_command,
    add_overwrite,
    add_quiet,
    add_seed,
    whole,
)
from scratchcv.cli.output import check_new_file, next_free, write_json
from scratchcv.cli.progress import shows_bars

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scratchcv.checks import Array

LINEAGE = {
    "R-CNN": {"model": "rcnn_alexnet", "class_names": ["background", *"abcdefghijklmnopqrst"]},
    "Fast R-CNN": {"model": "fast_rcnn_alexnet", "num_classes": 21},
    "Faster R-CNN": {"model": "faster_rcnn_alexnet", "num_classes": 21},
}
"""What is measured when no checkpoint is given: one backbone, as many classes as VOC has."""

SHORTEST, LONGEST = 64, 2048


def add_parser(commands: Commands) -> None:
    """Add the subcommand."""
    parser = add_command(
        commands,
        "speed",
        run,
        "Measure seconds an image, stage by stage. Without checkpoints it compares R-CNN, Fast R-CNN and "
        "Faster R-CNN, untrained, on the same AlexNet: 40 to 50, 2 and .2 seconds in the lectures.",
        "scratchcv speed --images 1 --out speed.png",
    )
    parser.add_argument(
        "checkpoints", type=Path, nargs="*", metavar="CHECKPOINT", help="what trainings wrote, slowest first"
    )
    parser.add_argument("--data", default="scenes", metavar="DATA", help=f"{DATA_HELP} (default: scenes)")
    parser.add_argument("--split", default="test", help="which part of the data (default: %(default)s)")
    parser.add_argument("--images", type=whole(1, 1000), default=2, help="how many (default: %(default)s)")
    parser.add_argument(
        "--size",
        type=whole(SHORTEST, LONGEST),
        default=600,
        help="side of scenes, pixels (default: %(default)s)",
    )
    parser.add_argument("--out", type=Path, help="the picture (default: runs/speed.png, or a free name)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE")
    add_seed(parser, "scenes and untrained weights")
    add_overwrite(parser)
    add_quiet(parser)


def run(arguments: argparse.Namespace) -> None:
    """Measure, print the table, draw the bars."""
    out = arguments.out or next_free("runs/speed.png")
    from scratchcv.visualize import FIGURE_SUFFIXES, plot_stages, save_figure

    for file, suffixes in ((out, FIGURE_SUFFIXES), (arguments.json, (".json",))):
        if file is not None:
            check_new_file(
                file, overwrite=arguments.overwrite, inputs=arguments.checkpoints, suffixes=suffixes
            )
    seconds = _measure(arguments)
    print(table(seconds))
    if arguments.json is not None:
        print(
            write_json(
                arguments.json, {"data": arguments.data, "images": arguments.images, "seconds": seconds}
            )
        )
    print(save_figure(plot_stages(seconds), out))


def _measure(arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    from tqdm import tqdm

    from scratchcv.data import open_dataset, to_tensor
    from scratchcv.training import keep_freed_memory
    from scratchcv.training.stage_seconds import stage_seconds

    keep_freed_memory()
    bars = shows_bars(quiet=arguments.quiet)
    dataset = open_dataset(
        arguments.data, arguments.split, size=arguments.size, seed=arguments.seed, progress=bars
    )
    images: list[Array] = [
        to_tensor(dataset[index][0]) for index in range(min(arguments.images, len(dataset)))
    ]
    seconds = {}
    with tqdm(_models(arguments), disable=not bars) as models:
        for name, load in models:
            models.set_postfix_str(name)
            seconds[name] = stage_seconds(load(), images)
    return seconds


def _models(arguments: argparse.Namespace) -> list[tuple[str, Any]]:
    """Return names, and functions that build or load what they name: one model at a time is in memory."""
    from scratchcv.models import build_model
    from scratchcv.training import load_detector

    if arguments.checkpoints:
        return [
            (str(path.parent.name or path), lambda path=path: load_detector(path))
            for path in arguments.checkpoints
        ]
    return [
        (name, lambda config=config: build_model({**config, "seed": arguments.seed}))
        for name, config in LINEAGE.items()
    ]


def table(seconds: "Mapping[str, Mapping[str, float]]") -> str:
    """Return a line a detector: the seconds of each stage, their sum, and how many times as fast it is.

    Examples
    --------
    >>> print(table({"R-CNN": {"features": 40.0}, "Fast R-CNN": {"features": 0.4, "heads": 1.6}}))
    seconds an image      features     heads       all  speed-up
    R-CNN                   40.000         -    40.000       1.0
    Fast R-CNN               0.400     1.600     2.000      20.0
    """
    stages = list(dict.fromkeys(stage for parts in seconds.values() for stage in parts))
    widths = [max(len(name), 8) + 2 for name in (*stages, "all", "speed-up")]
    rows = [["seconds an image", *stages, "all", "speed-up"]]
    first = sum(next(iter(seconds.values())).values())
    for name, parts in seconds.items():
        total = sum(parts.values())
        cells = [f"{parts[stage]:.3f}" if stage in parts else "-" for stage in stages]
        rows.append([name, *cells, f"{total:.3f}", f"{first / total:.1f}"])
    return "\n".join(
        f"{name:<20}" + "".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        for name, *cells in rows
    )
